//! What loads bring: the newest of a slot is taken, older ones are dropped.

use chrono::NaiveDateTime;

use super::{
    administer, alter, chores, copying, diff, export, find, flush, jobs, listing, pin, places, put,
    screenshot, seek, similar, storage, tails, versions, words,
};
use crate::tui::data::{Fault, Refusal};
use crate::tui::effect::{Effect, LoadId, Slot};
use crate::tui::event::{Answer, Complaint};
use crate::tui::state::{Counts, Listing, Severity, State};
use crate::{TopicCounts, TopicName};

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
    // What follows goes on answering until it fails, a search until it has an end.
    let goes_on = match &result {
        Ok(
            Answer::Tail(..) | Answer::Searched { .. } | Answer::SiftedOn(_) | Answer::Progress(..),
        ) => true,
        Ok(Answer::Sifted(sifted)) => sifted.end.is_none(),
        Ok(Answer::Compared(compared)) => compared.took.is_none(),
        _ => false,
    };
    if !goes_on {
        jobs::note(state, slot, &result);
        state.loads.finish(slot);
    }
    match result {
        Ok(answer) => taken(state, slot, answer),
        Err(fault) => failed(state, slot, fault),
    }
}

#[expect(clippy::too_many_lines, reason = "a line or two for each answer")]
fn taken(state: &mut State, slot: &Slot, answer: Answer) -> Vec<Effect> {
    match (slot, answer) {
        (Slot::Topics, Answer::Topics(entries)) => {
            state.topics.replace(entries);
            let mut effects = places::stay_or_leave(state);
            effects.extend(places::open_start(state));
            return effects;
        }
        (Slot::Counts(topic), Answer::Counts(counts, now)) => count(state, topic, counts, now),
        (Slot::Lag(topic), Answer::Lag { behind, took }) => {
            if let Some(topic) = state.topics.get_mut(topic) {
                topic.lag.take(behind, took);
            }
        }
        (Slot::Page(key), Answer::Page { rows, took, generation }) => {
            if !rows.columns.is_empty() {
                state.records.columns = rows.columns.clone();
            }
            state.records.cost = Some(took);
            let lacks = state.records.lacks(*key, &rows);
            state.records.pages.put(*key, rows, generation);
            if lacks {
                return listing::mend(state);
            }
        }
        (Slot::Detail, Answer::Record(record)) => state.detail.show(Ok(record)),
        (Slot::Value, Answer::Value(part)) => state.detail.fill(&part),
        (Slot::Picture, Answer::Picture(made)) => state.detail.take_picture(Ok(made)),
        (Slot::Clone, Answer::Record(record)) => return put::open_copy(state, &record),
        (Slot::Seek, answer) => seek::take(state, answer),
        (Slot::Condition | Slot::Estimate | Slot::Sift | Slot::SiftOn, answer) => {
            return listing::take(state, answer);
        }
        (Slot::VersionList | Slot::Versions | Slot::Upkeep | Slot::Branches, answer) => {
            list_of_versions(state, answer);
        }
        (Slot::Alter, Answer::Altered(done)) => return alter::done(state, &done),
        (Slot::Diff, Answer::Compared(found)) => diff::found(state, found),
        (Slot::Similar, Answer::Similar(likes)) => similar::found(state, likes),
        (Slot::Words, Answer::Words(finds)) => words::found(state, finds),
        (Slot::Similar, Answer::Unlike { column, columns, fault }) => {
            similar::unlike(state, (column, columns), fault);
        }
        (Slot::Pin, Answer::Pinned(bucket, landing)) => return pin::land(state, bucket, landing),
        (Slot::Find, Answer::Found(hit)) => find::found(state, &hit),
        (Slot::Find, Answer::NotFound { looked_at }) => find::not_found(state, looked_at),
        (Slot::Find, Answer::Searched { looked_at, all }) => {
            if let Some(find) = &mut state.find {
                find.progress = (looked_at, all);
            }
        }
        (Slot::Tail | Slot::TailBeside(_), Answer::Tail(arrivals, now)) => {
            tails::take(state, slot, arrivals, now);
        }
        (Slot::Shape, Answer::Shape(shape)) => return put::shaped(state, shape),
        (Slot::Check, Answer::Checked(found)) => put::checked(state, found),
        (Slot::Put(topic), Answer::Put(stored)) => put::done(state, topic, &stored),
        (Slot::Copy, Answer::Copied(text)) => return copying::copied(state, text),
        (Slot::Offer, Answer::Offered(tool)) => copying::offered(state, tool),
        (slot, Answer::Progress(done, all)) => {
            state.loads.reach(slot, done, all);
            if *slot == Slot::Export {
                export::begun(state);
            }
        }
        (Slot::Export, Answer::IsThere(file)) => export::is_there(state, file),
        (Slot::Export, Answer::Exported(done)) => export::done(state, &done),
        (Slot::Holdings, Answer::Holdings(goes)) => administer::weighed(state, Ok(goes)),
        (Slot::Administer, Answer::Administered(done)) => return administer::done(state, &done),
        (Slot::Storage, Answer::Storage(found)) => storage::found(state, Ok(found)),
        (Slot::Preview, Answer::Preview(lines)) => chores::foretold(state, Ok(lines)),
        (Slot::Tend(chore, place), Answer::Tended(outcome)) => {
            return chores::done(state, (chore, place), outcome);
        }
        (Slot::Tend(chore, place), Answer::Stopped) => {
            return chores::stopped(state, (chore, place));
        }
        (Slot::Screenshot, Answer::Pictured(file)) => screenshot::taken(state, &file),
        (Slot::Flush(topic), Answer::Flushed(report)) => return flush::done(state, topic, &report),
        _ => {}
    }
    Vec::new()
}

fn list_of_versions(state: &mut State, answer: Answer) {
    let Some(list) = &mut state.versions else { return };
    match answer {
        Answer::VersionNumbers(numbers) => list.list(numbers),
        Answer::Versions(found) => list.take(found),
        Answer::Upkeep(upkeep) => list.upkeep = Some(upkeep),
        Answer::Branches(found) => list.branches = found,
        _ => {}
    }
}

fn count(state: &mut State, name: &TopicName, counts: TopicCounts, now: NaiveDateTime) {
    if state.records.place.as_ref().is_some_and(|place| place.topic == *name) {
        state.records.count(&counts);
    }
    if let Some(topic) = state.topics.get_mut(name) {
        topic.rates.take(&counts, now);
        topic.lag.spoil();
        topic.counts = Counts::Known(counts);
    }
}

/// Takes the news that a load failed, or was stopped.
#[expect(clippy::too_many_lines, reason = "a line or two for each load")]
pub(super) fn failed(state: &mut State, slot: &Slot, fault: Fault) -> Vec<Effect> {
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
        Slot::Value => {
            state.detail.stop_reading();
            state.say(Severity::Failed, fault.message);
        }
        Slot::Picture => state.detail.take_picture(Err(fault.message)),
        Slot::Tail => {
            if let Some(tail) = &mut state.tail {
                tail.failed = Some(fault);
            }
        }
        Slot::Shape => put::shapeless(state, fault.message),
        Slot::Check => {
            let refusal = Refusal { record: 0, field: None, reason: fault.message };
            put::checked(state, Err(vec![refusal]));
        }
        Slot::Put(topic) => put::failed(state, topic, fault.message),
        Slot::Alter => alter::failed(state, fault),
        Slot::Export => export::failed(state, fault),
        Slot::Holdings => administer::weighed(state, Err(fault)),
        Slot::Administer => administer::failed(state, fault),
        Slot::Storage => storage::found(state, Err(fault)),
        Slot::Preview => chores::foretold(state, Err(fault)),
        Slot::Tend(chore, place) => chores::failed(state, (chore, place), &fault),
        Slot::Diff => diff::failed(state, fault),
        Slot::Similar => similar::failed(state, fault),
        Slot::Words => words::failed(state, fault),
        Slot::VersionList | Slot::Versions => versions::failed(state, fault),
        // The list is there without it, and its own read says what is wrong.
        Slot::Upkeep | Slot::Lag(_) => {}
        Slot::Flush(topic) => return flush::failed(state, topic, &fault),
        Slot::TailBeside(topic) => {
            state.say(Severity::Failed, format!("`{topic}` is not followed: {}", fault.message));
        }
        Slot::Estimate => {
            let complaint = Complaint { reason: fault.message, place: None };
            return listing::take(state, Answer::Estimated(Err(complaint)));
        }
        Slot::Sift => listing::failed(state, fault.message),
        Slot::Condition => {
            let complaint = Complaint { reason: fault.message, place: None };
            return listing::answered(state, Err(complaint));
        }
        Slot::Clone
        | Slot::Seek
        | Slot::Find
        | Slot::Pin
        | Slot::SiftOn
        | Slot::Branches
        | Slot::Copy
        | Slot::Offer
        | Slot::Screenshot => {
            state.say(Severity::Failed, fault.message);
        }
    }
    Vec::new()
}
