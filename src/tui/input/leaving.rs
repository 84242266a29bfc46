//! The part of the table of actions for what leaves the explorer, and for what keeps topics in order.

use super::action::{Action, Entry, Reason};
use super::context::{Context, RECORDS};
use super::copying::Part;
use super::key::Key;
use super::possible::{always, buffer_to_flush, reason, writable};
use crate::tui::effect::Slot;
use crate::tui::state::{Overlay, State, Undo};
use crate::tui::update::{meant_chore, selected_deed};
use crate::tui::work::named;

/// What can be done to keep a topic in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Compact,
    CleanUp,
    Verify,
    Index,
}

/// Exports, chores, and the list of what was done.
pub(super) const LEAVING: &[Entry] = &[
    Entry {
        action: Action::Export,
        id: "export",
        title: "write records into a file: marked, in view, matching, all",
        hint: None,
        keys: &[Key::Char('e')],
        contexts: RECORDS,
        enabled: records_to_export,
    },
    Entry {
        action: Action::Accept,
        id: "export-to",
        title: "write them into the file that was typed",
        hint: Some("export"),
        keys: &[Key::Enter],
        contexts: &[Context::Export],
        enabled: no_export_under_way,
    },
    Entry {
        action: Action::NextLot,
        id: "export-what",
        title: "choose other records to write: marked, in view, matching, all",
        hint: Some("others"),
        keys: &[Key::Tab],
        contexts: &[Context::Export],
        enabled: other_records_to_export,
    },
    Entry {
        action: Action::Tend(Task::Compact),
        id: "compact",
        title: "rewrite small fragments as larger ones; says first which",
        hint: Some("compact"),
        keys: &[Key::Char('C')],
        contexts: &[Context::Topics, Context::Versions, Context::Storage],
        enabled: |state| topic_to_tend(state, Task::Compact),
    },
    Entry {
        action: Action::Tend(Task::CleanUp),
        id: "clean-up",
        title: "remove versions that need not be kept; says first which",
        hint: Some("clean up"),
        keys: &[Key::Char('c')],
        contexts: &[Context::Versions, Context::Storage],
        enabled: |state| topic_to_tend(state, Task::CleanUp),
    },
    Entry {
        action: Action::Tend(Task::Verify),
        id: "verify",
        title: "hold every file against its checksum",
        hint: None,
        keys: &[Key::Char('V')],
        contexts: &[Context::Topics, Context::Records, Context::Versions, Context::Storage],
        enabled: |state| topic_to_tend(state, Task::Verify),
    },
    Entry {
        action: Action::Tend(Task::Index),
        id: "index",
        title: "make an index over the column of the cursor; asks first",
        hint: None,
        keys: &[Key::Char('I')],
        contexts: &[Context::Records],
        enabled: |state| topic_to_tend(state, Task::Index),
    },
    Entry {
        action: Action::Accept,
        id: "tend",
        title: "do what is asked",
        hint: Some("do it"),
        keys: &[Key::Enter],
        contexts: &[Context::Tend],
        enabled: always,
    },
    Entry {
        action: Action::Rename,
        id: "rename",
        title: "give the topic another name",
        hint: None,
        keys: &[Key::Char('R')],
        contexts: &[Context::Topics],
        enabled: topic_to_administer,
    },
    Entry {
        action: Action::Accept,
        id: "rename-to",
        title: "give it the name that was typed",
        hint: Some("rename"),
        keys: &[Key::Enter],
        contexts: &[Context::Rename],
        enabled: topic_to_administer,
    },
    Entry {
        action: Action::Delete,
        id: "delete",
        title: "delete the topic, into the trash; its name is to be typed",
        hint: None,
        keys: &[Key::Char('X')],
        contexts: &[Context::Topics],
        enabled: topic_to_administer,
    },
    Entry {
        action: Action::Accept,
        id: "delete-topic",
        title: "delete it, where its name was typed",
        hint: Some("delete"),
        keys: &[Key::Enter],
        contexts: &[Context::Delete],
        enabled: topic_to_administer,
    },
    Entry {
        action: Action::Storage,
        id: "storage",
        title: "what the bucket takes on disk, and what to do about it",
        hint: None,
        keys: &[Key::Char('D')],
        contexts: &[
            Context::Topics,
            Context::Records,
            Context::Tail,
            Context::Versions,
            Context::Detail,
            Context::Storage,
        ],
        enabled: topic_to_weigh,
    },
    Entry {
        action: Action::Flush,
        id: "flush-here",
        title: "persist what is buffered in the topic or bucket",
        hint: Some("flush"),
        keys: &[Key::Char('F')],
        contexts: &[Context::Storage],
        enabled: buffer_to_flush,
    },
    Entry {
        action: Action::Deeds,
        id: "done",
        title: "what was done from here, as commands; again to close",
        hint: None,
        keys: &[Key::Char('U')],
        contexts: &[
            Context::Topics,
            Context::Records,
            Context::Tail,
            Context::Versions,
            Context::Detail,
            Context::Deeds,
        ],
        enabled: something_was_done,
    },
    Entry {
        action: Action::Take(Part::Deed),
        id: "copy-done",
        title: "copy the selected command",
        hint: Some("copy"),
        keys: &[Key::Char('y')],
        contexts: &[Context::Deeds],
        enabled: always,
    },
    Entry {
        action: Action::Take(Part::Undo),
        id: "copy-undo",
        title: "copy the command that takes it back",
        hint: Some("undo"),
        keys: &[Key::Char('Y')],
        contexts: &[Context::Deeds],
        enabled: something_to_take_back,
    },
];

fn records_to_export(state: &State) -> Result<(), Reason> {
    if state.records.place.is_none() {
        return reason("there is no topic whose records to export");
    }
    no_export_under_way(state)
}

fn no_export_under_way(state: &State) -> Result<(), Reason> {
    if state.loads.is_running(&Slot::Export) {
        return reason("an export is under way: w shows how far it is, and stops it");
    }
    Ok(())
}

fn other_records_to_export(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Export(export) if !export.has_others() => {
            reason("there is nothing else to choose: m marks a record, & filters them")
        }
        _ => Ok(()),
    }
}

fn topic_to_tend(state: &State, task: Task) -> Result<(), Reason> {
    let Some((chore, place)) = meant_chore(state, task) else {
        return match task {
            Task::Index => reason("an index is made over a column of texts or of vectors"),
            _ => reason("there is no topic to keep in order"),
        };
    };
    let slot = Slot::Tend(chore.clone(), place.clone());
    if state.loads.is_running(&slot) {
        return reason(format!("{} {} is under way: w shows it", chore.verb(), named(&place)));
    }
    if task == Task::Verify { Ok(()) } else { writable(state, &place.topic) }
}

fn topic_to_administer(state: &State) -> Result<(), Reason> {
    let Some(place) = state.topics.selected() else { return reason("no topic is selected") };
    if state.loads.is_running(&Slot::Administer) {
        return reason("a topic is being changed: w shows it");
    }
    if state.topics.get(&place.topic).is_some_and(|topic| topic.entry.foreign) {
        let topic = place.topic;
        return reason(format!("another program made `{topic}`: it is renamed or deleted there"));
    }
    Ok(())
}

fn topic_to_weigh(state: &State) -> Result<(), Reason> {
    if state.records.place.is_none() {
        return reason("there is no topic whose storage to look at");
    }
    Ok(())
}

fn something_was_done(state: &State) -> Result<(), Reason> {
    if state.deeds.len() == 0 && !matches!(state.overlay, Overlay::Deeds(_)) {
        return reason("nothing was done yet that a command could do");
    }
    Ok(())
}

fn something_to_take_back(state: &State) -> Result<(), Reason> {
    match selected_deed(state).map(|deed| &deed.undo) {
        Some(Undo::Nothing(why)) => reason(format!("nothing takes it back: {why}")),
        _ => Ok(()),
    }
}
