//! The form of a record over the panes: one field a row, with its name, its type, what is typed, and what is amiss.
//!
//! ```text
//! ┌ Put into traces ──────────────────────────────────── a copy of 2·120 118 ┐
//! │    id          utf8      t-48118                                         │
//! │ ▶✗ latency_ms  float64   fast             expected float64, found text…  │
//! │  … embedding   64 × f32  [0.1, 0.2                     2 of 64 numbers   │
//! │  +                       a new field: type its name                      │
//! └──────────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Piece, piece, rows};
use super::typed;
use crate::tui::data::Trial;
use crate::tui::layout::Layout;
use crate::tui::state::{Content, Field, Finding, Form, PutPage, State, Verdict};
use crate::tui::text::quantity::counted;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of the marks before a name.
const LEAD: u16 = 4;
/// Cells between two columns.
const GAP: u16 = 2;
/// Cells of a name at most.
const NAME: u16 = 28;
/// Cells of a type at most.
const KIND: u16 = 22;
/// From this width of the box on, types have a column.
const TYPED: u16 = 60;
/// Cells of a value from which on there is room for a word beside it.
const BESIDE: u16 = 40;

/// Draws the form.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, page: &PutPage, body: Rect) {
    let place = Places::of(page, body);
    canvas.clear(body);
    let title = format!(" Put into {} ", page.topic);
    let inside = canvas.frame(body, Meaning::Focused, &[piece(title, Meaning::Title)]);
    if let Some(note) = &page.note
        && sanitize::width(note) + sanitize::width(page.topic.as_str()) + 18 <= body.width
    {
        canvas.on_top(body, &[piece(format!(" {note} "), Meaning::Muted)]);
    }
    if page.shape.is_none() {
        let text =
            if matches!(page.verdict, Verdict::Wrong(_)) { "" } else { " reading the fields …" };
        canvas.text(inside, text, Meaning::Muted);
    } else {
        for (field, row, line) in place.lines(&page.form, inside) {
            place.field(canvas, &page.form, (field, row), line);
        }
    }
    let below = page.form.fields().len().saturating_sub(place.top + usize::from(inside.height));
    if below > 0 || place.top > 0 {
        let last = place.top + usize::from(inside.height);
        let all = page.form.fields().len();
        canvas.on_bottom(body, &[piece(format!(" {} of {all} ", last.min(all)), Meaning::Muted)]);
    }
    draw_verdict(canvas, state, page);
}

/// Says in the status line what is known of the record; what is wrong is said whole, over the keys where it must be.
pub(super) fn draw_verdict(canvas: &mut Canvas<'_>, state: &State, page: &PutPage) {
    let Some(layout) = Layout::of(state).filter(|_| state.notice.is_none()) else { return };
    canvas.clear(layout.status);
    if let Some(said) = said(state, page) {
        say(canvas, &layout, said);
    }
}

/// Says something in the status line; where one line is too short, over the keys too.
pub(super) fn say(
    canvas: &mut Canvas<'_>,
    layout: &Layout,
    (mark, text, meaning): (&str, String, Meaning),
) {
    let first = canvas.text(layout.status, mark, meaning);
    let lines = sanitize::wrap(&text, first.width);
    canvas.text(first, lines.first().map_or("", String::as_str), Meaning::Plain);
    if let Some(second) = lines.get(1) {
        canvas.clear(layout.footer);
        let footer = Rect { x: first.x, width: first.width, ..layout.footer };
        canvas.text(footer, second, Meaning::Plain);
    }
}

/// What is known: of the field that is typed, then of the record.
fn said(state: &State, page: &PutPage) -> Option<(&'static str, String, Meaning)> {
    if state.is_putting(&page.topic) {
        return Some((" … ", "putting".into(), Meaning::Warn));
    }
    let field = page.form.selected();
    let finding = if page.editor.is_some() { &Finding::Open } else { &field.finding };
    match (finding, &page.verdict) {
        (Finding::Wrong(why), _) => Some((" ✗ ", named(field, why), Meaning::Bad)),
        (_, Verdict::Wrong(why)) => Some((" ✗ ", why.clone(), Meaning::Bad)),
        (Finding::Unfinished(what), _) => Some((" … ", named(field, what), Meaning::Muted)),
        (_, Verdict::Unfinished(what)) => Some((" … ", what.clone(), Meaning::Muted)),
        (_, Verdict::Fits(trial)) => {
            let meaning = if trial.added.is_empty() { Meaning::Good } else { Meaning::Warn };
            Some((" ✓ ", outcome(state, page, trial), meaning))
        }
        (_, Verdict::Open) => page.note.clone().map(|note| (" · ", note, Meaning::Muted)),
    }
}

fn named(field: &Field, what: &str) -> String {
    match field.name.value() {
        "" => what.into(),
        name => format!("{name}: {what}"),
    }
}

/// What a put would do.
pub(super) fn outcome(state: &State, page: &PutPage, trial: &Trial) -> String {
    let all = state.topics.get(&page.topic).map_or(1, |topic| topic.entry.buckets);
    let buckets = match trial.buckets.as_slice() {
        _ if all <= 1 => String::new(),
        [(bucket, 1)] => format!(" · goes into bucket {bucket} of {all}"),
        several => {
            let part = |(bucket, count): &(u32, u64)| format!("{bucket}: {count}");
            let parts: Vec<String> = several.iter().map(part).collect();
            format!(" · by bucket {}", parts.join(", "))
        }
    };
    let added = match trial.added.len() {
        0 => String::new(),
        count => format!(
            " · adds {}, for good: {}",
            counted(count as u64, "column"),
            trial.added.join(", ")
        ),
    };
    format!("fits{buckets}{added}")
}

/// Where the cursor stands.
pub(super) fn cursor(page: &PutPage, body: Rect) -> Option<Position> {
    page.shape.as_ref()?;
    let place = Places::of(page, body);
    let inside = inner(body);
    let (field, _, line) =
        place.lines(&page.form, inside).find(|(_, row, _)| *row == page.form.row())?;
    let (area, text) = if page.form.is_naming() {
        (place.name(line), (field.name.value(), field.name.cursor()))
    } else {
        (place.value(field, line).0, (field.text(), field.cursor()))
    };
    Some(Position { x: area.x + typed::cursor(text, area.width), y: area.y })
}

fn inner(body: Rect) -> Rect {
    let (width, height) = (body.width.saturating_sub(2), body.height.saturating_sub(2));
    Rect { x: body.x + 1, y: body.y + 1, width, height }
}

/// Where the columns of the form lie, and which row is the first in view.
struct Places {
    name: u16,
    kind: u16,
    top: usize,
}

impl Places {
    fn of(page: &PutPage, body: Rect) -> Self {
        let fields = page.form.fields();
        let widest = |width: fn(&Field) -> u16, least: u16, most: u16| {
            fields.iter().map(width).max().unwrap_or(0).clamp(least, most)
        };
        let room = body.width.saturating_sub(2);
        let name = widest(|field| sanitize::width(field.name.value()), 6, NAME);
        let kind = widest(|field| sanitize::width(&field.kind()), 0, KIND);
        let mut scroll = page.form.scroll;
        scroll.fit(u64::from(inner(body).height), fields.len() as u64);
        Self {
            name: name.min(room / 3),
            kind: if room >= TYPED { kind } else { 0 },
            top: usize::try_from(scroll.top).unwrap_or(0),
        }
    }

    /// The fields in view, with their rows and lines.
    fn lines<'f>(
        &self,
        form: &'f Form,
        inside: Rect,
    ) -> impl Iterator<Item = (&'f Field, usize, Rect)> + use<'f> {
        let fields = form.fields().iter().enumerate().skip(self.top);
        fields.zip(rows(inside)).map(|((row, field), line)| (field, row, line))
    }

    fn name(&self, line: Rect) -> Rect {
        let x = (line.x + LEAD).min(line.right());
        Rect { x, width: self.name.min(line.right() - x), ..line }
    }

    fn kind(&self, line: Rect) -> Rect {
        let x = (self.name(line).right() + GAP).min(line.right());
        Rect { x, width: self.kind.min(line.right() - x), ..line }
    }

    /// The cells of the value, and those of what is said beside it.
    fn value(&self, field: &Field, line: Rect) -> (Rect, Rect) {
        let kind = self.kind(line);
        let gap = if self.kind > 0 { GAP } else { 0 };
        let x = (kind.right() + gap).min(line.right());
        let all = Rect { x, width: line.right().saturating_sub(x + 1), ..line };
        let beside = beside(field).map_or(0, |said| sanitize::width(&said.text) + GAP);
        let beside = if all.width < BESIDE { 0 } else { beside.min(all.width / 2) };
        let value = Rect { width: all.width - beside, ..all };
        (
            value,
            Rect { x: value.right() + GAP.min(beside), width: beside.saturating_sub(GAP), ..all },
        )
    }

    fn field(
        &self,
        canvas: &mut Canvas<'_>,
        form: &Form,
        (field, row): (&Field, usize),
        line: Rect,
    ) {
        let is_selected = row == form.row();
        let (mark, meaning) = mark(field);
        let lead = if is_selected { "▶" } else { " " };
        canvas.pieces(line, &[piece(lead, Meaning::Marked), piece(mark, meaning)]);
        let is_named = is_selected && form.is_naming();
        let name = (field.name.value(), if is_named { field.name.cursor() } else { 0 });
        let strong = if is_named { Meaning::Strong } else { Meaning::Header };
        typed::draw(canvas, self.name(line), name, (strong, None));
        canvas.text(self.kind(line), &field.kind(), Meaning::Muted);
        let (value, aside) = self.value(field, line);
        draw_value(canvas, value, (field, is_selected && !is_named));
        if let Some(said) = beside(field) {
            canvas.right(aside, &[said]);
        }
        if field.is_new() && field.is_blank() {
            let text = if is_selected { "a new field: type its name" } else { "a new field" };
            canvas.text(value, text, Meaning::Muted);
        }
    }
}

fn draw_value(canvas: &mut Canvas<'_>, area: Rect, (field, is_typed): (&Field, bool)) {
    match &field.content {
        Content::Left => {}
        Content::Null => drop(canvas.text(area, "∅ null", Meaning::Null)),
        Content::Typed(input) if input.value().is_empty() => {
            canvas.text(area, "\"\" an empty text", Meaning::Null);
        }
        Content::Typed(input) => {
            let cursor = if is_typed { input.cursor() } else { 0 };
            let meaning = if is_typed { Meaning::Strong } else { Meaning::Plain };
            typed::draw(canvas, area, (input.value(), cursor), (meaning, None));
        }
    }
}

fn mark(field: &Field) -> (&'static str, Meaning) {
    match field.finding {
        Finding::Wrong(_) => ("✗", Meaning::Bad),
        Finding::Unfinished(_) => ("…", Meaning::Muted),
        Finding::Open | Finding::Fits if field.is_new() => ("+", Meaning::Warn),
        Finding::Fits => ("✓", Meaning::Good),
        Finding::Open => (" ", Meaning::Muted),
    }
}

/// What is said beside a value.
fn beside(field: &Field) -> Option<Piece<'_>> {
    let note = field.note.as_deref();
    match (&field.finding, note) {
        (Finding::Wrong(why), None) => Some(piece(why.as_str(), Meaning::Bad)),
        (Finding::Wrong(why), Some(note)) => Some(piece(format!("{note} · {why}"), Meaning::Bad)),
        (Finding::Unfinished(_), Some(note)) => Some(piece(note, Meaning::Muted)),
        (Finding::Unfinished(what), None) => Some(piece(what.as_str(), Meaning::Muted)),
        (Finding::Fits | Finding::Open, Some(note)) if field.is_new() => {
            Some(piece(note, Meaning::Warn))
        }
        (Finding::Fits | Finding::Open, note) => note.map(|note| piece(note, Meaning::Muted)),
    }
}
