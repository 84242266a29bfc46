//! What takes long: one line while it does, and the list of it.

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, centred, piece, rows, width};
use crate::tui::state::{Ended, Job, Scroll, State};
use crate::tui::text::quantity::{bytes, elapsed, short};
use crate::tui::theme::Meaning;
use crate::tui::work::Unit;

/// Widest list.
const WIDEST: u16 = 90;
/// Cells of a bar.
const BAR: u64 = 10;
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// The one line for the status: the oldest job, and how many more there are.
pub(super) fn line(state: &State) -> Vec<Piece<'static>> {
    let jobs = state.jobs();
    let Some(job) = jobs.first() else {
        return Vec::new();
    };
    let more = match jobs.len() - 1 {
        0 => String::new(),
        more => format!(" · {more} more"),
    };
    let mut pieces = vec![piece(format!(" {} ", spinner(state, job.since)), Meaning::Good)];
    pieces.push(piece(format!("{}{}", job.what, progress(job, false)), Meaning::Plain));
    pieces.push(piece(format!(" · {}{more} · w jobs ", seconds(job.since)), Meaning::Muted));
    pieces
}

/// Draws the list over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, scroll: &Scroll) {
    let jobs = state.jobs();
    let total = jobs.len() + state.jobs.ended.len();
    let height = u16::try_from(total.max(1)).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height);
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(" Jobs ", Meaning::Title)]);
    if total == 0 {
        let text = " nothing takes long, and nothing has so far · any key closes this";
        canvas.text(inside, text, Meaning::Muted);
    }
    let under_way = jobs.iter().map(|job| of_job(state, job));
    let lines = under_way.chain(state.jobs.ended.iter().map(of_ended));
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((number, (left, right)), row) in (0..).zip(lines).skip(skip).zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        let room = if width(&right) + 12 <= line.width { canvas.right(line, &right) } else { line };
        canvas.pieces(room, &left);
        if number == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}

type Columns = (Vec<Piece<'static>>, Vec<Piece<'static>>);

fn of_job(state: &State, job: &Job) -> Columns {
    let left = vec![
        piece(format!("{} ", spinner(state, job.since)), Meaning::Good),
        piece(job.what.clone(), Meaning::Plain),
        piece(progress(job, true), Meaning::Good),
    ];
    let stop = match job.work.unstoppable() {
        _ if job.stops => "stopping …",
        Some(why) => why,
        None => "x stops it",
    };
    let right = vec![
        piece(format!("  {stop}"), Meaning::Muted),
        piece(format!("  {:>7}", seconds(job.since)), Meaning::Number),
    ];
    (left, right)
}

fn of_ended(ended: &Ended) -> Columns {
    let (glyph, meaning, text) = match &ended.outcome {
        Ok(text) => ("✓ ", Meaning::Good, text),
        Err(text) => ("✗ ", Meaning::Bad, text),
    };
    let mut left = vec![piece(glyph, meaning), piece(ended.what.clone(), Meaning::Muted)];
    if !text.is_empty() {
        left.push(piece(format!(" · {text}"), Meaning::Plain));
    }
    (left, vec![piece(format!("  {:>7}", elapsed(ended.took)), Meaning::Muted)])
}

fn spinner(state: &State, since: Duration) -> &'static str {
    if state.look.still {
        return "·";
    }
    let turn = usize::try_from(since.as_millis() / 100).unwrap_or(0) % SPINNER.len();
    SPINNER.get(turn).copied().unwrap_or("·")
}

/// Whole seconds once there are some: tenths would flicker.
fn seconds(since: Duration) -> String {
    if since < Duration::from_secs(1) {
        format!("0.{} s", since.as_millis() / 100)
    } else {
        format!("{} s", since.as_secs())
    }
}

/// A bar, the share that is done and, once that can be said, how fast it goes and how long it takes still.
fn progress(job: &Job, whole: bool) -> String {
    let Some((done, all)) = job.progress else {
        return String::new();
    };
    let full = done.saturating_mul(BAR).checked_div(all).unwrap_or(0).min(BAR);
    let part = |cell: u64| if cell < full { '█' } else { '░' };
    let bar: String = (0..BAR).map(part).collect();
    let share = match job.unit {
        Unit::Topics => format!("{done} of {all}"),
        Unit::Records | Unit::Bytes if all == 0 => String::new(),
        Unit::Records | Unit::Bytes => format!("{:.0} %", done as f64 * 100.0 / all as f64),
    };
    let rate = job.rate().filter(|_| whole).map(|rate| match job.unit {
        Unit::Bytes => format!(" · {}/s", bytes(rate)),
        Unit::Records => format!(" · {} records/s", short(rate)),
        Unit::Topics => String::new(),
    });
    let left = job.left().map(|left| format!(" · {} left", seconds(left)));
    format!("  {bar} {share}{}{}", rate.unwrap_or_default(), left.unwrap_or_default())
}
