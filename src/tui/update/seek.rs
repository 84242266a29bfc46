//! Jumps: to a place that was typed, and from flush to flush.

use super::{act, listing, pin, prompt};
use crate::tui::effect::{BucketId, Effect, RecordId, Request, Slot, To, Way};
use crate::tui::event::{Answer, Spot};
use crate::tui::layout::Layout;
use crate::tui::state::{Line, Overlay, Prompt, Screen, Severity, State, Tail, Target, target};
use crate::tui::text::quantity::grouped;

/// Opens the prompt.
pub(super) fn open(state: &mut State) {
    state.overlay = Overlay::Seek(Prompt::after(&state.earlier_places));
}

/// Jumps to the place that was typed, or says why not.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let bucket = prompt::current_bucket(state);
    let (Overlay::Seek(prompt), Some(place)) = (&mut state.overlay, &state.records.place) else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    // A share is one of what is shown; anything else is a place of the buckets.
    let shown = prompt.text().trim_end().ends_with('%');
    let records = if shown { &state.records } else { state.records.whole() };
    let found = match target(prompt.text(), &records.extents, bucket) {
        Ok(found) => found,
        Err(reason) => {
            prompt.error = Some(reason);
            return Vec::new();
        }
    };
    state.earlier_places.note(prompt.text());
    state.flush_steps = 0;
    state.overlay = Overlay::None;
    let version = state.records.past();
    let request = match found {
        Target::Row(row) => {
            if let Some((bucket, local)) = state.records.extents.find(row) {
                act::jump(state, bucket, local);
            }
            return state.loads.cancel(&Slot::Seek).into_iter().collect();
        }
        Target::Version { bucket, version } => {
            return pin::look(state, bucket, To::Version(version));
        }
        Target::Tag { bucket, tag } => return pin::look(state, bucket, To::Tag(tag)),
        Target::Offset { bucket, offset } => {
            return listing::go_to(state, RecordId { topic, bucket, offset, version });
        }
        Target::Since { bucket, time } => {
            Request::Since { bucket: BucketId { topic, bucket }, version, time }
        }
    };
    vec![state.loads.begin(Slot::Seek, request)]
}

/// Goes to where a flush begins: upwards that of the selected record or the one before, downwards the next; steps that
/// have not arrived yet count.
pub(super) fn to_flush(state: &mut State, way: Way) -> Vec<Effect> {
    if state.screen == Screen::Tail {
        in_tail(state, way);
        return Vec::new();
    }
    match state.selected_record() {
        Some(record) => {
            let pending = if state.loads.is_running(&Slot::Seek) { state.flush_steps } else { 0 };
            let by = pending + if way == Way::Up { -1 } else { 1 };
            state.flush_steps = by;
            vec![state.loads.begin(Slot::Seek, Request::FlushFrom { record, by })]
        }
        None => Vec::new(),
    }
}

/// In a tail flushes are lines of their own.
fn in_tail(state: &mut State, way: Way) {
    let height = Layout::of(state).map_or(0, |layout| layout.tail_rows());
    let Some(tail) = &mut state.tail else { return };
    match line_of_flush(tail, way) {
        Some(line) => tail.select(line, height),
        None => no_flush(state, way),
    }
}

fn line_of_flush(tail: &Tail, way: Way) -> Option<u64> {
    let ring = &tail.ring;
    let from = tail.selected().unwrap_or_else(|| ring.end());
    let is_flush = |line: &u64| matches!(ring.get(*line), Some(Line::Flush(..)));
    match way {
        Way::Up => (ring.first()..from).rev().find(is_flush),
        Way::Down => (from + 1..ring.end()).find(is_flush),
    }
}

/// Takes a place that was looked for.
pub(super) fn take(state: &mut State, answer: Answer) {
    match answer {
        Answer::Row { bucket, offset, .. } if state.records.listed.is_some() => {
            listing::arrive(state, (bucket, offset));
        }
        Answer::Row { bucket, row, .. } => act::jump(state, bucket, row),
        Answer::Spot(spot) => arrive(state, &spot),
        Answer::NoFlush(way) => no_flush(state, way),
        _ => {}
    }
}

/// Says that there is no flush in a direction.
fn no_flush(state: &mut State, way: Way) {
    state.flush_steps = 0;
    let text = match (way, state.screen) {
        (Way::Up, _) => "there is no flush before this",
        (Way::Down, Screen::Tail) => "no flush has come since",
        (Way::Down, _) => "this is the last flush of the bucket, and nothing is behind it",
    };
    state.say(Severity::Refused, text);
}

/// Takes a place that was found; says which flush begins there.
fn arrive(state: &mut State, spot: &Spot) {
    state.flush_steps = 0;
    if state.records.listed.is_some() {
        return listing::arrive(state, (spot.bucket, spot.offset));
    }
    act::jump(state, spot.bucket, spot.row);
    let (severity, text) = match (&spot.flush, spot.is_there) {
        (_, false) => (Severity::Refused, "nothing has come since: this is the last record".into()),
        (None, true) => (Severity::Done, "buffered since: not yet in a version".into()),
        (Some(version), true) => {
            let (number, time) =
                (grouped(version.number), version.when.format("%Y-%m-%d %H:%M:%S"));
            (Severity::Done, format!("flushed as v {number} · {time}"))
        }
    };
    state.say(severity, text);
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::effect::{Effect, Request};
    use crate::tui::event::{Event, Input};
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::state::{Overlay, Severity, State};
    use crate::tui::update::update;

    fn after(keys: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter]);
        press(&mut state, keys);
        state
    }

    fn typed(text: &str) -> Vec<Key> {
        [Key::Char('g')].into_iter().chain(text.chars().map(Key::Char)).collect()
    }

    fn seek(text: &str) -> State {
        after(&[typed(text), vec![Key::Enter]].concat())
    }

    fn said(state: &State) -> (Severity, &str) {
        let notice = state.notice.as_ref().expect("something is said");
        (notice.severity, &notice.text)
    }

    #[test]
    fn a_share_of_the_table_is_a_row_of_it() {
        for (text, row) in [("50%", 241_154), ("100%", 482_307), ("0%", 0), ("1:0%", 120_577)] {
            assert_eq!(seek(text).records.scroll.selected, row, "{text}");
        }
    }

    #[test]
    fn a_tag_is_looked_at_and_a_word_that_is_none_says_what_would_be_a_place() {
        let state = seek("before-fix");
        assert_eq!(state.records.version(), Some(480));
        let state = seek("nowhere");
        let (severity, text) = said(&state);
        assert_eq!(severity, Severity::Failed);
        assert!(text.contains("no tag `nowhere`") && text.contains("2h ago"), "{text}");
    }

    #[test]
    fn a_time_leads_to_what_came_first_since_and_says_when_it_was_flushed() {
        let state = seek("1:2h ago");
        let text = "flushed as v 483 · 2026-03-14 12:03:59";
        assert_eq!(said(&state), (Severity::Done, text));
        let selected = state.selected_record().unwrap();
        assert_eq!((selected.bucket, selected.offset), (1, 120_323));
    }

    #[test]
    fn flushes_are_stepped_through_in_both_directions() {
        let (up, down) = (Key::Char('{'), Key::Char('}'));
        let end = [typed("120000"), vec![Key::Enter]].concat();
        for (keys, offset) in [
            (vec![down], 120_323),
            (vec![down, down], 120_573),
            (vec![down, down, up], 120_323),
            (vec![down, down, up, up], 0),
            (vec![up], 0),
        ] {
            let state = after(&[end.clone(), keys.clone()].concat());
            assert_eq!(state.selected_record().unwrap().offset, offset, "{keys:?}");
        }
        let state = after(&[end, vec![down, down, down]].concat());
        assert_eq!(said(&state).0, Severity::Refused);
    }

    #[test]
    fn steps_that_have_not_arrived_add_up_and_a_move_forgets_them() {
        let mut state = after(&[Key::Down]);
        let mut press = |key| {
            let effects = update(&mut state, Event::Input(Input::Key(key)));
            effects.into_iter().find_map(|effect| match effect {
                Effect::Load { request: Request::FlushFrom { by, .. }, .. } => Some(by),
                _ => None,
            })
        };
        let (up, down) = (Key::Char('{'), Key::Char('}'));
        assert_eq!([down, down, up].map(&mut press), [Some(1), Some(2), Some(1)]);
        assert_eq!([Key::Down, down].map(press), [None, Some(1)]);
    }

    #[test]
    fn in_a_tail_the_lines_of_flushes_are_stepped_through() {
        let state = after(&[Key::Char('f'), Key::Char('{')]);
        let tail = state.tail.as_ref().unwrap();
        assert!(matches!(
            tail.selected().and_then(|line| tail.ring.get(line)),
            Some(crate::tui::state::Line::Flush(..))
        ));
        let state = after(&[Key::Char('f'), Key::Char('{'), Key::Char('{')]);
        assert_eq!(said(&state), (Severity::Refused, "there is no flush before this"));
    }

    #[test]
    fn places_that_were_jumped_to_come_back_with_the_arrow() {
        let jumps = ["12", "50%"].map(|text| [typed(text), vec![Key::Enter]].concat()).concat();
        let state = after(&[jumps, vec![Key::Char('g'), Key::Up, Key::Up, Key::Down]].concat());
        let Overlay::Seek(prompt) = &state.overlay else { panic!() };
        assert_eq!(prompt.text(), "50%");
    }
}
