//! Takes one event: hands it to whom it concerns, then asks for what the screen needs.

use super::{answer, changes, keys, mended, wants};
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::event::Event;
use crate::tui::fault;
use crate::tui::state::State;

/// What the explorer does before anything has happened.
pub(crate) fn start(state: &mut State) -> Vec<Effect> {
    vec![state.loads.begin(Slot::Topics, Request::Topics)]
}

/// Takes one event.
pub(crate) fn update(state: &mut State, event: Event) -> Vec<Effect> {
    fault::at("update");
    let mut effects = match event {
        Event::Input(input) => keys::take(state, input),
        Event::Answer { slot, id, result } => answer::take(state, &slot, id, result),
        Event::Changed(change, watch) => changes::take(state, change, watch),
        Event::Mended(topic, done) => mended::take(state, &topic, &done),
        Event::Tick(now) => changes::pass_time(state, now),
        Event::Told(text) => changes::tell(state, text),
        Event::Panicked(fault) => changes::mourn(state, fault),
    };
    effects.extend(wants::wants(state));
    effects
}
