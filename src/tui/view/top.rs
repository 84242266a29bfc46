//! The top line: where am I, and how much is there.
//!
//! ```text
//!  lanceq  ./queue_storage               3 topics · 14 buckets · 1.2 M records   ⚡ events
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, width};
use super::pin;
use crate::WatchMode;
use crate::tui::state::{Listing, Pin, Screen, State, Whole};
use crate::tui::text::quantity::{counted, elapsed, short};
use crate::tui::theme::Meaning;

/// Cells that the root keeps at least.
const ROOT: u16 = 20;

/// Draws the line; where it is narrow, the sums go first.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let (watch, meaning) = watch(state.watch);
    let only = if state.read_only { "   read-only" } else { "" };
    let mode = [
        piece(only, Meaning::Warn),
        piece("   ", Meaning::Plain),
        piece(watch, meaning),
        piece(" ", Meaning::Plain),
    ];
    let mut left = canvas.right(area, &mode);
    let sums = match pinned(state) {
        Some(pin) => [piece(format!("  {}", pin::sentence(pin, state.now)), Meaning::Warn)],
        None => [piece(format!("  {}", sums(state)), Meaning::Plain)],
    };
    if width(&sums) + ROOT <= left.width {
        left = canvas.right(left, &sums);
    }
    let name = [piece(" lanceq", Meaning::Title), piece("  ", Meaning::Plain)];
    let left = canvas.pieces(left, &name);
    canvas.text(left, &state.root, Meaning::Strong);
}

/// The version that the screen shows, where it does not show what is there now.
fn pinned(state: &State) -> Option<&Pin> {
    state.records.pin.as_ref().filter(|_| state.screen == Screen::Records)
}

fn watch(mode: WatchMode) -> (String, Meaning) {
    match mode {
        WatchMode::Events => ("⚡ events".into(), Meaning::Good),
        WatchMode::Poll(interval) => (format!("⟳ poll {}", elapsed(interval)), Meaning::Warn),
    }
}

fn sums(state: &State) -> String {
    let topics = state.topics.list.len() as u64;
    if !matches!(state.topics.listing, Listing::Ready) || topics == 0 {
        return String::new();
    }
    let (records, whole) = state.topics.records();
    let more = if whole == Whole::All { "" } else { "+" };
    let buckets = counted(state.topics.buckets(), "bucket");
    format!("{} · {buckets} · {}{more} records", counted(topics, "topic"), short(records))
}
