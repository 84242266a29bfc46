//! Keys, actions, and the table that binds them.

mod action;
mod key;
mod keymap;

pub(crate) use action::{ACTIONS, Action, Context, Entry, Motion, Reason};
pub use key::Key;
pub(crate) use keymap::{entries, resolve};
