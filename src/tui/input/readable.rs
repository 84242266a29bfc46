//! What can be done with the value at the cursor of the detail, and if it cannot, why.

use super::action::Reason;
use super::possible::reason;
use crate::tui::data::Column;
use crate::tui::state::{Sign, State};

/// Columns at most that are made of what lies at a path: each costs something in every row.
const PATH_COLUMNS: usize = 16;

pub(super) fn record_to_read(state: &State) -> Result<(), Reason> {
    if state.detail.record().is_none() {
        return reason("there is no record here to show");
    }
    Ok(())
}

pub(super) fn text_to_turn(state: &State) -> Result<(), Reason> {
    if state.detail.is_json {
        return reason("the record is shown as JSON: t leads back to the tree");
    }
    let found = state.detail.record().zip(state.detail.line());
    match found.and_then(|((_, record), line)| record.is_text(&line.path)) {
        Some(_) => Ok(()),
        None if state.detail.unread().is_some() => reason("it is not read yet: ↵ reads it"),
        None => reason("hexadecimal is for texts and bytes"),
    }
}

pub(super) fn something_inside(state: &State) -> Result<(), Reason> {
    match state.detail.sign() {
        Sign::None => reason("there is nothing to unfold here"),
        _ => Ok(()),
    }
}

pub(super) fn path_to_show(state: &State) -> Result<(), Reason> {
    if state.detail.is_json {
        return reason("the record is shown as JSON: t leads back to the tree");
    }
    let (Some((id, record)), Some(line)) = (state.detail.record(), state.detail.line()) else {
        return reason("there is no value under the cursor");
    };
    if line.path.len() < 2 {
        return reason("this is a column already: a value inside another becomes one");
    }
    if state.records.place.as_ref().is_none_or(|place| place.topic != id.topic) {
        return reason("columns are those of the topic that is shown, and the record is another's");
    }
    let inner = state.inner();
    let is_there = inner.iter().any(|column| column.path == *line.path);
    let name = record.path_text(&line.path);
    let is_taken = |column: &Column| Some(&column.name) == name.as_ref() && !column.name.is_empty();
    if !is_there && state.known_columns().iter().any(is_taken) {
        return reason("a column has that name already");
    }
    if !is_there && inner.len() >= PATH_COLUMNS {
        return reason(format!("{PATH_COLUMNS} values have columns already: C takes one away"));
    }
    Ok(())
}
