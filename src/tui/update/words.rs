//! Searching for words: asking for them, the list of what has them, going to a record of it.

use super::similar;
use crate::TextSearch;
use crate::tui::data::{Fault, Finds};
use crate::tui::effect::{Effect, Past, Place, Request, Slot, WordSearch};
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{Found, Overlay, Prompt, Screen, State};

/// Opens the prompt; over a list, with the words that it is of.
pub(super) fn open(state: &mut State) {
    let prompt = Prompt::after(&state.earlier_words);
    state.overlay = match std::mem::replace(&mut state.overlay, Overlay::None) {
        Overlay::Found(list) => Overlay::Words(prompt.with(&list.search.text), Some(list)),
        _ => Overlay::Words(prompt, None),
    };
}

/// Leaves the prompt, for the list before where there is one.
pub(super) fn leave(state: &mut State) {
    state.overlay = match std::mem::replace(&mut state.overlay, Overlay::None) {
        Overlay::Words(_, Some(list)) => Overlay::Found(list),
        _ => Overlay::None,
    };
}

/// Searches for the words that were typed; where they are no query, the prompt says so and stays.
pub(super) fn accept(state: &mut State) -> Vec<Effect> {
    let Overlay::Words(prompt, _) = &mut state.overlay else {
        return Vec::new();
    };
    let text = prompt.text().to_owned();
    if let Err(error) = TextSearch::new(&text).check() {
        let mut ends = text.char_indices().map(|(at, c)| at..at + c.len_utf8());
        let end = text.len()..text.len();
        prompt.fault = Some(ends.nth(error.character.saturating_sub(1)).unwrap_or(end));
        prompt.error = Some(error.reason);
        return Vec::new();
    }
    state.earlier_words.note(&text);
    let before = std::mem::replace(&mut state.overlay, Overlay::None);
    let search = match before {
        Overlay::Words(_, Some(list)) => Some(WordSearch { text, ..list.search }),
        _ => place(state).map(|(place, version)| WordSearch { place, version, text, column: None }),
    };
    let Some(search) = search else { return Vec::new() };
    state.overlay = Overlay::Found(Box::new(Found::of(search)));
    look(state)
}

/// What is searched: the records in view, those of a tail as they are now.
fn place(state: &State) -> Option<(Place, Option<Past>)> {
    let place = state.records.place.clone()?;
    match (&state.records.pin, state.screen) {
        (Some(pin), Screen::Records | Screen::Versions) => {
            let bucket = Some(pin.bucket);
            Some((Place { bucket, ..place }, state.records.past()))
        }
        _ => Some((place, None)),
    }
}

/// Closes the list.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    state.loads.cancel(&Slot::Words).into_iter().collect()
}

fn look(state: &mut State) -> Vec<Effect> {
    let Overlay::Found(list) = &state.overlay else {
        return Vec::new();
    };
    let request = Request::Words(list.search.clone());
    vec![state.loads.begin(Slot::Words, request)]
}

/// Moves in the list; sideways to another column.
pub(super) fn step(state: &mut State, motion: Motion) -> Vec<Effect> {
    let height = Layout::of(state).map_or(0, |layout| layout.box_rows());
    let Overlay::Found(list) = &mut state.overlay else {
        return Vec::new();
    };
    let has_turned = match motion {
        Motion::Left => list.turn(-1),
        Motion::Right => list.turn(1),
        _ => {
            let total = list.hits().len() as u64;
            list.scroll.step(motion, height, total);
            false
        }
    };
    if has_turned { look(state) } else { Vec::new() }
}

/// Goes to the selected record in the table.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Overlay::Found(list) = &state.overlay else {
        return Vec::new();
    };
    let Some(record) = list.selected() else {
        return Vec::new();
    };
    let mut effects = close(state);
    effects.extend(similar::reach(state, record));
    effects
}

/// Takes what was found.
pub(super) fn found(state: &mut State, finds: Finds) {
    if let Some(list) = list(state) {
        list.take(finds);
    }
}

/// Takes why nothing could be found.
pub(super) fn failed(state: &mut State, fault: Fault) {
    if let Some(list) = list(state) {
        list.finds = Some(Err(fault));
    }
}

/// Keeps the selection in view.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Some(list) = list(state) {
        let total = list.hits().len() as u64;
        list.scroll.fit(height, total);
    }
}

/// The list, also where other words are being typed over it.
fn list(state: &mut State) -> Option<&mut Found> {
    match &mut state.overlay {
        Overlay::Found(list) | Overlay::Words(_, Some(list)) => Some(list),
        _ => None,
    }
}
