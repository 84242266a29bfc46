//! Keys, actions, and the table that binds them.

mod action;
mod document;
mod key;
mod keymap;
mod moves;
mod possible;
mod reading;
mod table;

pub(crate) use action::{Action, Context, Entry, Motion, Reason};
pub use document::keys;
pub use key::Key;
pub(crate) use keymap::{entries, resolve};
pub(crate) use table::actions;
