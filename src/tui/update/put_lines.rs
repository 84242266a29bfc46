//! What is pasted while records are made by hand: a text, one record, or lines that are looked at before they are put together.

use super::put;
use crate::tui::effect::Effect;
use crate::tui::input::Motion;
use crate::tui::layout::Layout;
use crate::tui::state::{
    MOST_BYTES, MOST_RECORDS, Overlay, Pasted, PutPage, Recognised, State, recognise,
};
use crate::tui::text::quantity::{bytes, grouped};

/// Bytes that a paste may add to a text.
const LONGEST_TEXT: usize = 256 << 10;

/// Takes what was pasted. Records are taken for records where nothing stands yet that they could belong into.
pub(super) fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    // Terminals give line ends as they are typed.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let Some(page) = put::writable(state).filter(|page| page.pasted.is_none()) else {
        return Vec::new();
    };
    let free = match &page.editor {
        Some(editor) => editor.text().trim_matches(['{', '}', ' ', '\n']).is_empty(),
        None => page.form.selected().text().is_empty() && !page.form.is_naming(),
    };
    let recognised = if free { recognise(&text) } else { Recognised::Text };
    match recognised {
        Recognised::Lines(pasted) => put::change(state, |page| page.pasted = Some(pasted)),
        Recognised::Record(record) if page.editor.is_none() => put::change(state, |page| {
            let mut form = page.form.clone();
            if form.fill(&record).is_empty() {
                page.form = form;
                page.note = Some("a record was pasted: ^X takes it away".into());
            } else {
                page.form.insert(&text);
            }
        }),
        Recognised::TooMany => too_long(page, text.len()),
        _ if text.len() > LONGEST_TEXT => too_long(page, text.len()),
        Recognised::Record(_) | Recognised::Text => {
            put::change(state, |page| match &mut page.editor {
                Some(editor) if free && text.trim_start().starts_with('{') => {
                    *editor = crate::tui::state::Editor::default();
                    editor.insert(text.trim());
                }
                Some(editor) => editor.insert(&text),
                None => page.form.insert(text.trim_end_matches('\n')),
            })
        }
    }
}

/// Half of it would be something else, so it is not taken at all.
fn too_long(page: &mut PutPage, length: usize) -> Vec<Effect> {
    let topic = &page.topic;
    let (size, text, most) =
        (bytes(length as u64), bytes(LONGEST_TEXT as u64), bytes(MOST_BYTES as u64));
    let records = grouped(MOST_RECORDS as u64);
    page.note = Some(format!(
        "not taken: {size} were pasted; a text may have {text}, lines {most} and {records} records: `lanceq put {topic} FILE`"
    ));
    Vec::new()
}

/// Goes to the next line that cannot be put.
pub(super) fn next_refused(state: &mut State) {
    if let Some(pasted) = pasted(state) {
        pasted.next_refused();
    }
}

/// Moves in the lines.
pub(super) fn step(state: &mut State, motion: Motion) {
    let height = Layout::of(state).map_or(1, |layout| layout.box_rows());
    if let Some(pasted) = pasted(state) {
        let total = pasted.lines().len() as u64;
        pasted.scroll.step(motion, height, total);
    }
}

/// Keeps the selection in view.
pub(super) fn fit(state: &mut State, height: u64) {
    if let Some(pasted) = pasted(state) {
        let total = pasted.lines().len() as u64;
        pasted.scroll.fit(height, total);
    }
}

/// Leaves the lines; what was typed before is there again.
pub(super) fn leave(state: &mut State) -> Vec<Effect> {
    if let Overlay::Put(page) = &mut state.overlay {
        page.pasted = None;
    }
    put::check(state)
}

fn pasted(state: &mut State) -> Option<&mut Pasted> {
    match &mut state.overlay {
        Overlay::Put(page) => page.pasted.as_deref_mut(),
        _ => None,
    }
}
