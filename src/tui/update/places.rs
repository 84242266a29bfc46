//! Going from place to place: which topic or bucket is shown, and whether as a table or a tail.

use super::{listing, pin, versions};
use crate::TopicName;
use crate::tui::effect::{Effect, Place, RecordId, Request, Slot};
use crate::tui::layout::Layout;
use crate::tui::options::Start;
use crate::tui::state::{Asked, Focus, Records, Resume, Screen, Severity, State, Tail};

/// Shows the records of what is selected in the tree, from their start.
pub(super) fn follow_tree(state: &mut State) -> Vec<Effect> {
    let selected = state.topics.selected();
    if state.records.place == selected {
        return Vec::new();
    }
    show(state, selected)
}

fn show(state: &mut State, place: Option<Place>) -> Vec<Effect> {
    state.records.show(place);
    state.detail.leave();
    let mut effects = stop_reading(state);
    effects.extend(versions::follow(state));
    // Another place, another search.
    state.find = None;
    state.asked = Asked::default();
    effects.extend(state.loads.cancel(&Slot::Condition));
    let topic = state.records.place.as_ref().map(|place| place.topic.clone());
    let counts = topic.and_then(|topic| state.topics.get(&topic)?.known().cloned());
    if let Some(counts) = counts {
        state.records.count(&counts);
    }
    effects
}

/// Gives up what is being read for the table: it is about to show something else.
pub(super) fn stop_reading(state: &mut State) -> Vec<Effect> {
    let mut effects = state.loads.cancel_pages_except(&[]);
    let slots = [Slot::Seek, Slot::Find, Slot::Pin, Slot::Sift, Slot::SiftOn];
    effects.extend(slots.iter().filter_map(|slot| state.loads.cancel(slot)));
    effects
}

/// Gives up what is being read for a list, which is about to be another.
pub(super) fn stop_reading_list(state: &mut State) -> Vec<Effect> {
    let mut effects = state.loads.cancel_pages_except(&[]);
    let slots = [Slot::Find, Slot::Sift, Slot::SiftOn];
    effects.extend(slots.iter().filter_map(|slot| state.loads.cancel(slot)));
    effects
}

/// Opens what was to be open from the start, once it is there.
pub(super) fn open_start(state: &mut State) -> Vec<Effect> {
    let (Start::Records(topic) | Start::Tail(topic)) = &state.start else {
        return resume(state);
    };
    let place = Place { topic: topic.clone(), bucket: None };
    if state.topics.get(topic).is_none() {
        return Vec::new();
    }
    state.topics.select(&place);
    let mut effects = follow_tree(state);
    // Who takes the tour opens it themselves.
    state.focus = if state.tour.is_some() { Focus::Topics } else { Focus::Main };
    if let Start::Tail(_) = std::mem::take(&mut state.start) {
        effects.extend(open_tail(state));
    }
    effects
}

/// Goes where one left off the last time, once that is there.
fn resume(state: &mut State) -> Vec<Effect> {
    // Who takes the tour begins at its beginning.
    let Some(Resume { place, record }) = state.resume.take().filter(|_| state.tour.is_none())
    else {
        return Vec::new();
    };
    if state.topics.get(&place.topic).is_none() {
        return Vec::new();
    }
    let topic = place.topic.clone();
    if let Some(shown) = state.topics.get_mut(&topic).filter(|_| place.bucket.is_some()) {
        shown.unfolded = true;
    }
    state.topics.select(&place);
    let mut effects = follow_tree(state);
    if let Some((bucket, offset)) = record {
        state.focus = Focus::Main;
        let id = RecordId { topic, bucket, offset, version: None };
        effects.push(state.loads.begin(Slot::Seek, Request::Locate(id)));
    }
    effects
}

/// Follows what is shown.
pub(super) fn open_tail(state: &mut State) -> Vec<Effect> {
    let Some(place) = state.records.place.clone() else {
        return Vec::new();
    };
    state.screen = Screen::Tail;
    state.focus = Focus::Main;
    state.detail.leave();
    let filter = state.asked.filter.clone();
    let mut effects = state.loads.cancel_tails();
    let beside: Vec<TopicName> = beside(state, &place.topic);
    let backlog = backlog(state, &place, &beside);
    let tail = Tail::of(place.clone()).matching(filter.clone());
    state.tail = Some(tail.with(beside.clone()));
    effects.extend(state.loads.cancel(&Slot::Pin));
    let inner = state.inner();
    for topic in beside {
        let (slot, filter, inner) =
            (Slot::TailBeside(topic.clone()), filter.clone(), inner.clone());
        let place = Place { topic, bucket: None };
        effects.push(state.loads.begin(slot, Request::Tail { place, backlog, filter, inner }));
    }
    effects.push(state.loads.begin(Slot::Tail, Request::Tail { place, backlog, filter, inner }));
    effects
}

/// The topics that are followed beside one: those that belong together, where it is one of them or they were chosen.
fn beside(state: &State, topic: &TopicName) -> Vec<TopicName> {
    let there = |other: &&TopicName| *other != topic && state.topics.get(other).is_some();
    state.together.iter().filter(there).cloned().collect()
}

/// As many records of each bucket as fill the screen together.
fn backlog(state: &State, place: &Place, beside: &[TopicName]) -> u64 {
    let rows = Layout::of(state).map_or(0, |layout| layout.tail_rows());
    let of = |topic: &TopicName| {
        state.topics.get(topic).map_or(1, |topic| u64::from(topic.entry.buckets))
    };
    let own = place.bucket.map_or_else(|| of(&place.topic), |_| 1);
    let buckets = own + beside.iter().map(of).sum::<u64>();
    rows.div_ceil(buckets.max(1))
}

/// Goes from the tail to the records, there to the record that was selected in the tail.
pub(super) fn close_tail(state: &mut State) -> Vec<Effect> {
    // A version does not hold what the tail shows.
    let is_there = state.screen == Screen::Tail && state.records.pin.is_none();
    let record = state.selected_record().filter(|_| is_there);
    state.tail = None;
    state.screen = Screen::Records;
    state.detail.leave();
    let mut effects = state.loads.cancel_tails();
    effects.extend(record.into_iter().flat_map(|id| visit(state, id)));
    effects
}

/// Goes to a record in the table that has it: the one that is shown, or that of its topic.
pub(super) fn visit(state: &mut State, record: RecordId) -> Vec<Effect> {
    let mut effects = Vec::new();
    if state.screen == Screen::Tail {
        effects.extend(close_tail(state));
    }
    if state.screen == Screen::Versions {
        effects.extend(versions::close(state));
    }
    let is_shown = state.records.place.as_ref().is_some_and(|place| place.topic == record.topic)
        && state.records.whole().extents.get(record.bucket).is_some();
    if !is_shown {
        if state.topics.get(&record.topic).is_none() {
            state.say(Severity::Refused, format!("the topic `{}` is gone", record.topic));
            return effects;
        }
        state.topics.select(&Place { topic: record.topic.clone(), bucket: None });
        effects.extend(follow_tree(state));
    }
    // What is shown of a branch is not what stands beside it at the same offset.
    let branch = record.version.as_ref().and_then(|past| past.branch.as_deref());
    if state.records.branch() != branch {
        effects.extend(pin::leave(state));
    }
    let record = RecordId { version: state.records.past(), ..record };
    effects.extend(listing::go_to(state, record));
    effects
}

/// Leaves a place whose topic is no longer there, and goes to one where there was none.
pub(super) fn stay_or_leave(state: &mut State) -> Vec<Effect> {
    let gone = match &state.records.place {
        Some(place) => state.topics.get(&place.topic).is_none(),
        None => true,
    };
    if !gone {
        return Vec::new();
    }
    let mut effects = close_tail(state);
    effects.extend(versions::close(state));
    state.focus = Focus::Topics;
    effects.extend(stop_reading(state));
    state.asked = Asked::default();
    state.records = Records::default();
    effects.extend(follow_tree(state));
    effects
}
