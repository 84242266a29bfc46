//! The part of the table of actions for columns: which are shown, where they stand, how wide they are.

use super::action::{Action, Entry, Motion};
use super::context::Context;
use super::key::Key;
use super::possible::{
    always, column_to_arrange, column_to_hide, columns_to_choose, hidden_columns,
};

/// A side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Tables that have columns.
const TABLES: &[Context] = &[Context::Records, Context::Tail];
/// Lists that one types into.
const CHOICES: &[Context] = &[Context::Columns, Context::Palette];
/// By how many cells a column is made wider.
const STEP: i16 = 4;

/// Arranging the columns, and choosing from lists.
pub(super) const COLUMNS: &[Entry] = &[
    Entry {
        action: Action::Columns,
        id: "columns",
        title: "the columns: type a few letters, show or hide, go to one",
        hint: Some("columns"),
        keys: &[Key::Char('C')],
        contexts: TABLES,
        enabled: columns_to_choose,
    },
    Entry {
        action: Action::HideColumn,
        id: "hide-column",
        title: "hide the column of the cursor; `C` shows it again",
        hint: None,
        keys: &[Key::Char('-')],
        contexts: TABLES,
        enabled: column_to_hide,
    },
    Entry {
        action: Action::FreezeColumn,
        id: "freeze-column",
        title: "keep the column of the cursor in view; again to let it go",
        hint: None,
        keys: &[Key::Char('z')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::WidenColumn(-STEP),
        id: "narrow-column",
        title: "make the column of the cursor narrower",
        hint: None,
        keys: &[Key::Char('<')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::WidenColumn(STEP),
        id: "widen-column",
        title: "make the column of the cursor wider",
        hint: None,
        keys: &[Key::Char('>')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::FitColumn,
        id: "fit-column",
        title: "let the column be as wide as its values again",
        hint: None,
        keys: &[Key::Char('_')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::ShiftColumn(Side::Left),
        id: "shift-column-left",
        title: "move the column of the cursor to the left",
        hint: None,
        keys: &[Key::Char('H')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::ShiftColumn(Side::Right),
        id: "shift-column-right",
        title: "move the column of the cursor to the right",
        hint: None,
        keys: &[Key::Char('L')],
        contexts: TABLES,
        enabled: column_to_arrange,
    },
    Entry {
        action: Action::Accept,
        id: "toggle-column",
        title: "show the selected column, or hide it",
        hint: Some("show"),
        keys: &[Key::Enter, Key::Char(' ')],
        contexts: &[Context::Columns],
        enabled: column_to_hide,
    },
    Entry {
        action: Action::GoToColumn,
        id: "go-to-column",
        title: "go to the selected column, which is shown then",
        hint: Some("go to"),
        keys: &[Key::Tab],
        contexts: &[Context::Columns],
        enabled: always,
    },
    Entry {
        action: Action::ShowColumns,
        id: "show-columns",
        title: "show every column",
        hint: Some("show all"),
        keys: &[Key::Ctrl('a')],
        contexts: &[Context::Columns],
        enabled: hidden_columns,
    },
    Entry {
        action: Action::Move(Motion::Up),
        id: "choose-up",
        title: "up in a list that one types into",
        hint: None,
        keys: &[Key::Up, Key::Ctrl('p')],
        contexts: CHOICES,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Down),
        id: "choose-down",
        title: "down in a list that one types into",
        hint: None,
        keys: &[Key::Down, Key::Ctrl('n')],
        contexts: CHOICES,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::PageUp),
        id: "choose-page-up",
        title: "a page up in a list that one types into",
        hint: None,
        keys: &[Key::PageUp],
        contexts: CHOICES,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::PageDown),
        id: "choose-page-down",
        title: "a page down in a list that one types into",
        hint: None,
        keys: &[Key::PageDown],
        contexts: CHOICES,
        enabled: always,
    },
];
