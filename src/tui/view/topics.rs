//! The tree of topics and buckets.
//!
//! ```text
//! ┌ Topics ─────── records · 1 min ┐
//! │▶▾ traces    ●1.2 k  482 k ▂▃▅▇ │
//! │   ├ 0         ●312  120 k ▁▂▃▅ │
//! │ ✗ broken  the manifest is empty│
//! └────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows};
use crate::tui::state::{Counts, Focus, Rate, STEPS, State, Topic, TreeRow};
use crate::tui::text::quantity::{grouped, short};
use crate::tui::text::{sanitize, spark};
use crate::tui::theme::Meaning;

/// From this width on the tree says how many records are buffered, not only that some are.
const COUNTED: u16 = 21;

/// From so many cells on the group that is behind is named.
const NAMED: u16 = 20;

/// From this width on the tree shows how many records came within the last minute.
const COURSE: u16 = 28;

/// Draws the tree.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Focus::Topics;
    let border = if focused { Meaning::Focused } else { Meaning::Border };
    let inside = canvas.frame(area, border, &[piece(" Topics ", Meaning::Title)]);
    if inside.width >= COURSE {
        canvas.on_top(area, &[piece(" records · 1 min ", Meaning::Muted)]);
    }
    let scroll = state.topics.scroll;
    for (number, line) in (scroll.top..).zip(rows(inside)) {
        let Some(row) = state.topics.row(number) else {
            break;
        };
        draw_row(canvas, state, row, line);
        if number == scroll.selected {
            canvas.text(Rect { width: 1, ..line }, "▶", Meaning::Marked);
            canvas.tint(line, if focused { Meaning::Selected } else { Meaning::Marked });
        }
    }
    position(canvas, state, area, inside);
    lag(canvas, state, area);
}

fn position(canvas: &mut Canvas<'_>, state: &State, area: Rect, inside: Rect) {
    let total = state.topics.total();
    if total > u64::from(inside.height) {
        let at = state.topics.scroll.selected + 1;
        let text = format!(" {} of {} ", grouped(at), grouped(total));
        canvas.on_bottom(area, &[piece(text, Meaning::Muted)]);
    }
}

fn draw_row(canvas: &mut Canvas<'_>, state: &State, row: TreeRow, line: Rect) {
    let (TreeRow::Topic(index) | TreeRow::Bucket(index, _)) = row;
    let Some(topic) = state.topics.list.get(index) else {
        return;
    };
    let after_mark = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
    match row {
        TreeRow::Topic(_) => {
            let together = state.together.contains(&topic.entry.name);
            draw_topic(canvas, (topic, together), after_mark);
        }
        TreeRow::Bucket(_, bucket) => draw_bucket(canvas, topic, bucket, after_mark),
    }
}

fn draw_topic(canvas: &mut Canvas<'_>, (topic, together): (&Topic, bool), line: Rect) {
    if let Some(fault) = topic.fault() {
        let name = piece(topic.entry.name.as_str(), Meaning::Plain);
        let reason = piece(fault.brief(), Meaning::Muted);
        let space = || piece("  ", Meaning::Plain);
        canvas.pieces(line, &[piece("✗ ", Meaning::Bad), name, space(), reason]);
        return;
    }
    let left = canvas.right(line, &counted(topic, line.width));
    let mark = match (topic.entry.buckets > 1, topic.unfolded) {
        (false, _) => "  ",
        (true, false) => "▸ ",
        (true, true) => "▾ ",
    };
    let left = canvas.text(left, mark, Meaning::Muted);
    let mut left = canvas.text(left, topic.entry.name.as_str(), Meaning::Plain);
    if together {
        left = canvas.text(left, " +", Meaning::Good);
    }
    if topic.entry.foreign {
        let mark = if left.width > 10 { " ◇ foreign" } else { " ◇" };
        canvas.text(left, mark, Meaning::Muted);
    }
    if let Some(behind) = &topic.lag.behind {
        draw_lag(canvas, behind.records, Some(&behind.group), left);
    }
}

/// How far the group is behind that is farthest behind, with its name where there is room; the border has the selected one's.
fn draw_lag(canvas: &mut Canvas<'_>, records: u64, group: Option<&str>, left: Rect) {
    let short = format!(" ⇣{}", short(records));
    let long = group.map(|group| format!("{short} {group}")).filter(|_| left.width >= NAMED);
    let fitting = long.into_iter().chain([short]).find(|text| sanitize::width(text) <= left.width);
    if let Some(text) = fitting {
        canvas.text(left, &text, Meaning::Warn);
    }
}

/// The lag of what is selected, on the lower border.
fn lag(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(place) = state.topics.selected() else { return };
    let behind = state.topics.get(&place.topic).and_then(|topic| topic.lag.behind.as_ref());
    let Some(behind) = behind else { return };
    let records = match place.bucket {
        Some(bucket) => behind.in_bucket(bucket),
        None => Some(behind.records),
    };
    let Some(records) = records else { return };
    let y = area.bottom().saturating_sub(1);
    // At the right, a long tree says where one is.
    let taken =
        if state.topics.total() > u64::from(area.height.saturating_sub(2)) { 12 } else { 0 };
    let room = area.width.saturating_sub(2 + taken);
    let line = Rect { x: area.x + 1, y, width: room, height: 1 };
    let text = format!(" lag {} · {} ", grouped(records), behind.group);
    canvas.text(line, &text, Meaning::Warn);
}

fn counted(topic: &Topic, width: u16) -> Vec<Piece<'static>> {
    match &topic.counts {
        Counts::Known(counts) => {
            let mut pieces = amount(counts.total_count, counts.buffer_count, width);
            pieces.extend(course(Some(&topic.rates.all), width));
            pieces
        }
        _ => vec![piece(" ·····", Meaning::Muted)],
    }
}

/// How many records there are, and how many of them are buffered: the sum always in its place.
fn amount(total: u64, buffered: u64, width: u16) -> Vec<Piece<'static>> {
    let mark = match buffered {
        0 => String::new(),
        _ if width < COUNTED => " ●".into(),
        buffered => format!(" ●{}", short(buffered)),
    };
    let number = format!(" {:>6} ", short(total));
    vec![piece(mark, Meaning::Buffered), piece(number, Meaning::Number)]
}

/// How many records came, step by step; nothing where none did.
fn course(rate: Option<&Rate>, width: u16) -> Option<Piece<'static>> {
    if width < COURSE - 1 {
        return None;
    }
    let bars = match rate {
        Some(rate) if !rate.is_still() => spark::course(rate.course()),
        _ => String::new(),
    };
    Some(piece(format!("{bars:>STEPS$} "), Meaning::Good))
}

fn draw_bucket(canvas: &mut Canvas<'_>, topic: &Topic, bucket: u32, line: Rect) {
    let amount = match topic.bucket(bucket) {
        Some(counts) => {
            let mut pieces = amount(counts.total_count, counts.buffer_count, line.width);
            pieces.extend(course(topic.rates.bucket(bucket), line.width));
            pieces
        }
        None => vec![piece(" ·····", Meaning::Muted)],
    };
    let left = canvas.right(line, &amount);
    let branch = if bucket + 1 == topic.entry.buckets { "  └ " } else { "  ├ " };
    let left = canvas.text(left, branch, Meaning::Muted);
    let left = canvas.text(left, &bucket.to_string(), Meaning::Plain);
    if let Some(records) = topic.lag.behind.as_ref().and_then(|lag| lag.in_bucket(bucket)) {
        draw_lag(canvas, records, None, left);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ratatui::layout::Size;

    use crate::tui::data::Behind;
    use crate::tui::input::Key;
    use crate::tui::picture::{drawn, opened};
    use crate::tui::sample::press;

    fn lines(width: u16) -> Vec<String> {
        let mut state = opened(Size { width, height: 24 });
        press(&mut state, &[Key::End, Key::Right]);
        let buckets = vec![(1, 1_200), (3, 4)];
        let behind = Behind { group: "etl".into(), records: 1_204, buckets };
        let topic = state.topics.get_mut(&"traces".parse().unwrap()).unwrap();
        topic.lag.take(Some(behind), Duration::ZERO);
        let buffer = drawn(&state);
        let cells = buffer.content().chunks(usize::from(width));
        cells.map(|line| line.iter().map(ratatui::buffer::Cell::symbol).collect()).collect()
    }

    #[test]
    fn the_largest_lag_stands_beside_its_topic_and_bucket() {
        let tree = lines(79);
        let has = |text: &str| tree.iter().any(|line| line.contains(text));
        assert!(has("traces ⇣1.2 k etl") && has("├ 1 ⇣1.2 k") && has("└ 3 ⇣4"), "{tree:#?}");
        assert!(has("└ lag 1 204 · etl ─") && !has("├ 0 ⇣"), "{tree:#?}");
        // Where the tree is narrow, the border says it.
        assert!(lines(80).iter().any(|line| line.contains("└ lag 1 204 · etl ─")));
    }
}
