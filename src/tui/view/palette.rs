//! All that can be done where one is: by its name, with its keys, and why it cannot be done where it cannot.

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Piece, piece};
use super::chooser;
use crate::tui::input::{Entry, Reason, actions};
use crate::tui::layout::Layout;
use crate::tui::state::{Chooser, State};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 90;
/// Cells of the names, and of the keys.
const NAME: u16 = 20;
const KEYS: u16 = 9;

/// Draws the list over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, chooser: &Chooser, body: Rect) {
    let commands = state.commands(chooser);
    let lines: Vec<Vec<Piece<'_>>> = commands.iter().map(|entry| line(state, entry)).collect();
    let title = [piece(" Commands ", Meaning::Title)];
    chooser::draw(canvas, chooser, &title, (area(body), &lines));
}

fn area(body: Rect) -> Rect {
    chooser::area(body, WIDEST, actions().count())
}

fn line(state: &State, entry: &'static Entry) -> Vec<Piece<'static>> {
    let keys: Vec<String> = state.keymap.keys(entry).iter().map(ToString::to_string).collect();
    let name = piece(padded(entry.id, NAME), Meaning::Plain);
    match entry.possible(state) {
        Ok(()) => vec![
            name,
            piece(padded(&keys.join(" "), KEYS), Meaning::Key),
            piece(entry.title, Meaning::Muted),
        ],
        Err(Reason(reason)) => vec![
            Piece { meaning: Meaning::Muted, ..name },
            piece(padded(&keys.join(" "), KEYS), Meaning::Muted),
            piece(format!("! {reason}"), Meaning::Warn),
        ],
    }
}

fn padded(text: &str, cells: u16) -> String {
    let text = sanitize::clip(text, cells - 1);
    let space = usize::from(cells.saturating_sub(sanitize::width(&text)));
    format!("{text}{}", " ".repeat(space))
}

/// Where the cursor of the terminal stands.
pub(super) fn cursor(state: &State, chooser: &Chooser) -> Option<Position> {
    let layout = Layout::of(state)?;
    let body = layout.tree.union(layout.main).union(layout.detail);
    Some(chooser::cursor(chooser, area(body)))
}
