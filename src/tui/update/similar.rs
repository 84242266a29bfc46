//! Records that are like another one, or like the marked ones: opening the list, hopping on and back, going to one.

use super::{pin, places};
use crate::tui::data::{Fault, Likes};
use crate::tui::effect::{Effect, Exemplar, RecordId, Request, Slot};
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{Overlay, Screen, Scroll, Severity, Similar, State};

/// Opens the list on the selected record; from the list of marks, on all that are marked.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let like = match &state.overlay {
        Overlay::Marks(scroll) => state.marks.exemplar(scroll.selected),
        _ => state.selected_record().map(Exemplar::Record),
    };
    let Some(like) = like else {
        return Vec::new();
    };
    state.overlay = Overlay::Similar(Similar::of(like));
    search(state)
}

/// Closes it.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    state.loads.cancel(&Slot::Similar).into_iter().collect()
}

/// Looks for what is like the last of the hops.
fn search(state: &mut State) -> Vec<Effect> {
    let Overlay::Similar(similar) = &mut state.overlay else {
        return Vec::new();
    };
    let Some(like) = similar.like().cloned() else {
        return Vec::new();
    };
    similar.found = None;
    similar.scroll = Scroll::default();
    let request = Request::Similar { like, column: similar.column.clone() };
    vec![state.loads.begin(Slot::Similar, request)]
}

/// Hops to the selected record: what is like that one?
pub(super) fn hop(state: &mut State) -> Vec<Effect> {
    let Overlay::Similar(similar) = &mut state.overlay else {
        return Vec::new();
    };
    match similar.selected().map(Exemplar::Record) {
        Some(like) if Some(&like) != similar.like() => similar.hops.push(like),
        Some(_) => {
            let text = "this is the record itself: choose another with ↓";
            state.say(Severity::Refused, text);
            return Vec::new();
        }
        None => return Vec::new(),
    }
    search(state)
}

/// Goes back to the record before.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    if let Overlay::Similar(similar) = &mut state.overlay
        && similar.hops.len() > 1
    {
        similar.hops.pop();
        return search(state);
    }
    Vec::new()
}

/// Moves in the list; sideways to another vector column.
pub(super) fn step(state: &mut State, motion: Motion) -> Vec<Effect> {
    let height = Layout::of(state).map_or(0, |layout| layout.box_rows());
    let Overlay::Similar(similar) = &mut state.overlay else {
        return Vec::new();
    };
    let column = match motion {
        Motion::Left => similar.other_column(-1),
        Motion::Right => similar.other_column(1),
        _ => {
            let total = similar.hits().len() as u64;
            similar.scroll.step(motion, height, total);
            return Vec::new();
        }
    };
    match column {
        Some(column) => {
            similar.column = Some(column);
            search(state)
        }
        None => Vec::new(),
    }
}

/// Goes to the selected record in the table; where the table shows another bucket or topic, to its topic.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Overlay::Similar(similar) = &state.overlay else {
        return Vec::new();
    };
    let Some(record) = similar.selected() else {
        return Vec::new();
    };
    let mut effects = close(state);
    effects.extend(reach(state, record));
    effects
}

/// Goes to a record in the table; where the table shows another bucket, in that of the topic.
pub(super) fn reach(state: &mut State, record: RecordId) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.screen == Screen::Tail {
        effects.extend(places::close_tail(state));
    }
    // A tail over a version shows what is there now: there the record is.
    if record.version != state.records.past() {
        effects.extend(pin::leave(state));
    }
    effects.extend(places::visit(state, record));
    effects
}

/// Takes what was found.
pub(super) fn found(state: &mut State, likes: Likes) {
    if let Overlay::Similar(similar) = &mut state.overlay {
        similar.take((likes.column.clone(), likes.columns.clone()), Ok(likes));
    }
}

/// Takes why nothing can be like the record in a column; another one may still be chosen.
pub(super) fn unlike(state: &mut State, columns: (String, Vec<String>), fault: Fault) {
    if let Overlay::Similar(similar) = &mut state.overlay {
        similar.take(columns, Err(fault));
    }
}

/// Takes why nothing could be looked for at all.
pub(super) fn failed(state: &mut State, fault: Fault) {
    if let Overlay::Similar(similar) = &mut state.overlay {
        similar.found = Some(Err(fault));
    }
}

/// Keeps the selection in view.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Overlay::Similar(similar) = &mut state.overlay {
        let total = similar.hits().len() as u64;
        similar.scroll.fit(height, total);
    }
}
