//! The one table of actions: keys, help, footer hints and reasons all come from here.

use super::key::Key;
use super::possible::{
    always, buffer_to_flush, held_still, nothing_being_put, records_to_seek, something_to_open,
    topic_to_put_into, topic_to_tail,
};
use crate::tui::state::State;

/// What a person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Moves the selection or the view.
    Move(Motion),
    /// Goes into what is selected.
    Open,
    /// Goes back one step; from the topics, ends the program.
    Back,
    /// Ends the program.
    Quit,
    /// Stops the program, and gives the terminal back to the shell until it goes on.
    Suspend,
    /// Gives the keys to the next pane.
    NextPane,
    /// Gives the keys to the pane before.
    PreviousPane,
    /// Asks for an offset to jump to.
    Seek,
    /// Follows what arrives, or stops to.
    Tail,
    /// Holds the tail still, or lets it go on.
    Pause,
    /// Asks for a record to put.
    Put,
    /// Persists what is buffered.
    Flush,
    /// Reads everything on the screen again.
    Refresh,
    /// Shows all keys.
    Help,
    /// Takes what was typed.
    Accept,
}

/// A direction and a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Motion {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

/// What has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    Topics,
    Records,
    Tail,
    Detail,
    Help,
    Prompt,
    Put,
}

/// Why an action is not possible now: a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) String);

/// One line of the table.
pub(crate) struct Entry {
    /// What it does.
    pub(crate) action: Action,
    /// Its name in files and documents.
    pub(crate) id: &'static str,
    /// What it does, for the help.
    pub(crate) title: &'static str,
    /// One or two words for the footer; none where the help is enough.
    pub(crate) hint: Option<&'static str>,
    /// The keys that do it.
    pub(crate) keys: &'static [Key],
    /// Where they do it.
    pub(crate) contexts: &'static [Context],
    /// Whether it is possible now.
    pub(crate) enabled: fn(&State) -> Result<(), Reason>,
}

const LISTS: &[Context] =
    &[Context::Topics, Context::Records, Context::Tail, Context::Detail, Context::Help];
const PANES: &[Context] = &[Context::Topics, Context::Records, Context::Tail, Context::Detail];
const SIDEWAYS: &[Context] = &[Context::Topics, Context::Records, Context::Tail];
const EVERYWHERE: &[Context] = &[
    Context::Topics,
    Context::Records,
    Context::Tail,
    Context::Detail,
    Context::Help,
    Context::Prompt,
    Context::Put,
];

/// All actions; the order is that of the footer and of the help. Ways out come last, and stand at
/// the right end of the footer.
pub(crate) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::Open,
        id: "open",
        title: "open the topic; in a table, the record in full",
        hint: Some("open"),
        keys: &[Key::Enter],
        contexts: &[Context::Topics, Context::Records, Context::Tail],
        enabled: something_to_open,
    },
    Entry {
        action: Action::Accept,
        id: "accept",
        title: "take what was typed",
        hint: Some("jump"),
        keys: &[Key::Enter],
        contexts: &[Context::Prompt],
        enabled: always,
    },
    Entry {
        action: Action::Accept,
        id: "put-record",
        title: "put the record that was typed",
        hint: Some("put"),
        keys: &[Key::Enter],
        contexts: &[Context::Put],
        enabled: nothing_being_put,
    },
    Entry {
        action: Action::Seek,
        id: "seek",
        title: "jump to an offset: `1234`, or `2:1234` for bucket 2",
        hint: Some("seek"),
        keys: &[Key::Char('g')],
        contexts: PANES,
        enabled: records_to_seek,
    },
    Entry {
        action: Action::Tail,
        id: "tail",
        title: "follow what arrives; again to go back",
        hint: Some("tail"),
        keys: &[Key::Char('f')],
        contexts: PANES,
        enabled: topic_to_tail,
    },
    Entry {
        action: Action::Pause,
        id: "pause",
        title: "hold the tail still; again to go on at the end",
        hint: Some("pause"),
        keys: &[Key::Char(' ')],
        contexts: &[Context::Tail],
        enabled: always,
    },
    Entry {
        action: Action::Put,
        id: "put",
        title: "put one record into the topic, as a line of JSON",
        hint: Some("put"),
        keys: &[Key::Char('p')],
        contexts: PANES,
        enabled: topic_to_put_into,
    },
    Entry {
        action: Action::Flush,
        id: "flush",
        title: "persist what any process has buffered in the topic or bucket",
        hint: Some("flush"),
        keys: &[Key::Char('F')],
        contexts: PANES,
        enabled: buffer_to_flush,
    },
    Entry {
        action: Action::NextPane,
        id: "next-pane",
        title: "give the keys to the next pane",
        hint: Some("pane"),
        keys: &[Key::Tab],
        contexts: PANES,
        enabled: always,
    },
    Entry {
        action: Action::PreviousPane,
        id: "previous-pane",
        title: "give the keys to the pane before",
        hint: None,
        keys: &[Key::BackTab],
        contexts: PANES,
        enabled: always,
    },
    Entry {
        action: Action::Refresh,
        id: "refresh",
        title: "read and draw everything again",
        hint: Some("refresh"),
        keys: &[Key::Char('r'), Key::Ctrl('l')],
        contexts: PANES,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Up),
        id: "up",
        title: "up; in the tail, also hold it still",
        hint: None,
        keys: &[Key::Up, Key::Char('k')],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Down),
        id: "down",
        title: "down",
        hint: None,
        keys: &[Key::Down, Key::Char('j')],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Left),
        id: "left",
        title: "fold the topic; in a table, the column to the left",
        hint: None,
        keys: &[Key::Left, Key::Char('h')],
        contexts: SIDEWAYS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Right),
        id: "right",
        title: "unfold the topic; in a table, the column to the right",
        hint: None,
        keys: &[Key::Right, Key::Char('l')],
        contexts: SIDEWAYS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::PageUp),
        id: "page-up",
        title: "a page up",
        hint: None,
        keys: &[Key::PageUp, Key::Ctrl('b'), Key::Ctrl('u')],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::PageDown),
        id: "page-down",
        title: "a page down",
        hint: None,
        keys: &[Key::PageDown, Key::Ctrl('f'), Key::Ctrl('d')],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::Home),
        id: "home",
        title: "to the start",
        hint: None,
        keys: &[Key::Home],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::End),
        id: "end",
        title: "to the end",
        hint: None,
        keys: &[Key::End, Key::Char('G')],
        contexts: &[Context::Topics, Context::Records, Context::Detail, Context::Help],
        enabled: always,
    },
    Entry {
        action: Action::Move(Motion::End),
        id: "resume",
        title: "let a tail that is held still go on at the end",
        hint: Some("go on"),
        keys: &[Key::End, Key::Char('G')],
        contexts: &[Context::Tail],
        enabled: held_still,
    },
    Entry {
        action: Action::Help,
        id: "help",
        title: "all keys; again to close",
        hint: Some("help"),
        keys: &[Key::Char('?')],
        contexts: LISTS,
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "back",
        title: "back",
        hint: Some("back"),
        keys: &[Key::Char('q'), Key::Esc],
        contexts: &[Context::Records, Context::Tail, Context::Detail, Context::Help],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "leave",
        title: "quit, from the topics",
        hint: Some("quit"),
        keys: &[Key::Char('q'), Key::Esc],
        contexts: &[Context::Topics],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "cancel",
        title: "close without a jump",
        hint: Some("close"),
        keys: &[Key::Esc],
        contexts: &[Context::Prompt],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "leave-draft",
        title: "leave the record; what was typed is kept",
        hint: Some("leave"),
        keys: &[Key::Esc],
        contexts: &[Context::Put],
        enabled: always,
    },
    Entry {
        action: Action::Quit,
        id: "quit",
        title: "quit at once",
        hint: None,
        keys: &[Key::Ctrl('c')],
        contexts: EVERYWHERE,
        enabled: always,
    },
    Entry {
        action: Action::Suspend,
        id: "suspend",
        title: "stop, back to the shell; `fg` goes on",
        hint: None,
        keys: &[Key::Ctrl('z')],
        contexts: EVERYWHERE,
        enabled: always,
    },
];
