//! What every room stands on, and nothing that knows a room.

pub mod assets;
pub mod backup;
pub mod brought;
pub mod caller;
pub mod card;
pub mod clock;
pub mod db;
pub mod file;
pub mod form;
pub mod house;
pub mod id;
pub mod ledger;
pub mod markup;
pub mod pack;
pub mod page;
pub mod paging;
pub mod place;
pub mod redirect;
pub mod refusal;
pub mod room;
pub mod search;
pub mod settings;
pub mod sleeve;
pub mod veil;
pub mod whole;
pub mod words;
