//! Whether an action is possible now, and if not, why.

use super::action::{Context, Reason};
use crate::TopicName;
use crate::tui::state::{Overlay, Screen, Sign, State, Tail};

#[expect(clippy::unnecessary_wraps, reason = "the table asks every action the same question")]
pub(super) fn always(_: &State) -> Result<(), Reason> {
    Ok(())
}

fn reason<T>(text: impl Into<String>) -> Result<T, Reason> {
    Err(Reason(text.into()))
}

pub(super) fn something_to_open(state: &State) -> Result<(), Reason> {
    match state.context() {
        Context::Topics if state.topics.selected().is_none() => reason("there is no topic to open"),
        Context::Records | Context::Tail if state.selected_record().is_none() => {
            reason("no record is selected")
        }
        _ => Ok(()),
    }
}

pub(super) fn something_inside(state: &State) -> Result<(), Reason> {
    match state.detail.sign() {
        Sign::None => reason("there is nothing to unfold here"),
        _ => Ok(()),
    }
}

pub(super) fn records_to_seek(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Tail {
        return reason("the tail shows what arrives now; leave it with f, then jump");
    }
    if state.records.extents.total() == 0 {
        return reason("there are no records here to jump to");
    }
    Ok(())
}

pub(super) fn records_to_search(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Records && state.records.extents.total() == 0 {
        return reason("there are no records here to look through");
    }
    Ok(())
}

pub(super) fn something_looked_for(state: &State) -> Result<(), Reason> {
    if state.find.is_none() {
        return reason("nothing was looked for here yet: / looks for a text");
    }
    records_to_search(state)
}

pub(super) fn topic_to_tail(state: &State) -> Result<(), Reason> {
    if state.records.place.is_none() {
        return reason("there is no topic to follow");
    }
    Ok(())
}

pub(super) fn held_still(state: &State) -> Result<(), Reason> {
    match state.tail.as_ref().and_then(Tail::selected) {
        Some(_) => Ok(()),
        None => reason("the tail follows already"),
    }
}

pub(super) fn topic_to_put_into(state: &State) -> Result<(), Reason> {
    let Some(place) = &state.records.place else {
        return reason("there is no topic to put into");
    };
    writable(state, &place.topic)
}

pub(super) fn record_to_clone(state: &State) -> Result<(), Reason> {
    let Some(record) = state.selected_record() else {
        return reason("no record is selected");
    };
    if state.drafts.contains_key(&record.topic) {
        return reason(format!(
            "`{}` has an unfinished draft: p shows it, ^U empties it",
            record.topic
        ));
    }
    writable(state, &record.topic)
}

pub(super) fn nothing_being_put(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Put(prompt) if state.is_putting(&prompt.topic) => {
            reason("the record is being put")
        }
        _ => Ok(()),
    }
}

pub(super) fn buffer_to_flush(state: &State) -> Result<(), Reason> {
    let Some(place) = &state.records.place else {
        return reason("there is no topic to flush");
    };
    if state.is_flushing(&place.topic) {
        return reason(format!("`{}` is being flushed", place.topic));
    }
    writable(state, &place.topic)
}

fn writable(state: &State, topic: &TopicName) -> Result<(), Reason> {
    if state.topics.get(topic).is_some_and(|topic| topic.entry.foreign) {
        return reason(format!("another program made `{topic}`: it is read and followed only"));
    }
    Ok(())
}
