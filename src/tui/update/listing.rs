//! What is asked of the table and of the tail: conditions, one by one, and an order.

use super::{act as actions, places};
use crate::Estimate;
use crate::tui::data::{Chip, Likeness};
use crate::tui::effect::{Effect, Place, RecordId, Request, Sifting, Slot, Wish};
use crate::tui::event::{Answer, Complaint, Sifted};
use crate::tui::input::Action;
use crate::tui::state::{Asked, Course, Outlook, Overlay, Prompt, Screen, Severity, State};

/// Asks for something else, or for less of it.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Like => return like(state, Likeness::Like),
        Action::Unlike => return like(state, Likeness::Unlike),
        Action::TakeOff => take_off(state),
        Action::Sort => sort(state),
        _ => open(state),
    }
    Vec::new()
}

/// Opens the prompt for a condition.
fn open(state: &mut State) {
    state.overlay = Overlay::Filter(Prompt::after(&state.earlier_filters));
}

/// Asks how many records would be left, where what is typed is something.
pub(super) fn estimate(state: &mut State) -> Vec<Effect> {
    let Overlay::Filter(prompt) = &state.overlay else {
        return Vec::new();
    };
    let chip = Chip::typed(prompt.text());
    let Some((chip, place)) = chip.zip(shown_place(state)) else {
        return state.loads.cancel(&Slot::Estimate).into_iter().collect();
    };
    let mut asked = Asked { filter: state.asked.filter.clone(), sort: None };
    asked.filter.add(chip);
    let version = state.records.past().filter(|_| state.screen == Screen::Records);
    let sifting = Sifting { place, version, asked, inner: state.inner() };
    vec![state.loads.begin(Slot::Estimate, Request::Estimate(sifting))]
}

/// Says in the prompt what its text would come to; what is wrong with it is wrong only when it is taken.
fn foretell(state: &mut State, found: Result<Estimate, Complaint>) {
    let Overlay::Filter(prompt) = &mut state.overlay else { return };
    prompt.outlook = Some(match found {
        Ok(estimate) => Outlook::Matches(estimate),
        Err(complaint) => {
            // The same part is marked as is when it is refused; where something is to follow, the cursor stands.
            prompt.fault = complaint.place.filter(|place| !place.is_empty());
            Outlook::Unfinished(complaint.reason)
        }
    });
}

/// Takes what was typed; a condition in SQL is tried first, and the prompt stays until it is known to be one.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Overlay::Filter(prompt) = &state.overlay else {
        return Vec::new();
    };
    match Chip::typed(prompt.text()) {
        None => {
            state.overlay = Overlay::None;
            Vec::new()
        }
        Some(chip @ Chip::Text(_)) => add(state, chip),
        Some(chip) => ask(state, Wish::Typed(chip)),
    }
}

/// Asks for the records that have the same value in the column of the cursor, or another one.
fn like(state: &mut State, likeness: Likeness) -> Vec<Effect> {
    let (Some(record), Some(column)) = (state.selected_record(), state.cursor_column_id()) else {
        return Vec::new();
    };
    ask(state, Wish::Cell { record, column, likeness })
}

fn ask(state: &mut State, wish: Wish) -> Vec<Effect> {
    let Some(place) = state.records.place.clone() else {
        return Vec::new();
    };
    vec![state.loads.begin(Slot::Condition, Request::Condition { place, wish })]
}

/// Takes what was looked for.
pub(super) fn take(state: &mut State, answer: Answer) -> Vec<Effect> {
    match answer {
        Answer::Condition(answer) => answered(state, answer),
        Answer::Estimated(found) => {
            foretell(state, found);
            Vec::new()
        }
        Answer::Sifted(sifted) => found(state, sifted),
        Answer::SiftedOn(places) => {
            state.records.take_found(&places);
            Vec::new()
        }
        Answer::SiftAgain => again(state),
        _ => Vec::new(),
    }
}

/// Takes the condition that was asked about, or why it is none.
pub(super) fn answered(state: &mut State, answer: Result<Chip, Complaint>) -> Vec<Effect> {
    match (answer, &mut state.overlay) {
        (Ok(chip), _) => add(state, chip),
        (Err(complaint), Overlay::Filter(prompt)) => {
            prompt.error = Some(complaint.reason);
            prompt.fault = complaint.place;
            Vec::new()
        }
        (Err(complaint), _) => {
            state.say(Severity::Refused, complaint.reason);
            Vec::new()
        }
    }
}

/// Adds a condition.
fn add(state: &mut State, chip: Chip) -> Vec<Effect> {
    if let Overlay::Filter(prompt) = &state.overlay {
        state.earlier_filters.note(prompt.text());
        state.overlay = Overlay::None;
    }
    state.asked.filter.add(chip);
    Vec::new()
}

/// Takes the last condition off, or where there is none, the order.
fn take_off(state: &mut State) {
    if state.asked.filter.pop().is_none() {
        state.asked.sort = None;
    }
}

/// Sorts by the column of the cursor: upwards, then downwards, then not at all.
fn sort(state: &mut State) {
    if let Some(column) = state.cursor_column() {
        state.asked.turn(&column);
    }
}

/// Brings the table and the tail to what is asked for.
pub(super) fn wants(state: &mut State) -> Vec<Effect> {
    let mut effects = Vec::new();
    if !matches!(state.overlay, Overlay::Filter(_)) {
        effects.extend(state.loads.cancel(&Slot::Estimate));
    }
    effects.extend(match state.screen {
        Screen::Records => table(state),
        Screen::Tail => tail(state),
        Screen::Versions => Vec::new(),
    });
    effects
}

fn table(state: &mut State) -> Vec<Effect> {
    let Some(place) = state.records.place.clone() else {
        return Vec::new();
    };
    let shown = state.records.listed.as_ref().map(|listed| &listed.asked);
    let wanted = Some(&state.asked).filter(|asked| !asked.is_everything());
    if shown == wanted {
        return Vec::new();
    }
    let wanted = wanted.cloned();
    let mut effects = places::stop_reading_list(state);
    let Some(asked) = wanted else {
        // Back in the whole table, the same record stays selected.
        let selected = state.records.unlist();
        let version = state.records.past();
        let record = selected.map(|(bucket, offset)| RecordId {
            topic: place.topic.clone(),
            bucket,
            offset,
            version,
        });
        effects.extend(record.map(|id| state.loads.begin(Slot::Seek, Request::Locate(id))));
        return effects;
    };
    // How the buckets lie is not known yet: it is asked for as soon as that is.
    if state.records.whole().extents.iter().next().is_none() {
        return effects;
    }
    state.records.list(asked);
    let request = sifting(state).map(Request::Sift);
    effects.extend(request.map(|request| state.loads.begin(Slot::Sift, request)));
    effects
}

/// A tail that follows something else begins anew.
fn tail(state: &mut State) -> Vec<Effect> {
    let same = state.tail.as_ref().is_none_or(|tail| tail.filter == state.asked.filter);
    if same { Vec::new() } else { places::open_tail(state) }
}

/// What the list that is shown is looked for in. A version is one of its bucket.
fn sifting(state: &State) -> Option<Sifting> {
    let place = shown_place(state)?;
    let asked = state.records.listed.as_ref()?.asked.clone();
    Some(Sifting { place, version: state.records.past(), asked, inner: state.inner() })
}

/// What the table or the tail shows: of a version, its bucket.
fn shown_place(state: &State) -> Option<Place> {
    let mut place = state.records.place.clone()?;
    if let Some(pin) = state.records.pin.as_ref().filter(|_| state.screen == Screen::Records) {
        place.bucket = Some(pin.bucket);
    }
    Some(place)
}

/// Takes some of what was found; at the end, goes on with what comes.
fn found(state: &mut State, sifted: Sifted) -> Vec<Effect> {
    let records = &mut state.records;
    match sifted.sorted {
        Some(places) => records.take_sorted(places, sifted.matches),
        None => records.take_found(&sifted.found),
    }
    if let Some(listed) = &mut records.listed {
        listed.progress = (sifted.looked_at, sifted.all);
        listed.matches = listed.matches.max(sifted.matches);
    }
    let Some(end) = sifted.end else { return Vec::new() };
    records.end_listing(Course::Done);
    // Nothing comes to a version.
    let sifting = sifting(state).filter(|sifting| sifting.version.is_none());
    let request = sifting.map(|sifting| Request::SiftOn { sifting, end });
    request.map(|request| state.loads.begin(Slot::SiftOn, request)).into_iter().collect()
}

/// Looks through all again: what was found has moved.
pub(super) fn again(state: &mut State) -> Vec<Effect> {
    let effects = places::stop_reading_list(state);
    if let Some(asked) = state.records.listed.as_ref().map(|listed| listed.asked.clone()) {
        state.records.list(asked);
        let request = sifting(state).map(Request::Sift);
        return effects
            .into_iter()
            .chain(request.map(|request| state.loads.begin(Slot::Sift, request)))
            .collect();
    }
    effects
}

/// Looks again where a page has fewer records than were found in it, once for each state of the counts.
pub(super) fn mend(state: &mut State) -> Vec<Effect> {
    let generation = state.records.whole().generation;
    if state.mended_at == Some(generation) {
        return Vec::new();
    }
    state.mended_at = Some(generation);
    again(state)
}

/// Stops the look; what was found stays.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    state.records.end_listing(Course::Stopped);
    state.loads.cancel(&Slot::Sift).into_iter().collect()
}

/// The look failed: what was found stays.
pub(super) fn failed(state: &mut State, reason: String) {
    state.records.end_listing(Course::Stopped);
    state.say(Severity::Failed, reason);
}

/// Goes to a record of the table that is shown; where that is a list, to the record in it, or says that it is not there.
pub(super) fn go_to(state: &mut State, record: RecordId) -> Vec<Effect> {
    let place = (record.bucket, record.offset);
    if state.records.listed.is_none() {
        return vec![state.loads.begin(Slot::Seek, Request::Locate(record))];
    }
    arrive(state, place);
    state.loads.cancel(&Slot::Seek).into_iter().collect()
}

/// Selects a record of a list, or the next one of its bucket; while the look goes on, once it is found.
pub(super) fn arrive(state: &mut State, place: (u32, u64)) {
    let found = state.records.listed_row(place);
    let is_it = found.is_some_and(|(_, is_it)| is_it);
    if let Some(listed) = &mut state.records.listed
        && listed.course == Course::UnderWay
        && !is_it
    {
        return listed.seek(place);
    }
    if let Some((bucket, local)) = found.and_then(|(row, _)| state.records.extents.find(row)) {
        actions::jump(state, bucket, local);
    }
    if !is_it {
        let text = "that record is not among those that are shown: backspace takes conditions off";
        state.say(Severity::Refused, text);
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::event::{Event, Input};
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::update::update;

    fn typing(text: &str) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter, Key::Char('&')]);
        press(&mut state, &text.chars().map(Key::Char).collect::<Vec<_>>());
        state
    }

    fn prompt(state: &State) -> &Prompt {
        match &state.overlay {
            Overlay::Filter(prompt) => prompt,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_would_be_left_is_told_while_a_condition_is_typed() {
        let state = typing("haiku");
        let Some(Outlook::Matches(found)) = &prompt(&state).outlook else { panic!() };
        assert!(found.matches > 0 && found.matches < found.looked_at && !found.is_exact());
        assert!(state.asked.is_everything(), "nothing is asked for yet");
    }

    #[test]
    fn an_unfinished_condition_is_no_error_before_it_is_taken() {
        let mut state = typing("latency >");
        let shown = prompt(&state);
        assert!(
            matches!(&shown.outlook, Some(Outlook::Unfinished(reason)) if reason.contains("no column"))
        );
        assert_eq!((shown.fault.clone(), &shown.error), (Some(0..7), &None));
        press(&mut state, &[Key::Enter]);
        assert!(prompt(&state).error.is_some());
    }

    #[test]
    fn the_next_key_stops_the_look_and_leaving_the_prompt_does_so_for_good() {
        let mut state = typing("h");
        let key = |state: &mut State, key| update(state, Event::Input(Input::Key(key)));
        let is_asked = |effects: &[Effect]| {
            effects.iter().any(|e| matches!(e, Effect::Load { slot: Slot::Estimate, .. }))
        };
        assert!(is_asked(&key(&mut state, Key::Char('a'))));
        assert!(prompt(&state).outlook.is_none(), "what was known of the text before is gone");
        let first = state.loads.is_running(&Slot::Estimate);
        assert!(first && is_asked(&key(&mut state, Key::Char('i'))));
        let left = key(&mut state, Key::Esc);
        assert!(left.contains(&Effect::Cancel(Slot::Estimate)), "{left:?}");
        press(&mut state, &[Key::Char('&'), Key::Char('x')]);
        let emptied = key(&mut state, Key::Backspace);
        assert!(!is_asked(&emptied) && prompt(&state).outlook.is_none());
    }
}
