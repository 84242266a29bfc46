//! Keys, actions, and the table that binds them.

mod action;
mod around;
mod asking;
mod columns;
mod context;
mod copying;
mod document;
mod groups;
mod hints;
mod key;
mod keymap;
mod leaving;
mod moves;
mod past;
mod possible;
mod puttable;
mod putting;
mod read_only;
mod readable;
mod reading;
mod table;
mod travel;
mod waymarks;

pub(crate) use action::{Action, Entry, Motion, Reason};
pub(crate) use columns::Side;
pub(crate) use context::Context;
pub(crate) use copying::Part;
pub use document::{KeyEntry, key_entries, keys};
pub(crate) use groups::{HelpRow, help_rows};
pub(crate) use hints::{Hint, hints};
pub use key::Key;
pub(crate) use keymap::{Keymap, entries};
pub(crate) use leaving::Task;
pub(crate) use table::actions;
