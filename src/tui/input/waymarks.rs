//! The part of the table of actions for places: jumps from flush to flush, marks, and what a tail follows.

use super::action::{Action, Entry};
use super::context::Context;
use super::key::Key;
use super::possible::{
    always, marks_to_list, own_record_to_mark, record_to_mark, records_to_step_through,
    topic_to_tail,
};

/// Where records are.
const TABLES: &[Context] = &[Context::Records, Context::Tail, Context::Detail];

/// Going from place to place.
pub(super) const WAYMARKS: &[Entry] = &[
    Entry {
        action: Action::PreviousFlush,
        id: "previous-flush",
        title: "where the flush begins, then the one before",
        hint: None,
        keys: &[Key::Char('{')],
        contexts: TABLES,
        enabled: records_to_step_through,
    },
    Entry {
        action: Action::NextFlush,
        id: "next-flush",
        title: "where the next flush begins",
        hint: None,
        keys: &[Key::Char('}')],
        contexts: TABLES,
        enabled: records_to_step_through,
    },
    Entry {
        action: Action::Mark,
        id: "mark",
        title: "mark the record, to come back to it; again to unmark it",
        hint: None,
        keys: &[Key::Char('m')],
        contexts: TABLES,
        enabled: own_record_to_mark,
    },
    Entry {
        action: Action::Marks,
        id: "marks",
        title: "the marked records; again to close",
        hint: None,
        keys: &[Key::Char('\'')],
        contexts: &[
            Context::Topics,
            Context::Records,
            Context::Tail,
            Context::Versions,
            Context::Detail,
            Context::Marks,
        ],
        enabled: marks_to_list,
    },
    Entry {
        action: Action::Open,
        id: "go-to-mark",
        title: "go to the marked record in its table",
        hint: Some("go to"),
        keys: &[Key::Enter],
        contexts: &[Context::Marks],
        enabled: always,
    },
    Entry {
        action: Action::Unmark,
        id: "unmark",
        title: "take the mark away",
        hint: Some("unmark"),
        keys: &[Key::Char('x')],
        contexts: &[Context::Marks],
        enabled: always,
    },
    Entry {
        action: Action::ClearMarks,
        id: "clear-marks",
        title: "take all marks away",
        hint: Some("all"),
        keys: &[Key::Char('X')],
        contexts: &[Context::Marks],
        enabled: always,
    },
    Entry {
        action: Action::Together,
        id: "together",
        title: "follow the topic beside any other (f); again, alone",
        hint: None,
        keys: &[Key::Char(' ')],
        contexts: &[Context::Topics],
        enabled: topic_to_tail,
    },
    Entry {
        action: Action::Mute,
        id: "mute",
        title: "do not show the bucket of the record any more",
        hint: Some("mute"),
        keys: &[Key::Char('M')],
        contexts: &[Context::Tail],
        enabled: record_to_mark,
    },
    Entry {
        action: Action::Solo,
        id: "solo",
        title: "show only the bucket of the record; again, all",
        hint: Some("solo"),
        keys: &[Key::Char('S')],
        contexts: &[Context::Tail],
        enabled: always,
    },
];
