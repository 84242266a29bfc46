//! Flushing what is under the cursor, or all topics one after the other, and telling what was done.

use std::collections::VecDeque;

use super::deeds;
use crate::TopicName;
use crate::tui::data::{Fault, FlushReport};
use crate::tui::effect::{Effect, Place, Request, Slot};
use crate::tui::state::{Card, FlushRun, Overlay, Severity, State};
use crate::tui::text::quantity::{counted, elapsed, grouped};

/// Flushes the topic or the bucket under the cursor.
pub(super) fn here(state: &mut State) -> Vec<Effect> {
    let Some(place) = state.records.place.clone() else {
        return Vec::new();
    };
    state.say(Severity::Done, format!("flushing {} …", named(&place.topic, place.bucket)));
    vec![begin(state, place)]
}

fn begin(state: &mut State, place: Place) -> Effect {
    state.loads.begin(Slot::Flush(place.topic.clone()), Request::Flush(place))
}

/// Asks whether all topics are to be flushed, and says what that would do.
pub(super) fn ask_all(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::FlushAll(0);
    Vec::new()
}

/// Flushes all topics that have something buffered, one after the other.
pub(super) fn all(state: &mut State) -> Vec<Effect> {
    state.overlay = Overlay::None;
    let plan = state.flush_plan();
    let waiting: VecDeque<TopicName> = plan.topics.into_iter().map(|(topic, ..)| topic).collect();
    let all = waiting.len() as u64;
    state.say(Severity::Done, format!("flushing {} …", counted(all, "topic")));
    let card = Card::default();
    let begun = state.loads.now();
    state.flush_run = Some(FlushRun { waiting, current: None, all, card, begun });
    next(state)
}

/// Flushes the next topic that waits and is not being flushed by itself; where none waits any more,
/// tells what was done.
fn next(state: &mut State) -> Vec<Effect> {
    let Some(mut run) = state.flush_run.take() else {
        return Vec::new();
    };
    let free = run.waiting.iter().position(|topic| !state.is_flushing(topic));
    run.current = free.and_then(|at| run.waiting.remove(at));
    let (current, ended) = (run.current.clone(), run.waiting.is_empty());
    state.flush_run = Some(run);
    match current {
        Some(topic) => vec![begin(state, Place { topic, bucket: None })],
        None if ended => {
            tell_all(state);
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Goes on with a run that waits for a flush that has just ended.
fn go_on(state: &mut State) -> Vec<Effect> {
    match &state.flush_run {
        Some(run) if run.current.is_none() => next(state),
        _ => Vec::new(),
    }
}

fn tell_all(state: &mut State) {
    let Some(run) = state.flush_run.take() else { return };
    let took = state.loads.now().saturating_sub(run.begun);
    let left = match run.card.left {
        0 => String::new(),
        left => format!(", {} left as they are", counted(left, "topic")),
    };
    let (severity, failed) = match run.card.failed() {
        0 => (Severity::Done, String::new()),
        failed => (Severity::Failed, format!(", {} failed", counted(failed, "topic"))),
    };
    let done = run.all.saturating_sub(run.card.left + run.card.failed());
    let (records, topics) = (counted(run.card.rows(), "record"), counted(done, "topic"));
    let text = format!("flushed {records} of {topics}{failed}{left} · {}", elapsed(took));
    let what = format!("flush {}", counted(run.all, "topic"));
    let outcome = format!("{records}{failed}{left}");
    state.jobs.end(what, took, if failed.is_empty() { Ok(outcome) } else { Err(outcome) });
    state.say(severity, text);
    state.card = Some(Card { took, ..run.card });
}

/// Stops the run behind the topic that is being flushed.
pub(super) fn stop_all(state: &mut State) {
    let Some(run) = &mut state.flush_run else { return };
    run.card.left += run.waiting.len() as u64;
    run.waiting.clear();
    match &run.current {
        Some(topic) => {
            let text = format!("the flush stops behind `{topic}`");
            state.say(Severity::Done, text);
        }
        // It waited only for topics that are being flushed by themselves.
        None => tell_all(state),
    }
}

/// A flush has come to its end.
pub(super) fn done(state: &mut State, topic: &TopicName, report: &FlushReport) -> Vec<Effect> {
    if let Some(topic) = state.topics.get_mut(topic) {
        topic.stale = true;
    }
    if let Some(tail) = &mut state.tail
        && let Some(number) = tail.number_of(topic)
    {
        for bucket in &report.buckets {
            tail.note_flush(number, &bucket.flushed, bucket.took);
        }
    }
    deeds::flushed(state, topic, report);
    if state.is_of_run(&Slot::Flush(topic.clone())) {
        return note(state, topic, Ok(report));
    }
    state.say(Severity::Done, told(topic, report));
    if report.rows() > 0 {
        let mut card = Card::default();
        card.add(topic, Ok(report));
        state.card = Some(card);
    }
    go_on(state)
}

/// A flush has failed.
pub(super) fn failed(state: &mut State, topic: &TopicName, fault: &Fault) -> Vec<Effect> {
    if state.is_of_run(&Slot::Flush(topic.clone())) {
        return note(state, topic, Err(fault));
    }
    state.say(Severity::Failed, format!("`{topic}` was not flushed: {}", fault.message));
    go_on(state)
}

fn note(state: &mut State, topic: &TopicName, result: Result<&FlushReport, &Fault>) -> Vec<Effect> {
    if let Some(run) = &mut state.flush_run {
        run.card.add(topic, result);
    }
    next(state)
}

/// What a flush did, in a sentence.
pub(super) fn told(topic: &TopicName, report: &FlushReport) -> String {
    let rows = report.rows();
    if rows == 0 {
        let only = report.buckets.first().filter(|_| report.buckets.len() == 1);
        let bucket = only.map(|bucket| bucket.flushed.bucket_id);
        return format!("nothing was buffered in {}", named(topic, bucket));
    }
    let versions: Vec<String> = report
        .changed()
        .map(|bucket| format!("{} v {}", bucket.flushed.bucket_id, grouped(bucket.flushed.version)))
        .collect();
    let (records, took) = (counted(rows, "record"), elapsed(report.took));
    format!("flushed {records} of `{topic}`: bucket {} · {took}", versions.join(", "))
}

/// A topic, or a bucket of it, in a sentence.
fn named(topic: &TopicName, bucket: Option<u32>) -> String {
    bucket.map_or_else(|| format!("`{topic}`"), |bucket| format!("`{topic}`, bucket {bucket}"))
}
