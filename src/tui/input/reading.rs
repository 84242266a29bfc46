//! The part of the table of actions for reading: a record in full, a text that is looked for, a copy.

use super::action::{Action, Entry};
use super::context::{Context, RECORDS};
use super::key::Key;
use super::possible::{always, records_to_search, something_looked_for};
use super::puttable::record_to_clone;
use super::readable::{path_to_show, record_to_read, something_inside, text_to_turn};

/// Reading one record in full.
pub(super) const FOLDING: &[Entry] = &[
    Entry {
        action: Action::Fold,
        id: "fold",
        title: "unfold a value, fold it, read a large one; show `… more`",
        hint: Some("fold"),
        keys: &[Key::Enter, Key::Char(' ')],
        contexts: &[Context::Detail],
        enabled: something_inside,
    },
    Entry {
        action: Action::Json,
        id: "json",
        title: "the record as JSON; again, as a tree",
        hint: Some("JSON"),
        keys: &[Key::Char('t')],
        contexts: &[Context::Detail],
        enabled: record_to_read,
    },
    Entry {
        action: Action::Hex,
        id: "hex",
        title: "a text, or bytes, in hexadecimal; again, as before",
        hint: None,
        keys: &[Key::Char('x')],
        contexts: &[Context::Detail],
        enabled: text_to_turn,
    },
    Entry {
        action: Action::PathColumn,
        id: "path-column",
        title: "a column of the value at the cursor; again, no more",
        hint: Some("column"),
        keys: &[Key::Char('C')],
        contexts: &[Context::Detail],
        enabled: path_to_show,
    },
    Entry {
        action: Action::NextRecord,
        id: "next-record",
        title: "the next record in full; what is unfolded stays so",
        hint: Some("record"),
        keys: &[Key::Char('J')],
        contexts: &[Context::Detail],
        enabled: always,
    },
    Entry {
        action: Action::PreviousRecord,
        id: "previous-record",
        title: "the record before in full",
        hint: None,
        keys: &[Key::Char('K')],
        contexts: &[Context::Detail],
        enabled: always,
    },
];

/// Finding a record, and copying it.
pub(super) const FINDING: &[Entry] = &[
    Entry {
        action: Action::Find,
        id: "find",
        title: "look for a text: downwards in a table, upwards in the tail",
        hint: Some("find"),
        keys: &[Key::Char('/')],
        contexts: RECORDS,
        enabled: records_to_search,
    },
    Entry {
        action: Action::FindNext,
        id: "find-next",
        title: "go on to the next record that has it",
        hint: None,
        keys: &[Key::Char('n')],
        contexts: RECORDS,
        enabled: something_looked_for,
    },
    Entry {
        action: Action::FindPrevious,
        id: "find-previous",
        title: "go back to the record before that has it",
        hint: None,
        keys: &[Key::Char('N')],
        contexts: RECORDS,
        enabled: something_looked_for,
    },
    Entry {
        action: Action::Clone,
        id: "clone",
        title: "put a copy of the record, after you have changed it",
        hint: Some("clone"),
        keys: &[Key::Char('c')],
        contexts: RECORDS,
        enabled: record_to_clone,
    },
    Entry {
        action: Action::Accept,
        id: "look",
        title: "look for what was typed; nothing ends the search",
        hint: Some("look"),
        keys: &[Key::Enter],
        contexts: &[Context::Find],
        enabled: always,
    },
];
