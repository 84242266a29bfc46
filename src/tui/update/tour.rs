//! The tour: what a person does takes it on.

use crate::tui::state::{Overlay, State};

/// Notes that a person did something; what a prompt has refused was not done.
pub(super) fn did(state: &mut State, id: &str) {
    let is_asked_still = match &state.overlay {
        Overlay::Put(page) => !state.is_putting(&page.topic),
        Overlay::Seek(_) => true,
        _ => false,
    };
    let Some(tour) = state.tour.as_mut().filter(|_| !is_asked_still) else { return };
    if tour.place().is_some() {
        tour.did(id);
    } else {
        state.tour = None;
    }
}
