//! What every room stands on, and nothing that knows a room.

pub mod assets;
pub mod backup;
pub mod brought;
pub mod caller;
pub mod clock;
pub mod db;
pub mod form;
pub mod house;
pub mod id;
pub mod ledger;
pub mod pack;
pub mod page;
pub mod place;
pub mod refusal;
pub mod room;
pub mod search;
pub mod settings;
pub mod sleeve;
pub mod veil;
pub mod words;
