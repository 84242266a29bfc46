//! What is asked of the table, as chips in the status line, and what came of it.
//!
//! ```text
//!  filter: latency_ms > 90 ✕ “haiku” ✕   sort: latency_ms ▼
//! ```

use super::canvas::{Piece, piece};
use crate::tui::state::{Course, Listed, State};
use crate::tui::text::quantity::{counted, grouped, percent};
use crate::tui::theme::Meaning;
use crate::{Order, Ranking, Sort};

/// The chips; none where nothing is asked for.
pub(super) fn line(state: &State) -> Vec<Piece<'static>> {
    let chips = state.asked.filter.chips();
    let mut pieces = Vec::new();
    if !chips.is_empty() {
        pieces.push(piece("   filter: ", Meaning::Muted));
    }
    for chip in chips {
        pieces.push(piece(chip.label(), Meaning::Strong));
        pieces.push(piece(" ✕ ", Meaning::Muted));
    }
    if let Some(sort) = &state.asked.sort {
        pieces.push(piece("  sort: ", Meaning::Muted));
        pieces.push(piece(format!("{} {} ", sort.column, arrow(sort.order)), Meaning::Strong));
    }
    pieces
}

/// The sign of an order.
pub(super) fn arrow(order: Order) -> &'static str {
    match order {
        Order::Ascending => "▲",
        Order::Descending => "▼",
    }
}

/// How many records match, and how sure that is.
pub(super) fn sums(listed: &Listed, total: u64) -> Vec<Piece<'static>> {
    let (looked_at, all) = listed.progress;
    let matches = grouped(listed.matches);
    let (text, meaning) = match listed.course {
        Course::UnderWay => {
            (format!(" {matches} so far · {} ", share(looked_at, all)), Meaning::Warn)
        }
        Course::Stopped => {
            (format!(" {matches} in {} · stopped ", share(looked_at, all)), Meaning::Warn)
        }
        Course::Done if listed.asked.filter.is_empty() => {
            (format!(" {} ", counted(listed.matches, "record")), Meaning::Plain)
        }
        Course::Done => {
            let all = total.max(listed.matches);
            (format!(" {matches} of {} match ", counted(all, "record")), Meaning::Plain)
        }
    };
    let mut pieces = vec![piece(text, meaning)];
    if let Some(limit) = limit(listed) {
        pieces.push(piece(format!("· {limit} "), Meaning::Warn));
    }
    if listed.news > 0 {
        pieces
            .push(piece(format!("· {} new, r sorts again ", grouped(listed.news)), Meaning::Warn));
    }
    pieces
}

fn share(looked_at: u64, all: u64) -> String {
    format!("{} looked at", percent(looked_at, all))
}

/// What is shown, where that is not all that matches.
fn limit(listed: &Listed) -> Option<String> {
    let kept = listed.kept();
    if listed.course != Course::Done || kept >= listed.matches - listed.news.min(listed.matches) {
        return None;
    }
    Some(match &listed.asked.sort {
        Some(Sort { column, .. }) => {
            format!("the first {} by {column}", grouped(Ranking::MOST as u64))
        }
        None => format!("the first {}", grouped(kept)),
    })
}
