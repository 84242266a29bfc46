//! What differs between two versions: opening the list, moving in it, going to a record.

use crate::tui::data::Fault;
use crate::tui::effect::{Effect, Look, Request, Slot, To, Versus};
use crate::tui::event::Compared;
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{DiffList, Overlay, State};

/// Marks the selected version as the one that others are compared with, or takes the mark away.
pub(super) fn mark(state: &mut State) {
    if let Some(list) = &mut state.versions {
        list.mark();
    }
}

/// Opens the list on the selected version and the marked one, or else the one before.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let Some(list) = &state.versions else { return Vec::new() };
    let Some((before, after)) = list.pair() else { return Vec::new() };
    let versus = Versus { bucket: list.bucket.clone(), before, after };
    state.overlay = Overlay::Diff(DiffList::of(versus.clone()));
    vec![state.loads.begin(Slot::Diff, Request::Diff(versus))]
}

/// Closes it.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    state.loads.cancel(&Slot::Diff).into_iter().collect()
}

/// Moves in the list.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = Layout::of(state).map_or(0, |layout| layout.diff_rows());
    if let Overlay::Diff(list) = &mut state.overlay {
        let total = list.rows.len() as u64;
        list.scroll.step(motion, height, total);
    }
}

/// Goes to the selected record in the table: at the version that has it.
pub(super) fn go(state: &mut State) -> Vec<Effect> {
    let Overlay::Diff(list) = &state.overlay else { return Vec::new() };
    let Some(record) = list.selected() else { return Vec::new() };
    let Versus { bucket, before, after } = list.versus.clone();
    let version = if record.kind.is_there() { after } else { before };
    let (to, offset) = (To::Version(version), Some(record.offset));
    let mut effects = close(state);
    let height = Layout::of(state).map_or(0, |layout| layout.table_rows());
    let request = Request::Pin(Look { bucket, to, offset, height, inner: state.inner() });
    effects.push(state.loads.begin(Slot::Pin, request));
    effects
}

/// Takes what was found.
pub(super) fn found(state: &mut State, compared: Compared) {
    if let Overlay::Diff(list) = &mut state.overlay {
        list.take(compared);
    }
}

/// Takes why the versions could not be compared.
pub(super) fn failed(state: &mut State, fault: Fault) {
    if let Overlay::Diff(list) = &mut state.overlay {
        list.failed = Some(fault);
    }
}

/// Keeps the selection in view.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Overlay::Diff(list) = &mut state.overlay {
        let total = list.rows.len() as u64;
        list.scroll.fit(height, total);
    }
}
