//! The part of the table of actions for a record that is made by hand.

use super::action::{Action, Entry};
use super::context::{Context, PANES};
use super::key::Key;
use super::possible::always;
use super::puttable::{nothing_being_put, record_that_was_put, refused_line};

/// Typing a record, and putting it.
pub(super) const PUTTING: &[Entry] = &[
    Entry {
        action: Action::Accept,
        id: "put-record",
        title: "put what stands there",
        hint: Some("put"),
        keys: &[Key::Ctrl('p')],
        contexts: &[Context::Put, Context::PutJson],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::Accept,
        id: "put-lines",
        title: "put all lines that were pasted, or none",
        hint: Some("put all"),
        keys: &[Key::Ctrl('p'), Key::Enter],
        contexts: &[Context::PutLines],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::NextRefused,
        id: "next-refused",
        title: "the next line that cannot be put",
        hint: Some("refused"),
        keys: &[Key::Tab],
        contexts: &[Context::PutLines],
        enabled: refused_line,
    },
    Entry {
        action: Action::TurnJson,
        id: "put-as-json",
        title: "the record as JSON; again, in the form",
        hint: Some("JSON"),
        keys: &[Key::Ctrl('t')],
        contexts: &[Context::Put, Context::PutJson],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::NextField,
        id: "next-field",
        title: "the next field; from the name of a new one, its value",
        hint: Some("next"),
        keys: &[Key::Enter, Key::Tab, Key::Down],
        contexts: &[Context::Put],
        enabled: always,
    },
    Entry {
        action: Action::PreviousField,
        id: "previous-field",
        title: "the field before",
        hint: None,
        keys: &[Key::BackTab, Key::Up],
        contexts: &[Context::Put],
        enabled: always,
    },
    Entry {
        action: Action::Null,
        id: "null",
        title: "null in the field; again, an empty text or nothing",
        hint: Some("null"),
        keys: &[Key::Ctrl('n')],
        contexts: &[Context::Put],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::EmptyDraft,
        id: "empty-draft",
        title: "take everything away that was typed",
        hint: Some("empty"),
        keys: &[Key::Ctrl('x')],
        contexts: &[Context::Put, Context::PutJson],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::Back,
        id: "leave-draft",
        title: "leave the record; what was typed is kept",
        hint: Some("leave"),
        keys: &[Key::Esc],
        contexts: &[Context::Put, Context::PutJson],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "leave-lines",
        title: "leave the pasted lines; what was typed before is there",
        hint: Some("back"),
        keys: &[Key::Esc, Key::Char('q')],
        contexts: &[Context::PutLines],
        enabled: always,
    },
    Entry {
        action: Action::GoToPut,
        id: "go-to-put",
        title: "go to the record that was put last by hand",
        hint: None,
        keys: &[Key::Char('P')],
        contexts: PANES,
        enabled: record_that_was_put,
    },
];
