//! What a chore would do, before it is done.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, centred, piece, rows};
use crate::tui::state::{Preview, Tending};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;
use crate::tui::work::{Chore, named};

/// Widest box.
const WIDEST: u16 = 68;

/// Draws the question over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, tending: &Tending) {
    let room = body.width.min(WIDEST).saturating_sub(4);
    let lines: Vec<Piece<'static>> = sentences(tending)
        .into_iter()
        .flat_map(|(text, meaning)| {
            sanitize::wrap(&text, room).into_iter().map(move |line| piece(line, meaning))
        })
        .collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height);
    canvas.clear(area);
    let title = title(tending);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(title, Meaning::Title)]);
    for (line, row) in lines.iter().zip(rows(inside)) {
        let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        canvas.text(row, &line.text, line.meaning);
    }
    canvas.on_bottom(area, &[piece(" ↵ does it · esc leaves ", Meaning::Key)]);
}

fn title(Tending { chore, place, .. }: &Tending) -> String {
    let verb = chore.verb();
    let mut letters = verb.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!(" {}{} {} ", first.unwrap_or_default(), letters.as_str(), named(place))
}

/// What it does, what it would do here, and what there is to know before.
fn sentences(tending: &Tending) -> Vec<(String, Meaning)> {
    let (what, note) = words(&tending.chore);
    let preview = match &tending.preview {
        Preview::Looking => vec![("looking what it would do …".to_owned(), Meaning::Muted)],
        Preview::Known(lines) => lines.iter().map(|line| (line.clone(), Meaning::Strong)).collect(),
        Preview::Failed(reason) => vec![(format!("✗ {reason}"), Meaning::Bad)],
    };
    let plain = |text: &str| (text.to_owned(), Meaning::Plain);
    [vec![plain(what)], preview, vec![(note.to_owned(), Meaning::Muted)]].concat()
}

fn words(chore: &Chore) -> (&'static str, &'static str) {
    match chore {
        Chore::Compact => (
            "Rewrites small fragments as larger ones, and leaves deleted records out.",
            "No record gets another offset, and programs that put or read go on. Older versions keep the former files until they are cleaned up.",
        ),
        Chore::CleanUp => (
            "Removes versions that need not be kept, and the files that only they need.",
            "No record of the newest version goes; tagged versions stay, and those that somebody reads. What is removed cannot be brought back.",
        ),
        Chore::Verify => (
            "Reads every file, and holds it against the checksum that was noted when it was written.",
            "Nothing is changed, but for the checksums of files that have none yet.",
        ),
        Chore::Index { is_text: true, .. } => (
            "Makes an index of the words of the column in each bucket: searches for words read few texts then, and find the same.",
            "It takes memory up to 1 GiB, and disk. `lanceq index … --drop` takes it away.",
        ),
        Chore::Index { is_text: false, .. } => (
            "Makes an index of the vectors of the column in each bucket: searches look into a part of them, and may miss some of the nearest.",
            "Metric l2, kind IVF_SQ; `lanceq index` makes others, and `--drop` takes it away.",
        ),
    }
}
