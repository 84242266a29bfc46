//! The whole screen: panes first, then what lies above them.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, piece};
use super::{
    alter, branches, card, columns, deeds, deletion, detail, diff, empty, flush_all, footer, found,
    help, jobs, log, marks, menu, outcome, palette, prompt, put, put_json, put_lines, records,
    similar, status, storage, tail, tending, top, topics, tour, versions,
};
use crate::tui::layout::{Layout, SMALLEST};
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::theme::Meaning;

/// Draws the state.
pub(crate) fn draw(state: &State, buffer: &mut Buffer) {
    let whole = buffer.area;
    let mut canvas = Canvas::new(buffer, state.look.theme, state.look.ascii);
    match Layout::of(state) {
        Some(layout) => panes(&mut canvas, state, &layout),
        None => too_small(&mut canvas, whole),
    }
}

/// Where the cursor of the terminal stands, while something is being typed.
pub(crate) fn cursor(state: &State) -> Option<Position> {
    match &state.overlay {
        Overlay::Seek(prompt)
        | Overlay::Find(prompt)
        | Overlay::Filter(prompt)
        | Overlay::Rename(prompt, _)
        | Overlay::Words(prompt, _)
        | Overlay::Tag(prompt, ..) => prompt::cursor(state, prompt),
        Overlay::Export(export) => prompt::cursor(state, &export.prompt),
        Overlay::Delete(deletion) => prompt::cursor(state, &deletion.prompt),
        Overlay::Columns(chooser) => columns::cursor(state, chooser),
        Overlay::Palette(chooser) => palette::cursor(state, chooser),
        Overlay::Put(page) if page.pasted.is_some() => None,
        Overlay::Put(page) if page.editor.is_some() => {
            put_json::cursor(page, body(&Layout::of(state)?))
        }
        Overlay::Put(page) => put::cursor(page, body(&Layout::of(state)?)),
        _ => None,
    }
}

fn panes(canvas: &mut Canvas<'_>, state: &State, layout: &Layout) {
    top::draw(canvas, state, layout.top);
    if empty::covers(state) {
        empty::draw(canvas, state, body(layout));
    } else {
        topics::draw(canvas, state, layout.tree);
        match state.screen {
            Screen::Records => records::draw(canvas, state, layout.main),
            Screen::Tail => tail::draw(canvas, state, layout.main),
            Screen::Versions => versions::draw(canvas, state, layout.main),
        }
        detail::draw(canvas, state, layout.detail);
    }
    tour::draw(canvas, state, layout.tour);
    status::draw(canvas, state, layout.status);
    footer::draw(canvas, state, layout.footer);
    status::draw_notice(canvas, state, layout.status, layout.footer);
    let body = body(layout);
    if let Some(flushed) = &state.card {
        card::draw(canvas, flushed, body);
    }
    if let Some(told) = &state.outcome {
        outcome::draw(canvas, told, body);
    }
    overlay(canvas, state, body);
}

/// Draws what lies above the panes.
fn overlay(canvas: &mut Canvas<'_>, state: &State, body: Rect) {
    match &state.overlay {
        Overlay::None => {}
        Overlay::Export(export) => prompt::draw(canvas, state, &export.prompt),
        Overlay::Rename(prompt, _) => prompt::draw(canvas, state, prompt),
        Overlay::Delete(deletion) => {
            deletion::draw(canvas, body, deletion);
            prompt::draw(canvas, state, &deletion.prompt);
        }
        Overlay::Tend(tending) => tending::draw(canvas, body, tending),
        Overlay::Deeds(scroll) => deeds::draw(canvas, state, body, scroll),
        Overlay::Storage(found) => storage::draw(canvas, state, body, found),
        Overlay::FlushAll(first) => flush_all::draw(canvas, state, body, *first),
        Overlay::Alter(alteration) => alter::draw(canvas, state, body, alteration),
        Overlay::Diff(list) => diff::draw(canvas, body, list),
        Overlay::Similar(found) => similar::draw(canvas, body, found),
        Overlay::Found(list) => found::draw(canvas, body, list),
        Overlay::Words(prompt, before) => {
            if let Some(list) = before {
                found::draw(canvas, body, list);
            }
            prompt::draw(canvas, state, prompt);
        }
        Overlay::Jobs(scroll) => jobs::draw(canvas, state, body, scroll),
        Overlay::Marks(scroll) => marks::draw(canvas, state, body, scroll),
        Overlay::Branches(scroll) => branches::draw(canvas, state, body, scroll),
        Overlay::Help(first) => help::draw(canvas, state, body, *first),
        Overlay::Seek(prompt)
        | Overlay::Find(prompt)
        | Overlay::Filter(prompt)
        | Overlay::Tag(prompt, ..) => {
            prompt::draw(canvas, state, prompt);
        }
        Overlay::Palette(chooser) => palette::draw(canvas, state, chooser, body),
        Overlay::Log(scroll) => log::draw(canvas, state, body, scroll),
        Overlay::Copy => menu::draw(canvas, state, " Copy ", body),
        Overlay::Code => menu::draw(canvas, state, " Copy what reads this view ", body),
        Overlay::Columns(chooser) => columns::draw(canvas, state, chooser, body),
        Overlay::Put(page) => match (&page.pasted, &page.editor) {
            (Some(pasted), _) => put_lines::draw(canvas, state, (page, pasted), body),
            (None, Some(editor)) => put_json::draw(canvas, state, (page, editor), body),
            (None, None) => put::draw(canvas, state, page, body),
        },
    }
}

fn body(layout: &Layout) -> Rect {
    layout.tree.union(layout.main).union(layout.detail)
}

fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let (width, height) = SMALLEST;
    let lines = [
        format!("{} × {} is too small", area.width, area.height),
        format!("lanceq needs {width} × {height}"),
        "control-C quits".into(),
    ];
    canvas.lines(area, lines.map(|line| piece(line, Meaning::Plain)));
}
