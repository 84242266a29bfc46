//! The one table of actions: keys, help, footer hints and reasons all come from here.

use super::columns::Side;
use super::context::{Context, EVERYWHERE, HELPED, LINES, PANES, RECORDS};
use super::copying::Part;
use super::key::Key;
use super::leaving::Task;
use super::possible::{
    always, buffer_to_flush, records_to_seek, something_to_go_back_to, something_to_open,
    topic_to_tail, tour_to_skip,
};
use super::puttable::topic_to_put_into;
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
    /// Unfolds the value at the cursor, or folds it.
    Fold,
    /// Shows a text in hexadecimal, or as a text.
    Hex,
    /// Shows the record as JSON, or as a tree.
    Json,
    /// Makes a column of the value at the cursor, or takes it away.
    PathColumn,
    /// Shows the next record in full.
    NextRecord,
    /// Shows the record before in full.
    PreviousRecord,
    /// Asks for an offset to jump to.
    Seek,
    /// Asks for a text to look for.
    Find,
    /// Goes on to the next record that has it.
    FindNext,
    /// Goes back to the one before that has it.
    FindPrevious,
    /// Follows what arrives, or stops to.
    Tail,
    /// Shows the versions of a bucket, or stops to.
    Versions,
    /// Shows what differs between the selected version and another one.
    Diff,
    /// Shows the branches of the bucket, or stops to.
    Branches,
    /// Marks the selected version, to compare others with it.
    MarkVersion,
    /// Asks for a name for the selected version.
    Tag,
    /// Asks whether its names are to be taken away.
    Untag,
    /// Asks whether it is to be the newest again.
    Restore,
    /// Looks for records that are like the selected one.
    Similar,
    /// Asks for words to search for.
    Words,
    /// Goes back to the record before on the way through similar ones.
    HopBack,
    /// Goes to the selected similar record in the table.
    GoTo,
    /// Goes to where the flush of the selected record begins, or the one before.
    PreviousFlush,
    /// Goes to where the next flush begins.
    NextFlush,
    /// Asks for a condition that records must meet.
    Filter,
    /// Asks for records with the value of the cursor.
    Like,
    /// Asks for records with another value.
    Unlike,
    /// Takes the last condition off.
    TakeOff,
    /// Sorts by the column of the cursor.
    Sort,
    /// Follows the selected topic together with others.
    Together,
    /// Does not let the source of the selected record be heard.
    Mute,
    /// Lets only that source be heard, or all again.
    Solo,
    /// Marks the selected record, or takes its mark away.
    Mark,
    /// Shows the marked records, or stops to.
    Marks,
    /// Takes the selected mark away.
    Unmark,
    /// Takes all marks away.
    ClearMarks,
    /// Looks at the version before.
    Older,
    /// Looks at the next version; from the newest, at what is there now.
    Newer,
    /// Holds the tail still, or lets it go on.
    Pause,
    /// Opens the form for a record to put.
    Put,
    /// Opens it on a copy of the selected record.
    Clone,
    /// Goes to the record that was put last by hand.
    GoToPut,
    /// Goes to the next field of a form.
    NextField,
    /// Goes to the field before.
    PreviousField,
    /// Says null in a field of a form; again, an empty text or nothing.
    Null,
    /// Takes everything away that was typed.
    EmptyDraft,
    /// Shows the record as JSON, or in the form again.
    TurnJson,
    /// Goes to the next line that cannot be put.
    NextRefused,
    /// Persists what is buffered.
    Flush,
    /// Asks whether all topics are to be flushed.
    FlushAll,
    /// Shows what takes long, or stops to.
    Jobs,
    /// Stops what is selected there.
    Stop,
    /// Reads everything on the screen again.
    Refresh,
    /// Shows all keys.
    Help,
    /// Ends the tour.
    SkipTour,
    /// Shows which columns there are, to choose from.
    Columns,
    /// Hides the column of the cursor.
    HideColumn,
    /// Shows every column.
    ShowColumns,
    /// Keeps the column of the cursor in view, or lets it scroll.
    FreezeColumn,
    /// Makes the column of the cursor wider by so many cells.
    WidenColumn(i16),
    /// Lets the column of the cursor be as wide as its values.
    FitColumn,
    /// Moves the column of the cursor past its neighbour.
    ShiftColumn(Side),
    /// Brings the cursor to the column that is chosen.
    GoToColumn,
    /// Shows what may be copied.
    Copy,
    /// Shows what may be copied that reproduces the view.
    Reproduce,
    /// Copies it.
    Take(Part),
    /// Shows all that can be done here.
    Palette,
    /// Shows what was said, or stops to.
    Log,
    /// Takes the mouse, or leaves it to the terminal.
    Mouse,
    /// Takes the next theme.
    Theme,
    /// Asks which records are to be written into which file.
    Export,
    /// Chooses other records there.
    NextLot,
    /// Asks whether a topic is to be kept in order so.
    Tend(Task),
    /// Asks for another name for a topic.
    Rename,
    /// Asks whether a topic is to be deleted.
    Delete,
    /// Shows what was done, as commands, or stops to.
    Deeds,
    /// Shows what a bucket takes on disk, or stops to.
    Storage,
    /// Changes nothing any more, or may again.
    ReadOnly,
    /// Keeps a picture of the screen.
    Screenshot,
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
    /// One or two words for the footer, as long as nothing depends on the view; none where the help is enough.
    pub(crate) hint: Option<&'static str>,
    /// The keys that do it.
    pub(crate) keys: &'static [Key],
    /// Where they do it.
    pub(crate) contexts: &'static [Context],
    /// Whether it is possible now.
    pub(crate) enabled: fn(&State) -> Result<(), Reason>,
}

/// What can be done to topics, and with the program; ways out stand at the right end of the footer.
pub(super) const ACTIONS: &[Entry] = &[
    Entry {
        action: Action::Open,
        id: "open",
        title: "open the topic, the record in full, the records at a version",
        hint: Some("open"),
        keys: &[Key::Enter],
        contexts: &[Context::Topics, Context::Records, Context::Tail, Context::Versions],
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
        title: "jump: `1234`, `2:1234`, `-500`, `50%`, `2h ago`, `v41`, a tag",
        hint: Some("seek"),
        keys: &[Key::Char('g')],
        contexts: RECORDS,
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
        title: "put a record into the topic, in a form with its fields",
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
        action: Action::Help,
        id: "help",
        title: "all keys; again to close",
        hint: Some("help"),
        keys: &[Key::Char('?')],
        contexts: HELPED,
        enabled: always,
    },
    Entry {
        action: Action::SkipTour,
        id: "skip-tour",
        title: "end the tour of `lanceq demo`",
        hint: None,
        keys: &[Key::Char('T')],
        contexts: PANES,
        enabled: tour_to_skip,
    },
    Entry {
        action: Action::Back,
        id: "back",
        title: "back; from the records at a version, back to now",
        hint: Some("back"),
        keys: &[Key::Char('q'), Key::Esc],
        contexts: &[
            Context::Records,
            Context::Tail,
            Context::Versions,
            Context::Detail,
            Context::Help,
            Context::FlushAll,
            Context::Jobs,
            Context::Marks,
            Context::Branches,
            Context::Log,
            Context::Deeds,
            Context::Storage,
            Context::Diff,
            Context::Alter,
            Context::Tend,
            Context::Similar,
            Context::Found,
        ],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "leave",
        title: "quit, from the topics",
        hint: Some("quit"),
        keys: &[Key::Char('q')],
        contexts: &[Context::Topics],
        enabled: always,
    },
    Entry {
        action: Action::Back,
        id: "top",
        title: "nothing: there is no way back from the topics",
        hint: None,
        keys: &[Key::Esc],
        contexts: &[Context::Topics],
        enabled: something_to_go_back_to,
    },
    Entry {
        action: Action::Back,
        id: "cancel",
        title: "close without a jump, a search or a choice",
        hint: Some("close"),
        keys: &[Key::Esc],
        contexts: LINES,
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
