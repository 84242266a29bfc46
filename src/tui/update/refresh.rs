//! Reading everything again.

use super::{listing, places};
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::state::State;

/// Reads everything again; the view stays where it is.
pub(super) fn all(state: &mut State) -> Vec<Effect> {
    state.repaint = true;
    for topic in &mut state.topics.list {
        topic.stale = true;
    }
    state.records.whole_mut().forget();
    state.records.forget();
    if state.records.pin.is_some() {
        state.records.head_mut().forget();
    }
    if let Some(versions) = &mut state.versions {
        versions.forget();
    }
    state.detail.forget();
    let mut effects = state.loads.cancel_pages_except(&[]);
    effects.extend(listing::again(state));
    effects.push(state.loads.begin(Slot::Topics, Request::Topics));
    if state.tail.as_ref().is_some_and(|tail| tail.failed.is_some()) {
        effects.extend(places::open_tail(state));
    }
    effects
}
