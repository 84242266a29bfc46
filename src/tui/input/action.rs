//! The one table of actions: keys, help, footer hints and reasons all come from here.

use super::key::Key;
use crate::tui::state::{Screen, State, Tail};

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
    /// Persists what this process has buffered.
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
        keys: &[Key::Char(' '), Key::Char('p')],
        contexts: &[Context::Tail],
        enabled: always,
    },
    Entry {
        action: Action::Flush,
        id: "flush",
        title: "persist what this process has buffered",
        hint: Some("flush"),
        keys: &[Key::Char('F')],
        contexts: PANES,
        enabled: own_buffer_to_flush,
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
        action: Action::Quit,
        id: "quit",
        title: "quit at once",
        hint: None,
        keys: &[Key::Ctrl('c')],
        contexts: EVERYWHERE,
        enabled: always,
    },
];

#[expect(clippy::unnecessary_wraps, reason = "the table asks every action the same question")]
fn always(_: &State) -> Result<(), Reason> {
    Ok(())
}

fn reason<T>(text: impl Into<String>) -> Result<T, Reason> {
    Err(Reason(text.into()))
}

fn something_to_open(state: &State) -> Result<(), Reason> {
    match state.context() {
        Context::Topics if state.topics.selected().is_none() => reason("there is no topic to open"),
        Context::Records | Context::Tail if state.selected_record().is_none() => {
            reason("no record is selected")
        }
        _ => Ok(()),
    }
}

fn records_to_seek(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Tail {
        return reason("the tail shows what arrives now; leave it with f, then jump");
    }
    if state.records.extents.total() == 0 {
        return reason("there are no records here to jump to");
    }
    Ok(())
}

fn topic_to_tail(state: &State) -> Result<(), Reason> {
    if state.records.place.is_none() {
        return reason("there is no topic to follow");
    }
    Ok(())
}

fn held_still(state: &State) -> Result<(), Reason> {
    match state.tail.as_ref().and_then(Tail::selected) {
        Some(_) => Ok(()),
        None => reason("the tail follows already"),
    }
}

fn own_buffer_to_flush(state: &State) -> Result<(), Reason> {
    let Some(place) = &state.records.place else {
        return reason("there is no topic to flush");
    };
    if !state.writing.contains(&place.topic) {
        return reason(format!(
            "this process has buffered nothing in `{}`; the program that writes it flushes",
            place.topic
        ));
    }
    if state.is_flushing(&place.topic) {
        return reason(format!("`{}` is being flushed", place.topic));
    }
    Ok(())
}
