//! The part of the table of actions for what is asked of a table: conditions, and an order.

use super::action::{Action, Entry};
use super::context::Context;
use super::key::Key;
use super::possible::{always, asked_for, cell_to_compare, column_to_sort_by, records_to_filter};

/// Where records are.
const TABLES: &[Context] = &[Context::Records, Context::Tail, Context::Detail];
/// Where one of their cells is chosen.
const CELLS: &[Context] = &[Context::Records, Context::Tail];

/// Asking for some records, and for an order.
pub(super) const ASKING: &[Entry] = &[
    Entry {
        action: Action::Filter,
        id: "filter",
        title: "only records that match: a text, or a condition in SQL",
        hint: Some("filter"),
        keys: &[Key::Char('&')],
        contexts: TABLES,
        enabled: records_to_filter,
    },
    Entry {
        action: Action::Like,
        id: "like",
        title: "only records with the value of the cursor in its column",
        hint: None,
        keys: &[Key::Char('=')],
        contexts: CELLS,
        enabled: cell_to_compare,
    },
    Entry {
        action: Action::Unlike,
        id: "unlike",
        title: "only records with another value than that of the cursor",
        hint: None,
        keys: &[Key::Char('!')],
        contexts: CELLS,
        enabled: cell_to_compare,
    },
    Entry {
        action: Action::TakeOff,
        id: "take-off",
        title: "take the last condition off, then the order",
        hint: Some("unfilter"),
        keys: &[Key::Backspace],
        contexts: TABLES,
        enabled: asked_for,
    },
    Entry {
        action: Action::Sort,
        id: "sort",
        title: "sort by the column of the cursor: up, then down, then not",
        hint: Some("sort"),
        keys: &[Key::Char('o')],
        contexts: &[Context::Records],
        enabled: column_to_sort_by,
    },
    Entry {
        action: Action::Accept,
        id: "add-condition",
        title: "ask for the records that match what was typed, too",
        hint: Some("filter"),
        keys: &[Key::Enter],
        contexts: &[Context::Filter],
        enabled: always,
    },
];
