//! The detail: unfolding, reading what was too heavy to be read with its record, and other forms of what is shown.

use super::columns;
use crate::tui::data::{HEAVIEST, PathColumn};
use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::input::{Action, Motion};
use crate::tui::layout::Layout;
use crate::tui::state::{Focus, Screen, Severity, State};
use crate::tui::text::quantity::bytes;

/// Shows the value of the cursor, or the record, otherwise.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Fold if state.detail.unread().is_some() => return read(state),
        Action::Fold => state.detail.toggle(),
        Action::Hex => state.detail.turn_to_hex(),
        Action::Json => state.detail.turn_to_json(),
        Action::PathColumn => return turn_column(state),
        _ => {}
    }
    Vec::new()
}

/// Moves the cursor; to the right of a value that was not read, reads it.
pub(super) fn step(state: &mut State, motion: Motion, layout: &Layout) -> Vec<Effect> {
    if motion == Motion::Right && state.detail.unread().is_some() {
        return read(state);
    }
    state.detail.step(motion, layout.detail_rows());
    Vec::new()
}

/// Reads the value of the cursor, which was not read with its record.
fn read(state: &mut State) -> Vec<Effect> {
    let Some((id, column, size)) = state.detail.unread() else {
        return Vec::new();
    };
    let (record, column) = (id.clone(), column.to_owned());
    if size > HEAVIEST {
        let (size, most) = (bytes(size), bytes(HEAVIEST));
        let text =
            format!("{size} are more than is shown here, {most}: Y copies the command for it");
        state.say(Severity::Refused, text);
        return Vec::new();
    }
    if state.detail.reading.as_ref() == Some(&column) {
        return Vec::new();
    }
    state.detail.begin_reading(column.clone());
    vec![state.loads.begin(Slot::Value, Request::Value { record, column })]
}

/// Makes a column of the value of the cursor, or takes it away again.
fn turn_column(state: &mut State) -> Vec<Effect> {
    let found = state.detail.record().zip(state.detail.line());
    let found = found.and_then(|((_, record), line)| {
        Some(PathColumn::new(&record.path_text(&line.path)?, &line.path))
    });
    let Some(column) = found else { return Vec::new() };
    let mut is_there = false;
    let effects = columns::change(state, |arrangement, columns| {
        is_there = arrangement.turn(columns, &column);
    });
    state.refresh_rows((!is_there).then_some(&column.name));
    let name = &column.name;
    let text = match (is_there, state.screen) {
        (true, Screen::Tail) => format!("`{name}` is a column of the table, and of the next tail"),
        (true, _) => format!("`{name}` is a column now; C takes it away again"),
        (false, _) => format!("`{name}` is no column any more"),
    };
    state.say(Severity::Done, text);
    effects
}

/// Stops reading a value; where none is being read, leaves the detail.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    if let Some(stopped) = state.loads.cancel(&Slot::Value) {
        state.detail.stop_reading();
        state.say(Severity::Refused, "stopped: the value is not read");
        return vec![stopped];
    }
    state.detail.open = false;
    state.focus = Focus::Main;
    Vec::new()
}
