//! Reading at a version: stepping back and on, arriving, and going back to what is there now.

use super::{places, prompt, versions};
use crate::tui::effect::{BucketId, Effect, Look, RecordId, Request, Slot, To};
use crate::tui::event::Landing;
use crate::tui::layout::Layout;
use crate::tui::state::{Focus, Screen, Severity, State};
use crate::tui::text::quantity::grouped;

/// Goes so many versions on, or back; steps that have not arrived yet count.
pub(super) fn step(state: &mut State, by: i64) -> Vec<Effect> {
    let pending = if state.loads.is_running(&Slot::Pin) { state.steps } else { 0 };
    let by = pending + by;
    let bucket = prompt::current_bucket(state);
    let effects = look(state, bucket, To::Steps { from: state.records.past(), by });
    state.steps = by;
    effects
}

/// Goes to the version that is selected in the list of versions.
pub(super) fn visit(state: &mut State) -> Vec<Effect> {
    let found =
        state.versions.as_ref().and_then(|list| Some((list.bucket.bucket, list.selected()?)));
    match found {
        Some((bucket, version)) => look(state, bucket, To::Version(version)),
        None => Vec::new(),
    }
}

/// Looks at a bucket at a version. The selected record is searched for there, where it is of the bucket.
pub(super) fn look(state: &mut State, bucket: u32, to: To) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    // Steps that have not arrived do not count from there.
    state.steps = 0;
    let height = Layout::of(state).map_or(0, |layout| layout.table_rows());
    let same = prompt::current_bucket(state) == bucket;
    let offset = state.records.looked_for().filter(|_| same);
    let bucket = BucketId { topic: place.topic.clone(), bucket };
    let inner = state.inner();
    let request = Request::Pin(Look { bucket, to, offset, height, inner });
    vec![state.loads.begin(Slot::Pin, request)]
}

/// Arrives at a version.
pub(super) fn land(state: &mut State, bucket: u32, landing: Landing) -> Vec<Effect> {
    state.steps = 0;
    match landing {
        Landing::Head => leave(state),
        Landing::Oldest(version) => {
            let text = format!("v {} is the oldest version that is kept", grouped(version));
            state.say(Severity::Refused, text);
            Vec::new()
        }
        Landing::Newest(version, branch) => {
            let newest = grouped(version);
            let text = format!("v {newest} is the newest version of the branch `{branch}`");
            state.say(Severity::Refused, text);
            Vec::new()
        }
        Landing::At(sight) => {
            let mut effects = places::stop_reading(state);
            state.records.land(bucket, *sight);
            if state.screen == Screen::Versions {
                effects.extend(versions::close(state));
                state.focus = Focus::Main;
            }
            effects
        }
    }
}

/// Goes back to what is there now; where another record was selected meanwhile, to that one.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    let mut effects = places::stop_reading(state);
    let selected = state.records.unpin();
    let topic = state.records.place.as_ref().map(|place| place.topic.clone());
    if let (Some((bucket, offset)), Some(topic)) = (selected, topic) {
        let record = RecordId { topic, bucket, offset, version: None };
        effects.push(state.loads.begin(Slot::Seek, Request::Locate(record)));
    }
    effects
}
