//! How the state changes: pure functions from an event to a new state and the effects it asks for.

mod act;
mod answer;
mod changes;
mod keys;
mod places;
mod prompt;
mod wants;

#[cfg(test)]
mod tests;

pub(crate) use self::prompt::current_bucket;
use super::effect::{Effect, Request, Slot};
use super::event::Event;
use super::state::State;

/// What the explorer does before anything has happened.
pub(crate) fn start(state: &mut State) -> Vec<Effect> {
    vec![state.loads.begin(Slot::Topics, Request::Topics)]
}

/// Takes one event.
pub(crate) fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let mut effects = match event {
        Event::Input(input) => keys::take(state, input),
        Event::Answer { slot, id, result } => answer::take(state, &slot, id, result),
        Event::Changed(change, watch) => changes::take(state, change, watch),
        Event::Tick(now) => changes::pass_time(state, now),
    };
    effects.extend(wants::wants(state));
    effects
}
