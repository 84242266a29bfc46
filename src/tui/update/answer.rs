//! What loads bring: the newest of a slot is taken, older ones are dropped.

use super::{act, places};
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, LoadId, Slot};
use crate::tui::event::Answer;
use crate::tui::state::{Counts, Listing, Severity, State};
use crate::tui::text::quantity::{counted, grouped};
use crate::{Flushed, TopicCounts, TopicName};

/// Takes an answer.
pub(super) fn take(
    state: &mut State,
    slot: &Slot,
    id: LoadId,
    result: Result<Answer, Fault>,
) -> Vec<Effect> {
    if !state.loads.is_current(slot, id) {
        return Vec::new();
    }
    // A tail goes on answering until it fails.
    if *slot != Slot::Tail || result.is_err() {
        state.loads.finish(slot);
    }
    match result {
        Ok(answer) => taken(state, slot, answer),
        Err(fault) => failed(state, slot, fault),
    }
}

fn taken(state: &mut State, slot: &Slot, answer: Answer) -> Vec<Effect> {
    match (slot, answer) {
        (Slot::Topics, Answer::Topics(entries)) => {
            state.topics.replace(entries);
            let mut effects = places::stay_or_leave(state);
            effects.extend(places::open_start(state));
            return effects;
        }
        (Slot::Counts(topic), Answer::Counts(counts)) => count(state, topic, counts),
        (Slot::Page(key), Answer::Page { rows, took, generation }) => {
            if !rows.columns.is_empty() {
                state.records.columns = rows.columns.clone();
            }
            state.records.pages.put(*key, rows, generation);
            state.records.cost = Some(took);
        }
        (Slot::Detail, Answer::Record(fields)) => state.detail.show(Ok(fields)),
        (Slot::Seek, Answer::Row(bucket, local)) => act::jump(state, bucket, local),
        (Slot::Tail, Answer::Tail(arrivals, now)) => {
            if let Some(tail) = &mut state.tail {
                tail.take(arrivals, now);
            }
        }
        (Slot::Flush(topic), Answer::Flushed(flushed)) => {
            let text = flushed_text(topic, &flushed);
            state.say(Severity::Done, text);
        }
        _ => {}
    }
    Vec::new()
}

fn count(state: &mut State, name: &TopicName, counts: TopicCounts) {
    if state.records.place.as_ref().is_some_and(|place| place.topic == *name) {
        state.records.count(&counts);
    }
    if let Some(topic) = state.topics.get_mut(name) {
        topic.counts = Counts::Known(counts);
    }
}

fn flushed_text(topic: &TopicName, flushed: &[Flushed]) -> String {
    let rows = flushed.iter().map(|bucket| bucket.rows).sum();
    let version = |bucket: &Flushed| format!("{} v {}", bucket.bucket_id, grouped(bucket.version));
    let versions: Vec<String> = flushed.iter().map(version).collect();
    match rows {
        0 => format!("nothing was buffered in `{topic}`"),
        _ => format!(
            "flushed {} of `{topic}`: bucket {}",
            counted(rows, "record"),
            versions.join(", ")
        ),
    }
}

fn failed(state: &mut State, slot: &Slot, fault: Fault) -> Vec<Effect> {
    match slot {
        Slot::Topics => {
            state.topics.replace(Vec::new());
            state.topics.listing = Listing::Failed(fault);
            return places::stay_or_leave(state);
        }
        Slot::Counts(name) => {
            if let Some(topic) = state.topics.get_mut(name) {
                topic.counts = Counts::Broken(fault);
            }
        }
        Slot::Page(_) => state.records.failed = Some((fault, state.records.generation)),
        Slot::Detail => state.detail.show(Err(fault)),
        Slot::Tail => {
            if let Some(tail) = &mut state.tail {
                tail.failed = Some(fault);
            }
        }
        Slot::Seek | Slot::Flush(_) => state.say(Severity::Failed, fault.message),
    }
    Vec::new()
}
