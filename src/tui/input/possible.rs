//! Whether an action is possible now, and if not, why.

use super::action::Reason;
use super::context::Context;
use crate::TopicName;
use crate::tui::data::{Cell, Row};
use crate::tui::state::{Across, Overlay, Screen, State, Tail};
use crate::tui::text::quantity::counted;
use crate::tui::update::selected_job;

#[expect(clippy::unnecessary_wraps, reason = "the table asks every action the same question")]
pub(super) fn always(_: &State) -> Result<(), Reason> {
    Ok(())
}

pub(super) fn reason<T>(text: impl Into<String>) -> Result<T, Reason> {
    Err(Reason(text.into()))
}

pub(super) fn something_to_open(state: &State) -> Result<(), Reason> {
    match state.context() {
        Context::Topics if state.topics.selected().is_none() => reason("there is no topic to open"),
        Context::Versions
            if state.versions.as_ref().is_none_or(|list| list.selected().is_none()) =>
        {
            reason("there is no version to look at")
        }
        Context::Records | Context::Tail if state.selected_record().is_none() => {
            reason("no record is selected")
        }
        _ => Ok(()),
    }
}

/// People press `esc` to get out of things: at the top it must not end the program under their next keys.
pub(super) fn something_to_go_back_to(state: &State) -> Result<(), Reason> {
    if state.context() == Context::Topics { reason("q quits") } else { Ok(()) }
}

pub(super) fn records_to_seek(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Tail {
        return reason("the tail shows what arrives now; leave it with f, then jump");
    }
    if state.screen == Screen::Versions {
        return reason("the versions are shown; leave them with v, then jump");
    }
    if state.records.extents.total() == 0 {
        return reason("there are no records here to jump to");
    }
    Ok(())
}

pub(super) fn records_to_search(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Versions {
        return reason("the versions are shown; leave them with v, then look for a text");
    }
    if state.screen == Screen::Records && state.records.extents.total() == 0 {
        return reason("there are no records here to look through");
    }
    Ok(())
}

pub(super) fn records_to_step_through(state: &State) -> Result<(), Reason> {
    match state.screen {
        Screen::Versions => reason("the versions are shown: each line is one"),
        Screen::Records if state.selected_row().is_none() => reason("no record is selected"),
        Screen::Records | Screen::Tail => Ok(()),
    }
}

pub(super) fn records_to_filter(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Versions {
        return reason("the versions are shown; leave them with v, then filter records");
    }
    if state.records.place.is_none() {
        return reason("there is no topic whose records to filter");
    }
    Ok(())
}

pub(super) fn cell_to_compare(state: &State) -> Result<(), Reason> {
    match (state.selected_row(), state.cursor_column()) {
        (None, _) => reason("no record is selected"),
        (_, None) => reason("no column is shown"),
        _ => Ok(()),
    }
}

pub(super) fn column_to_sort_by(state: &State) -> Result<(), Reason> {
    if state.cursor_column().is_none() {
        return reason("no column is shown");
    }
    Ok(())
}

pub(super) fn asked_for(state: &State) -> Result<(), Reason> {
    if state.asked.is_everything() {
        return reason("there is no condition to take off: & adds one");
    }
    Ok(())
}

pub(super) fn record_to_mark(state: &State) -> Result<(), Reason> {
    if state.selected_row().is_none() {
        return reason("no record is selected");
    }
    Ok(())
}

/// A mark is a bucket and an offset, at which a branch may have another record.
pub(super) fn own_record_to_mark(state: &State) -> Result<(), Reason> {
    if state.screen == Screen::Records && state.records.branch().is_some() {
        return reason("a record of a branch cannot be marked");
    }
    record_to_mark(state)
}

pub(super) fn marks_to_list(state: &State) -> Result<(), Reason> {
    if state.marks.list().is_empty() && state.context() != Context::Marks {
        return reason("there are no marks: m marks the selected record");
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

pub(super) fn vector_to_compare(state: &State) -> Result<(), Reason> {
    let Some(row) = state.selected_row() else {
        return reason("no record is selected");
    };
    let has_vector = |row: &Row| row.cells.iter().any(|c| matches!(c, Cell::Vector { .. }));
    if has_vector(row) {
        return Ok(());
    }
    let top = state.records.scroll.top;
    let mut others = (top..top + 100).filter_map(|row| state.records.row(row));
    if others.any(has_vector) {
        return reason("this record has no vector to compare with");
    }
    reason("there is no vector column here: similar records are those with near vectors")
}

pub(super) fn texts_to_search(state: &State) -> Result<(), Reason> {
    match (state.screen, &state.records.place) {
        (Screen::Versions, _) => {
            reason("the versions are shown; leave them with v, then search for words")
        }
        (_, None) => reason("there is no topic whose texts to search"),
        (Screen::Records, _) if state.records.whole().extents.total() == 0 => {
            reason("there are no records here to search")
        }
        (Screen::Records | Screen::Tail, _) => Ok(()),
    }
}

pub(super) fn record_that_was_found(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Found(found) if found.selected().is_none() => reason("nothing was found yet"),
        _ => Ok(()),
    }
}

pub(super) fn record_before(state: &State) -> Result<(), Reason> {
    match &state.overlay {
        Overlay::Similar(similar) if similar.hops.len() > 1 => Ok(()),
        _ => reason("this is the record that the way began with"),
    }
}

pub(super) fn tour_to_skip(state: &State) -> Result<(), Reason> {
    if state.tour.is_none() {
        return reason("there is no tour here: `lanceq demo` begins one");
    }
    Ok(())
}

pub(super) fn held_still(state: &State) -> Result<(), Reason> {
    match state.tail.as_ref().and_then(Tail::selected) {
        Some(_) => Ok(()),
        None => reason("the tail follows already"),
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

pub(super) fn no_flush_of_all(state: &State) -> Result<(), Reason> {
    if state.flush_run.is_some() {
        return reason("a flush of all topics is under way; w shows how far it is");
    }
    Ok(())
}

pub(super) fn something_to_flush(state: &State) -> Result<(), Reason> {
    let plan = state.flush_plan();
    if plan.uncounted > 0 {
        return reason(format!("{} still to be counted", counted(plan.uncounted, "topic")));
    }
    if plan.topics.is_empty() {
        return reason("nothing is buffered in any topic");
    }
    Ok(())
}

pub(super) fn job_to_stop(state: &State) -> Result<(), Reason> {
    match selected_job(state) {
        None => reason("nothing that is selected is under way"),
        Some(work) => work.unstoppable().map_or(Ok(()), reason),
    }
}

pub(super) fn columns_to_choose(state: &State) -> Result<(), Reason> {
    match state.across() {
        Some(across) if across.shown.is_empty() => {
            reason("there are no columns yet to choose from")
        }
        Some(_) => Ok(()),
        None => reason("the versions are shown; leave them with v, then choose columns"),
    }
}

pub(super) fn column_to_arrange(state: &State) -> Result<(), Reason> {
    match state.across().and_then(Across::column) {
        Some(_) => Ok(()),
        None => reason("there is no column under the cursor"),
    }
}

/// One column stays, else nobody could tell rows without columns from rows that are on their way.
pub(super) fn column_to_hide(state: &State) -> Result<(), Reason> {
    if let Overlay::Columns(chooser) = &state.overlay {
        let choices = state.column_choices(chooser);
        let Some(choice) = choices.get(chooser.selected()) else {
            return reason("no column has these letters");
        };
        if choice.hidden {
            return Ok(());
        }
    } else {
        column_to_arrange(state)?;
    }
    match state.across() {
        Some(across) if across.shown.len() > 1 => Ok(()),
        _ => reason("the last column that is shown stays"),
    }
}

pub(super) fn hidden_columns(state: &State) -> Result<(), Reason> {
    match state.across() {
        Some(across) if across.hidden > 0 => Ok(()),
        _ => reason("every column is shown"),
    }
}

pub(super) fn record_to_copy(state: &State) -> Result<(), Reason> {
    match state.selected_record() {
        Some(_) => Ok(()),
        None => reason("no record is selected"),
    }
}

pub(super) fn value_to_copy(state: &State) -> Result<(), Reason> {
    if state.pane() == Context::Detail {
        return match (state.detail.record(), state.detail.line()) {
            (Some(_), Some(line)) if !line.path.is_empty() => match state.detail.unread() {
                None => Ok(()),
                Some(_) => reason("the value is not read yet: ↵ reads it"),
            },
            _ => reason("there is no value under the cursor"),
        };
    }
    record_to_copy(state)?;
    column_to_arrange(state)
}

pub(super) fn column_to_copy(state: &State) -> Result<(), Reason> {
    if state.pane() == Context::Detail {
        return reason("columns are those of the table: esc leads there");
    }
    column_to_arrange(state)
}

pub(super) fn path_to_copy(state: &State) -> Result<(), Reason> {
    if state.pane() != Context::Detail {
        return reason("paths are those of the detail: ↵ opens it");
    }
    value_to_copy(state)
}

pub(super) fn view_to_reproduce(state: &State) -> Result<(), Reason> {
    let sort = state.asked.sort.as_ref();
    let is_inner = |name: &str| state.inner().iter().any(|path| path.name == name);
    match state.screen {
        Screen::Records if sort.is_some_and(|sort| is_inner(&sort.column)) => {
            reason("no command sorts by what lies inside of a column; o takes the order off")
        }
        Screen::Records => record_to_copy(state),
        Screen::Tail | Screen::Versions => Ok(()),
    }
}

pub(super) fn view_to_read_in_python(state: &State) -> Result<(), Reason> {
    let several = state.records.whole().extents.iter().count() > 1;
    match state.screen {
        Screen::Tail => {
            reason("pylance does not follow what arrives; c copies the command that does")
        }
        Screen::Records if state.asked.filter.needles().next().is_some() => {
            reason("pylance looks for no text in any field; c copies the command that does")
        }
        Screen::Records if state.asked.sort.is_some() && several => reason(
            "pylance reads one bucket at a time; c copies the command that sorts all of them",
        ),
        Screen::Versions | Screen::Records => Ok(()),
    }
}

pub(super) fn something_to_run(state: &State) -> Result<(), Reason> {
    let Overlay::Palette(chooser) = &state.overlay else {
        return Ok(());
    };
    if state.commands(chooser).is_empty() { reason("nothing has these letters") } else { Ok(()) }
}

pub(super) fn something_was_said(state: &State) -> Result<(), Reason> {
    if state.log.len() == 0 { reason("nothing was said yet") } else { Ok(()) }
}

pub(super) fn writable(state: &State, topic: &TopicName) -> Result<(), Reason> {
    if state.topics.get(topic).is_some_and(|topic| topic.entry.foreign) {
        return reason(format!("another program made `{topic}`: it is read and followed only"));
    }
    Ok(())
}
