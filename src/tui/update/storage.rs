//! The look at what a bucket takes on disk.

use super::prompt;
use crate::BucketStorage;
use crate::tui::data::Fault;
use crate::tui::effect::{BucketId, Effect, Request, Slot};
use crate::tui::input::{Context, Motion};
use crate::tui::layout::Layout;
use crate::tui::state::{Overlay, State, Storage};

/// Opens it on the bucket that is shown, or closes it.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    if matches!(state.overlay, Overlay::Storage(_)) {
        return close(state);
    }
    match shown(state) {
        Some(bucket) => look(state, bucket),
        None => Vec::new(),
    }
}

/// The bucket that is meant: that of the versions, of the selected record, or of the tree.
fn shown(state: &State) -> Option<BucketId> {
    if let (Some(list), Context::Versions) = (&state.versions, state.pane()) {
        return Some(list.bucket.clone());
    }
    let place = state.records.place.as_ref()?;
    let bucket = place.bucket.unwrap_or_else(|| prompt::current_bucket(state));
    Some(BucketId { topic: place.topic.clone(), bucket })
}

fn look(state: &mut State, bucket: BucketId) -> Vec<Effect> {
    state.overlay = Overlay::Storage(Box::new(Storage::of(bucket.clone())));
    vec![state.loads.begin(Slot::Storage, Request::Storage(bucket))]
}

/// Closes it.
pub(super) fn close(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    state.loads.cancel(&Slot::Storage).into_iter().collect()
}

/// Moves in it; sideways to another bucket of the topic.
pub(super) fn step(state: &mut State, motion: Motion) -> Vec<Effect> {
    let height = Layout::of(state).map_or(1, |layout| layout.box_rows());
    let Overlay::Storage(storage) = &mut state.overlay else { return Vec::new() };
    let BucketId { topic, bucket } = storage.bucket.clone();
    let other = match motion {
        Motion::Left => bucket.checked_sub(1),
        Motion::Right => Some(bucket + 1),
        _ => {
            storage.step(motion, height);
            return Vec::new();
        }
    };
    let buckets = state.topics.get(&topic).map_or(1, |topic| topic.entry.buckets);
    match other.filter(|other| *other < buckets) {
        Some(bucket) => look(state, BucketId { topic, bucket }),
        None => Vec::new(),
    }
}

/// Keeps the view in it.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Overlay::Storage(storage) = &mut state.overlay {
        storage.fit(height);
    }
}

/// Takes what was found.
pub(super) fn found(state: &mut State, found: Result<Box<BucketStorage>, Fault>) {
    if let Overlay::Storage(storage) = &mut state.overlay {
        storage.found = Some(found);
    }
}
