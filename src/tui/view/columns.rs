//! The columns of a table, to choose from.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Piece, piece};
use super::chooser;
use crate::tui::layout::Layout;
use crate::tui::state::{Choice, Chooser, State};
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 60;

/// Draws the list over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, chooser: &Chooser, body: Rect) {
    let choices = state.column_choices(chooser);
    let lines: Vec<Vec<Piece<'_>>> = choices.iter().map(line).collect();
    let hidden = state.across().map_or(0, |across| across.hidden);
    let title = [piece(" Columns ", Meaning::Title)];
    let area = chooser::draw(canvas, chooser, &title, (area(state, body), &lines));
    if hidden > 0 {
        canvas.on_top(area, &[piece(format!(" {hidden} hidden "), Meaning::Muted)]);
    }
}

/// As many lines as there are columns, whatever was typed: the box does not jump.
fn area(state: &State, body: Rect) -> Rect {
    chooser::area(body, WIDEST, state.known_columns().len())
}

fn line(choice: &Choice) -> Vec<Piece<'_>> {
    let (mark, name) =
        if choice.hidden { ("[ ] ", Meaning::Muted) } else { ("[x] ", Meaning::Plain) };
    let mut pieces = vec![
        piece(mark, Meaning::Muted),
        piece(choice.name.as_str(), name),
        piece("  ", Meaning::Plain),
        piece(choice.kind.as_str(), Meaning::Muted),
    ];
    if choice.frozen {
        pieces.push(piece("  stays in view", Meaning::Good));
    }
    pieces
}

/// Where the cursor of the terminal stands.
pub(super) fn cursor(state: &State, chooser: &Chooser) -> Option<Position> {
    let layout = Layout::of(state)?;
    let body = layout.tree.union(layout.main).union(layout.detail);
    Some(chooser::cursor(chooser, area(state, body)))
}
