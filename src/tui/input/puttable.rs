//! Whether something can be put by hand now, and if not, why.

use super::action::Reason;
use super::possible::{reason, writable};
use crate::tui::state::{Overlay, State, Verdict};

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
            "`{}` has an unfinished draft: p shows it, ^X empties it",
            record.topic
        ));
    }
    writable(state, &record.topic)
}

pub(super) fn nothing_being_put(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Put(page) if state.is_putting(&page.topic) => reason("it is being put"),
        Overlay::Put(page) if page.shape.is_none() => match &page.verdict {
            Verdict::Wrong(why) => reason(why.clone()),
            _ => reason("the fields are still being read"),
        },
        _ => Ok(()),
    }
}

pub(super) fn refused_line(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Put(page) if page.pasted.as_ref().is_some_and(|lines| lines.refused() == 0) => {
            reason("no line is refused")
        }
        _ => Ok(()),
    }
}

pub(super) fn record_that_was_put(state: &State) -> Result<(), Reason> {
    match &state.put_last {
        Some(_) => Ok(()),
        None => reason("nothing was put by hand yet: p does"),
    }
}
