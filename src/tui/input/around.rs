//! The part of the table of actions that is about the explorer itself: what it can do, what it said, how it looks.

use super::action::{Action, Entry};
use super::context::{Context, EVERYWHERE, PANES};
use super::key::Key;
use super::possible::{always, something_to_run, something_was_said};

/// The explorer itself.
pub(super) const AROUND: &[Entry] = &[
    Entry {
        action: Action::Palette,
        id: "commands",
        title: "all that can be done here: type a few letters, enter does it",
        hint: Some("commands"),
        keys: &[Key::Char(':')],
        contexts: PANES,
        enabled: always,
    },
    Entry {
        action: Action::Accept,
        id: "run",
        title: "do what is selected",
        hint: Some("do it"),
        keys: &[Key::Enter],
        contexts: &[Context::Palette],
        enabled: something_to_run,
    },
    Entry {
        action: Action::Log,
        id: "log",
        title: "what was said so far; again to close",
        hint: None,
        keys: &[Key::F(4)],
        contexts: &[
            Context::Topics,
            Context::Records,
            Context::Tail,
            Context::Versions,
            Context::Detail,
            Context::Log,
        ],
        enabled: something_was_said,
    },
    Entry {
        action: Action::Mouse,
        id: "mouse",
        title: "take the mouse, or leave it to the terminal to select text",
        hint: None,
        keys: &[Key::F(2)],
        contexts: EVERYWHERE,
        enabled: always,
    },
    Entry {
        action: Action::Theme,
        id: "theme",
        title: "the next theme: colours, contrast, deuteranopia, none",
        hint: None,
        keys: &[Key::F(3)],
        contexts: EVERYWHERE,
        enabled: always,
    },
    Entry {
        action: Action::ReadOnly,
        id: "read-only",
        title: "only read: change nothing any more; again, allow changes",
        hint: None,
        keys: &[Key::F(6)],
        contexts: PANES,
        enabled: always,
    },
    Entry {
        action: Action::Screenshot,
        id: "screenshot",
        title: "keep the screen as a picture (SVG) in the working directory",
        hint: None,
        keys: &[Key::Ctrl('s')],
        contexts: EVERYWHERE,
        enabled: always,
    },
];
