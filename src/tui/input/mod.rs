//! Keys, actions, and the table that binds them.

mod action;
mod document;
mod key;
mod keymap;
mod possible;

pub(crate) use action::{ACTIONS, Action, Context, Entry, Motion, Reason};
pub use document::keys;
pub use key::Key;
pub(crate) use keymap::{entries, resolve};
