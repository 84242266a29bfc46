//! The list of what was done: what comes into it, moving in it, copying from it.

use super::copying;
use crate::TopicName;
use crate::tui::command;
use crate::tui::data::FlushReport;
use crate::tui::effect::{Alteration, Effect, Place};
use crate::tui::event::Administered;
use crate::tui::input::{Motion, Part};
use crate::tui::layout::Layout;
use crate::tui::state::{Deed, Overlay, Scroll, State, Undo};
use crate::tui::work::{Chore, Exported};

/// Shows the list, or stops to.
pub(super) fn toggle(state: &mut State) {
    state.overlay = match state.overlay {
        Overlay::Deeds(_) => Overlay::None,
        _ => Overlay::Deeds(Scroll::default()),
    };
}

/// Moves in it.
pub(super) fn step(state: &mut State, motion: Motion) {
    let (done, height) = (state.deeds.len(), Layout::of(state).map_or(1, |l| l.box_rows()));
    if let Overlay::Deeds(scroll) = &mut state.overlay {
        scroll.step(motion, height, done);
    }
}

/// Keeps the selection in it.
pub(super) fn fit(state: &mut State, height: u64) {
    let done = state.deeds.len();
    if let Overlay::Deeds(scroll) = &mut state.overlay {
        scroll.fit(height, done);
    }
}

/// The selected one.
pub(crate) fn selected(state: &State) -> Option<&Deed> {
    let Overlay::Deeds(scroll) = &state.overlay else {
        return None;
    };
    state.deeds.get(scroll.selected)
}

/// Copies the command, or the one that takes it back; the list stays.
pub(super) fn take(state: &mut State, part: Part) -> Vec<Effect> {
    let Some(deed) = selected(state).cloned() else { return Vec::new() };
    match (part, deed.undo) {
        (Part::Undo, Undo::Command(undo)) => {
            copying::text(state, "the command that takes it back".into(), undo)
        }
        (Part::Undo, Undo::Nothing(_)) => Vec::new(),
        _ => copying::text(state, "the command".into(), deed.command),
    }
}

fn note(state: &mut State, command: String, undo: Undo) {
    state.deeds.note(state.now, command, undo);
}

/// A record was put.
pub(super) fn put(state: &mut State, topic: &TopicName, record: &str) {
    let command = command::put(state.named_root.as_deref(), topic, record);
    note(state, command, Undo::Nothing("a record that was put stays"));
}

/// Something was flushed.
pub(super) fn flushed(state: &mut State, topic: &TopicName, report: &FlushReport) {
    if report.rows() == 0 {
        return;
    }
    let buckets = state.topics.get(topic).map_or(1, |topic| topic.entry.buckets) as usize;
    let only = report.buckets.first().filter(|_| report.buckets.len() < buckets);
    let bucket = only.map(|bucket| bucket.flushed.bucket_id);
    let place = Place { topic: topic.clone(), bucket };
    let command = command::flush(state.named_root.as_deref(), &place);
    note(state, command, Undo::Nothing("what is persisted stays so"));
}

/// Something was done to a version.
pub(super) fn altered(state: &mut State, alteration: &Alteration, made: Option<u64>) {
    for (command, undo) in command::altered(state.named_root.as_deref(), alteration, made) {
        note(state, command, Undo::of(undo, "it was the newest already"));
    }
}

/// A topic was kept in order.
pub(super) fn tended(state: &mut State, chore: &Chore, place: &Place) {
    let (command, undo) = command::tended(state.named_root.as_deref(), chore, place);
    let why = match chore {
        Chore::Compact => "no record changed; older versions keep the former files",
        Chore::CleanUp => "what was removed is gone",
        Chore::Verify | Chore::Index { .. } => "nothing was changed",
    };
    note(state, command, Undo::of(undo, why));
}

/// Something was done to a topic as a whole.
pub(super) fn administered(state: &mut State, done: &Administered) {
    let (command, undo) = command::administered(state.named_root.as_deref(), done);
    note(state, command, Undo::of(undo, "it is not in the trash"));
}

/// Records were exported.
pub(super) fn exported(state: &mut State, done: &Exported) {
    let command = command::export(state.named_root.as_deref(), &done.order);
    let by_hand = || format!("# exported {} picked records to {}", done.records, done.order.file);
    note(state, command.unwrap_or_else(by_hand), Undo::Nothing("the file is yours to remove"));
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::input::{Context, Key};
    use crate::tui::picture::opened;
    use crate::tui::sample::press;

    fn after(keys: &str) -> State {
        let mut state = opened(Size { width: 120, height: 30 });
        press(&mut state, &[Key::End, Key::Enter]);
        let key = |c| match c {
            '\n' => Key::Enter,
            '\x10' => Key::Ctrl('p'),
            c => Key::Char(c),
        };
        press(&mut state, &keys.chars().map(key).collect::<Vec<_>>());
        state
    }

    fn commands(state: &State) -> Vec<&str> {
        state.deeds.iter().map(|deed| deed.command.as_str()).collect()
    }

    #[test]
    fn whatever_changes_something_is_there_as_a_command() {
        for (keys, command) in [
            // The small root flushes its first bucket only.
            ("F", "lanceq flush traces --bucket 0"),
            ("p1\x10", "lanceq put traces --record '{\"id\": \"1\"}' --no-flush"),
            ("vtgood\n", "lanceq tag traces good 483 --bucket 0"),
            ("vjR\n", "lanceq restore traces 482 --bucket 0"),
            ("vC\n", "lanceq compact traces --bucket 0"),
            ("vc\n", "lanceq cleanup traces --bucket 0"),
            ("vV\n", "lanceq verify traces --bucket 0"),
            ("e\n", "lanceq export traces traces.jsonl"),
        ] {
            let state = after(keys);
            let found = commands(&state);
            assert_eq!(found, [command], "{keys:?}");
        }
        assert!(commands(&after("vtgood")).is_empty(), "what is only asked for is not done");
    }

    #[test]
    fn a_command_and_what_takes_it_back_are_copied_and_the_list_stays() {
        let state = after("vtgood\nUy");
        assert_eq!(state.to_terminal.as_deref(), Some("lanceq tag traces good 483 --bucket 0"));
        assert_eq!(state.context(), Context::Deeds);
        let state = after("vtgood\nUY");
        let undo = "lanceq tag traces good --delete --bucket 0";
        assert_eq!(state.to_terminal.as_deref(), Some(undo));
        let state = after("FUY");
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("nothing takes it back: what is persisted stays so"));
        let said = after("U").notice.map(|notice| notice.text);
        assert_eq!(said.as_deref(), Some("nothing was done yet that a command could do"));
    }
}
