//! Members, ways in, duties, seats and acts. Glossary: a *person* has one account; a *session* is one browser signed in;
//! a *duty* is a bundle of capabilities that the pack names; a *seat* is a duty held for a term; an *act* is one use of power.

pub mod person;
pub mod power;
pub mod session;
pub mod visitor;

pub use person::Person;
pub use power::{Capability, Deed, Holding};
pub use visitor::{Fresh, Member, Visitor};
