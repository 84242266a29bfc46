//! The part of the table of actions for copying: values, records, and what reproduces a view.

use super::action::{Action, Entry};
use super::context::Context;
use super::key::Key;
use super::possible::{
    always, column_to_copy, path_to_copy, record_to_copy, value_to_copy, view_to_read_in_python,
    view_to_reproduce,
};

/// Something to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Value,
    Record,
    Column,
    Offset,
    Path,
    Command,
    Rust,
    Python,
    /// A command of the list of what was done.
    Deed,
    /// The one that takes it back.
    Undo,
}

/// Copying.
pub(super) const COPYING: &[Entry] = &[
    Entry {
        action: Action::Copy,
        id: "copy",
        title: "copy: a value, the record, a column, an offset",
        hint: Some("copy"),
        keys: &[Key::Char('y')],
        contexts: &[Context::Records, Context::Tail, Context::Detail],
        enabled: record_to_copy,
    },
    Entry {
        action: Action::Reproduce,
        id: "reproduce",
        title: "copy the command, or the code, that reads what is shown",
        hint: Some("code"),
        keys: &[Key::Char('Y')],
        contexts: &[Context::Records, Context::Tail, Context::Versions, Context::Detail],
        enabled: view_to_reproduce,
    },
    Entry {
        action: Action::Take(Part::Value),
        id: "copy-value",
        title: "copy the value under the cursor, whole",
        hint: Some("value"),
        keys: &[Key::Char('y'), Key::Char('v')],
        contexts: &[Context::Copy],
        enabled: value_to_copy,
    },
    Entry {
        action: Action::Take(Part::Record),
        id: "copy-record",
        title: "copy the record as a line of JSON",
        hint: Some("record"),
        keys: &[Key::Char('r')],
        contexts: &[Context::Copy],
        enabled: record_to_copy,
    },
    Entry {
        action: Action::Take(Part::Column),
        id: "copy-column",
        title: "copy the column's values of the records in view",
        hint: Some("column"),
        keys: &[Key::Char('c')],
        contexts: &[Context::Copy],
        enabled: column_to_copy,
    },
    Entry {
        action: Action::Take(Part::Offset),
        id: "copy-offset",
        title: "copy the offset, as `g` takes it",
        hint: Some("offset"),
        keys: &[Key::Char('o')],
        contexts: &[Context::Copy],
        enabled: record_to_copy,
    },
    Entry {
        action: Action::Take(Part::Path),
        id: "copy-path",
        title: "copy the path of the value under the cursor",
        hint: Some("path"),
        keys: &[Key::Char('p')],
        contexts: &[Context::Copy],
        enabled: path_to_copy,
    },
    Entry {
        action: Action::Take(Part::Command),
        id: "copy-command",
        title: "copy the `lanceq` command that prints what is shown",
        hint: Some("command"),
        keys: &[Key::Char('c')],
        contexts: &[Context::Code],
        enabled: always,
    },
    Entry {
        action: Action::Take(Part::Rust),
        id: "copy-rust",
        title: "copy a function in Rust that reads it",
        hint: Some("Rust"),
        keys: &[Key::Char('r')],
        contexts: &[Context::Code],
        enabled: always,
    },
    Entry {
        action: Action::Take(Part::Python),
        id: "copy-python",
        title: "copy Python that reads it with pylance",
        hint: Some("Python"),
        keys: &[Key::Char('p')],
        contexts: &[Context::Code],
        enabled: view_to_read_in_python,
    },
];
