//! What goes with a topic that is to be deleted.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use crate::Holdings;
use crate::tui::state::Deletion;
use crate::tui::text::quantity::{bytes, counted};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest box.
const WIDEST: u16 = 68;

/// Draws it over the panes; the name is typed below.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, deletion: &Deletion) {
    let room = body.width.min(WIDEST).saturating_sub(4);
    let goes = match &deletion.goes {
        None => ("looking what goes with it …".to_owned(), Meaning::Muted),
        Some(Ok(goes)) => (told(goes), Meaning::Strong),
        Some(Err(fault)) => (format!("✗ {}", fault.message), Meaning::Bad),
    };
    let note = "All of it goes into the trash of the root, what is buffered too, and can be brought back until that is emptied. Programs that have it open are told.";
    let lines: Vec<_> = [goes, (note.to_owned(), Meaning::Plain)]
        .into_iter()
        .flat_map(|(text, meaning)| {
            sanitize::wrap(&text, room).into_iter().map(move |line| piece(line, meaning))
        })
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height);
    canvas.clear(area);
    let title = format!(" Delete {} ", deletion.topic);
    let inside = canvas.frame(area, Meaning::Bad, &[piece(title, Meaning::Bad)]);
    for (line, row) in lines.iter().zip(rows(inside)) {
        let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        canvas.text(row, &line.text, line.meaning);
    }
}

/// What goes, in a sentence.
fn told(goes: &Holdings) -> String {
    let records = goes.total_count.map(|total| counted(total, "record"));
    let buffered = goes.buffer_count.filter(|buffered| *buffered > 0);
    let buffered = buffered.map(|count| format!("{} buffered", counted(count, "record")));
    let size = format!("{} in {}", bytes(goes.bytes), counted(u64::from(goes.buckets), "bucket"));
    let names = |names: &[String], noun| {
        let count = counted(names.len() as u64, noun);
        (!names.is_empty()).then(|| format!("{count} ({})", names.join(", ")))
    };
    let parts =
        [records, buffered, Some(size), names(&goes.tags, "tag"), names(&goes.groups, "group")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let unread = goes.error.as_ref().map(|error| format!(" Not all of it can be read: {error}."));
    format!("{}.{}", parts.join(", "), unread.unwrap_or_default())
}
