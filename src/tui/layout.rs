//! Which pane lies where: a pure function of the size and of what is open.
//!
//! ```text
//! top
//! ┌ tree ─┐┌ main ──────────┐┌ detail ┐
//! └───────┘└────────────────┘└────────┘
//! status
//! footer
//! ```

use ratatui::layout::Rect;

use super::state::{Focus, Screen, State};

/// The smallest terminal that the explorer fits in, width and height.
pub(crate) const SMALLEST: (u16, u16) = (40, 10);
/// From this width on the tree stands beside the table.
const TWO_PANES: u16 = 80;
/// From this width on the detail stands beside the table.
const THREE_PANES: u16 = 130;
/// Cells that a tail's bucket, mark and offset take.
pub(crate) const TAIL_LEAD: u16 = 4;
/// Cells of an offset in a tail; a longer one takes more.
pub(crate) const TAIL_OFFSET: u16 = 9;
/// Cells of the time of arrival in a tail, and from how many cells of a line on it is shown.
pub(crate) const ARRIVED: (u16, u16) = (12, 60);
/// Cells of the number of a line of a text, and of what stands between the two.
pub(crate) const NUMBERS: u16 = 6;
/// From this height on a table says the types of its columns.
const TYPES: u16 = 16;

/// The panes; a pane that is not there has no cells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) top: Rect,
    pub(crate) tree: Rect,
    pub(crate) main: Rect,
    pub(crate) detail: Rect,
    /// What the tour says.
    pub(crate) tour: Rect,
    pub(crate) status: Rect,
    pub(crate) footer: Rect,
}

impl Layout {
    /// The panes for a state; none where the terminal is too small.
    pub(crate) fn of(state: &State) -> Option<Self> {
        let (width, height) = (state.size.width, state.size.height);
        if width < SMALLEST.0 || height < SMALLEST.1 {
            return None;
        }
        let line = |y| Rect::new(0, y, width, 1);
        // Where it does not fit as a whole it would only take room away.
        let tour = Some(tour_height(state, width)).filter(|lines| *lines <= height - SMALLEST.1);
        let tour = tour.unwrap_or(0);
        let body = Rect::new(0, 1, width, height - 3 - tour);
        let frame = Self {
            top: line(0),
            tour: Rect::new(0, body.bottom(), width, tour),
            status: line(height - 2),
            footer: line(height - 1),
            ..Self::default()
        };
        Some(frame.with_panes(state, body))
    }

    fn with_panes(mut self, state: &State, body: Rect) -> Self {
        let (tree, rest) = split_left(body, tree_width(state, body.width));
        let (main, detail) = split_right(rest, detail_width(state, rest.width, body.width));
        (self.tree, self.main, self.detail) = (tree, main, detail);
        self
    }

    /// Rows of the tree in view.
    pub(crate) fn tree_rows(&self) -> u64 {
        u64::from(self.tree.height.saturating_sub(2))
    }

    /// Rows of the table in view, below its header.
    pub(crate) fn table_rows(&self) -> u64 {
        u64::from(self.main.height.saturating_sub(2 + headings(self.main)))
    }

    /// Cells that the columns of the table have, behind what stands before them.
    pub(crate) fn table_cells(&self, lead: u16) -> u16 {
        self.main.width.saturating_sub(2 + lead)
    }

    /// Cells that the columns of the tail have.
    pub(crate) fn tail_cells(&self) -> u16 {
        let line = self.main.width.saturating_sub(3);
        let arrived = if line >= ARRIVED.1 { ARRIVED.0 + 2 } else { 0 };
        line.saturating_sub(TAIL_LEAD + TAIL_OFFSET + 2 + arrived)
    }

    /// Rows of a box over all panes, at most.
    pub(crate) fn box_rows(&self) -> u64 {
        u64::from(self.main.height.saturating_sub(2))
    }

    /// Lines of a text in a box over all panes, and the cells of each.
    pub(crate) fn text_box(&self) -> (u16, u16) {
        let body = self.tree.union(self.main).union(self.detail);
        (body.height.saturating_sub(2), body.width.saturating_sub(2 + NUMBERS))
    }

    /// Records that differ in view, above the cells of one.
    pub(crate) fn diff_rows(&self) -> u64 {
        let (above, _) = diff_parts(self.tree.union(self.main).union(self.detail));
        u64::from(above.height.saturating_sub(2))
    }

    /// Versions in view, below their header.
    pub(crate) fn version_rows(&self) -> u64 {
        u64::from(self.main.height.saturating_sub(3))
    }

    /// Lines of the tail in view, below its header.
    pub(crate) fn tail_rows(&self) -> u64 {
        u64::from(self.main.height.saturating_sub(3))
    }

    /// Cells of a line of the detail: all but the frame, the cursor's cell, and one at the right.
    pub(crate) fn detail_cells(&self) -> u16 {
        self.detail.width.saturating_sub(4)
    }

    /// Lines of the detail in view.
    pub(crate) fn detail_rows(&self) -> u64 {
        u64::from(self.detail.height.saturating_sub(2))
    }
}

/// The list of records that differ, and the cells of one below it, where there is room for both.
pub(crate) fn diff_parts(body: Rect) -> (Rect, Rect) {
    let below = if body.height < 16 { 0 } else { body.height / 3 };
    let above = Rect { height: body.height - below, ..body };
    (above, Rect { y: above.bottom(), height: below, ..body })
}

/// Lines of the heading of a table in a frame: names, and types where there is room.
pub(crate) fn headings(frame: Rect) -> u16 {
    if frame.height < TYPES { 1 } else { 2 }
}

/// Lines of the tour, and the rule above them.
fn tour_height(state: &State, width: u16) -> u16 {
    let lines = state.tour.map_or(0, |tour| 1 + tour.lines(width.saturating_sub(2)).len());
    u16::try_from(lines).unwrap_or(u16::MAX)
}

fn tree_width(state: &State, width: u16) -> u16 {
    match (state.screen, state.focus) {
        (Screen::Records | Screen::Versions, _) if width >= TWO_PANES => (width / 4).clamp(24, 34),
        (Screen::Records | Screen::Versions, Focus::Topics) => width,
        (Screen::Records | Screen::Versions | Screen::Tail, _) => 0,
    }
}

fn detail_width(state: &State, rest: u16, whole: u16) -> u16 {
    let wide = whole >= THREE_PANES;
    match state.screen {
        Screen::Versions => 0,
        Screen::Records if wide => (rest * 2 / 5).min(60),
        Screen::Tail if wide && state.detail.open => (rest * 2 / 5).min(60),
        _ if state.detail.open => rest,
        _ => 0,
    }
}

fn split_left(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    let left = Rect { width, ..area };
    let right = Rect { x: area.x + width, width: area.width - width, ..area };
    (left, right)
}

fn split_right(area: Rect, width: u16) -> (Rect, Rect) {
    split_left(area, area.width - width.min(area.width))
}
