//! The list of versions: opening it, and which bucket it is of.

use super::{places, prompt};
use crate::tui::data::Fault;
use crate::tui::effect::{BucketId, Effect, Request, Slot};
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{Focus, Screen, State, Versions};

/// Opens the list of the bucket that is shown, on the version that is looked at; or closes it.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    if state.screen == Screen::Versions {
        return close(state);
    }
    // That of the tail, where one is shown: its records need not be of the bucket beneath it.
    let selected = state.selected_record().map(|record| record.bucket);
    let mut effects =
        if state.screen == Screen::Tail { places::close_tail(state) } else { Vec::new() };
    effects.extend(state.loads.cancel(&Slot::Pin));
    let bucket = selected.unwrap_or_else(|| prompt::current_bucket(state));
    show(state, bucket);
    state.screen = Screen::Versions;
    state.focus = Focus::Main;
    effects
}

/// Shows the versions of another bucket of what is shown.
fn show(state: &mut State, bucket: u32) {
    let Some(place) = &state.records.place else { return };
    let id = BucketId { topic: place.topic.clone(), bucket };
    let pin = state.records.pin.as_ref();
    let pin = pin.filter(|pin| pin.bucket == bucket && pin.branch.is_none());
    let version = pin.map(|pin| pin.version.number);
    state.versions = Some(Versions::of(id, version));
}

/// Follows the tree to another place.
pub(super) fn follow(state: &mut State) -> Vec<Effect> {
    if state.screen != Screen::Versions {
        return Vec::new();
    }
    let bucket = state.records.place.as_ref().and_then(|place| place.bucket).unwrap_or(0);
    show(state, bucket);
    cancel(state)
}

/// Goes back to the records.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.versions = None;
    state.screen = Screen::Records;
    state.detail.leave();
    let mut effects = cancel(state);
    // Who goes back does not want to be carried to a version that was chosen before.
    effects.extend(state.loads.cancel(&Slot::Pin));
    effects
}

fn cancel(state: &mut State) -> Vec<Effect> {
    let slots = [Slot::VersionList, Slot::Versions, Slot::Upkeep, Slot::Branches];
    slots.iter().filter_map(|slot| state.loads.cancel(slot)).collect()
}

/// Moves in the list; sideways to another bucket of the topic.
pub(super) fn step(state: &mut State, motion: Motion) -> Vec<Effect> {
    let height = Layout::of(state).map_or(0, |layout| layout.version_rows());
    let Some(versions) = &mut state.versions else {
        return Vec::new();
    };
    let bucket = versions.bucket.bucket;
    let other = match motion {
        Motion::Left => bucket.checked_sub(1),
        Motion::Right => Some(bucket + 1),
        _ => {
            versions.step(motion, height);
            return Vec::new();
        }
    };
    let Some(other) = other.filter(|other| *other < buckets(state)) else {
        return Vec::new();
    };
    show(state, other);
    cancel(state)
}

/// How many buckets one can choose from.
fn buckets(state: &State) -> u32 {
    match &state.records.place {
        Some(place) if place.bucket.is_none() => {
            state.topics.get(&place.topic).map_or(1, |topic| topic.entry.buckets)
        }
        _ => 0,
    }
}

/// Asks for what the list needs: itself, where the head is another than when it was listed, and
/// what is not known of the versions in view.
pub(super) fn wants(state: &mut State, layout: &Layout) -> Vec<Effect> {
    let height = layout.version_rows();
    let Some(versions) = state.versions.as_mut().filter(|_| state.screen == Screen::Versions)
    else {
        return Vec::new();
    };
    let total = versions.total();
    versions.scroll.fit(height, total);
    let id = versions.bucket.clone();
    let topic = state.topics.get(&id.topic);
    let head = topic.and_then(|topic| topic.bucket(id.bucket)).map_or(0, |bucket| bucket.version);
    let mut effects = Vec::new();
    if versions.listed_at != Some(head) && !state.loads.is_running(&Slot::VersionList) {
        versions.listed_at = Some(head);
        versions.failed = None;
        effects.push(state.loads.begin(Slot::VersionList, Request::VersionNumbers(id.clone())));
        effects.push(state.loads.begin(Slot::Upkeep, Request::Upkeep(id.clone())));
        // Other programs make them, now and then: not each flush asks for them anew.
        if versions.numbers.is_none() {
            effects.push(state.loads.begin(Slot::Branches, Request::Branches(id.clone())));
        }
    }
    if versions.failed.is_none()
        && !state.loads.is_running(&Slot::Versions)
        && let Some(numbers) = versions.ask(height)
    {
        let request = Request::Versions { bucket: id, numbers };
        effects.push(state.loads.begin(Slot::Versions, request));
    }
    effects
}

/// The list or a part of it could not be read.
pub(super) fn failed(state: &mut State, fault: Fault) {
    if let Some(versions) = &mut state.versions {
        versions.failed = Some(fault);
    }
}
