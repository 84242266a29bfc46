//! After each event: what the screen needs that is not there, and is not being read yet.

use super::{
    around, branches, columns, deeds, diff, listing, marks, put_json, put_lines, similar, storage,
    versions, words,
};
use crate::TopicName;
use crate::tui::data::{Column, Row};
use crate::tui::effect::{Effect, PageKey, Picked, Request, Slot};
use crate::tui::layout::Layout;
use crate::tui::state::{
    Arrangement, Focus, Following, Lead, Line, Overlay, Records, Screen, State, Tail, TreeRow,
    Widths,
};
use crate::tui::text::sanitize;

/// Brings the view into its bounds and asks for what it needs.
pub(super) fn wants(state: &mut State) -> Vec<Effect> {
    let Some(layout) = Layout::of(state) else {
        // Nothing is drawn; keys work all the same, and mean what is there.
        fit_selections(state, (1, 1));
        return Vec::new();
    };
    show_focus(state, &layout);
    let mut effects = listing::wants(state);
    fit(state, &layout);
    effects.extend(counts(state, &layout));
    if state.screen == Screen::Records {
        effects.extend(pages(state, &layout));
    }
    effects.extend(versions::wants(state, &layout));
    effects.extend(detail(state, &layout));
    effects.extend(picture(state));
    effects
}

/// Gives the keys to the pane that is in view, where the detail covers the middle or is covered.
fn show_focus(state: &mut State, layout: &Layout) {
    match state.focus {
        Focus::Main if layout.main.width == 0 && layout.detail.width > 0 => {
            state.focus = Focus::Detail;
        }
        Focus::Detail if layout.detail.width == 0 => state.focus = Focus::Main,
        _ => {}
    }
}

/// Brings what is selected back to what is there, in trees and tables with so many rows in view.
fn fit_selections(state: &mut State, (tree, table): (u64, u64)) {
    let topics = state.topics.total();
    state.topics.scroll.fit(tree, topics);
    state.records.scroll.fit(table, state.records.extents.total());
}

fn fit(state: &mut State, layout: &Layout) {
    similar::fit(state, layout.box_rows());
    words::fit(state, layout.box_rows());
    diff::fit(state, layout.diff_rows());
    marks::fit(state, layout.box_rows());
    branches::fit(state, layout.box_rows());
    deeds::fit(state, layout.box_rows());
    storage::fit(state, layout.box_rows());
    put_lines::fit(state, layout.box_rows());
    put_json::fit(state, layout.text_box());
    if let Overlay::Jobs(mut scroll) = state.overlay {
        state.fit_jobs(&mut scroll, layout.box_rows());
        state.overlay = Overlay::Jobs(scroll);
    }
    let height = layout.table_rows();
    fit_selections(state, (layout.tree_rows(), height));
    let arrangement = state.arrangement();
    fit_columns(&mut state.records, height);
    fit_across(&mut state.records, &arrangement, layout);
    if let Some(tail) = &mut state.tail {
        tail.fit(layout.tail_rows());
        fit_lines(tail, layout.tail_rows());
        tail.across.lay_out(&tail.columns, &arrangement);
        tail.across.fit(&tail.widths, layout.tail_cells());
    }
    columns::fit(state, layout.box_rows());
    around::fit(state, layout.box_rows());
    if layout.detail.width > 0 {
        let pictures = state.look.pictures();
        state.detail.fit(layout.detail_cells(), layout.detail_rows(), pictures);
    }
}

/// Lets each column have the width that the rows in view need.
fn fit_columns(records: &mut Records, height: u64) {
    let Records { scroll, extents, pages, widths, .. } = records;
    for row in scroll.top..scroll.top.saturating_add(height) {
        let Some((bucket, local)) = extents.find(row) else {
            break;
        };
        if let (Some(page), Some(row)) = (pages.page(bucket, local), pages.row(bucket, local)) {
            note(widths, &page.columns, row);
        }
    }
    widths.apply();
}

/// Lays the columns out as they are arranged, and brings the one of the cursor into view.
fn fit_across(records: &mut Records, arrangement: &Arrangement, layout: &Layout) {
    records.across.lay_out(&records.columns, arrangement);
    let room = layout.table_cells(Lead::of(&records.whole().extents).cells());
    records.across.fit(&records.widths, room);
}

fn fit_lines(tail: &mut Tail, height: u64) {
    for number in tail.view(height) {
        if let Some(Line::Record { row, columns, .. }) = tail.ring.get(number) {
            note(&mut tail.widths, columns, row);
        }
    }
    tail.widths.apply();
}

fn note(widths: &mut Widths, columns: &[Column], row: &Row) {
    for (column, cell) in columns.iter().zip(row.cells.iter()) {
        let heading = sanitize::width(&column.name).max(sanitize::width(&column.kind));
        widths.note(&column.name, heading);
        let cells = sanitize::width(&cell.text());
        match cell.decimals() {
            Some(decimals) => {
                widths.note_parts(&column.name, cells.saturating_sub(decimals), decimals);
            }
            None => widths.note(&column.name, cells),
        }
    }
}

/// Counts of the topics in view, and of the one whose records are shown.
fn counts(state: &mut State, layout: &Layout) -> Vec<Effect> {
    let mut wanted: Vec<TopicName> =
        state.records.place.iter().map(|place| place.topic.clone()).collect();
    let rows = layout.tree_rows().max(layout.tail_rows());
    let top = state.topics.scroll.top;
    for row in top..top.saturating_add(rows) {
        let Some(TreeRow::Topic(index) | TreeRow::Bucket(index, _)) = state.topics.row(row) else {
            break;
        };
        wanted.extend(state.topics.list.get(index).map(|topic| topic.entry.name.clone()));
    }
    if let Overlay::FlushAll(_) = state.overlay {
        // What is said there is of all topics, not only of those in view.
        wanted.extend(state.topics.list.iter().map(|topic| topic.entry.name.clone()));
    }
    let mut effects: Vec<Effect> =
        wanted.iter().filter_map(|topic| lag(state, topic.clone())).collect();
    effects.extend(wanted.into_iter().filter_map(|topic| count(state, topic)));
    effects
}

/// A look at the groups of a topic whose counts are others than at the last one.
fn lag(state: &mut State, name: TopicName) -> Option<Effect> {
    let (slot, now) = (Slot::Lag(name.clone()), state.now);
    if state.loads.is_running(&slot) {
        return None;
    }
    let topic = state.topics.get_mut(&name).filter(|topic| !topic.entry.foreign)?;
    topic.lag.is_due(now).then(|| state.loads.begin(slot, Request::Lag(name)))
}

fn count(state: &mut State, name: TopicName) -> Option<Effect> {
    let slot = Slot::Counts(name.clone());
    let topic = state.topics.get_mut(&name)?;
    // What changes while it is being counted is counted again afterwards: giving the count up
    // would never come to an end under a busy writer.
    if !topic.stale || state.loads.is_running(&slot) {
        return None;
    }
    topic.stale = false;
    Some(state.loads.begin(slot, Request::Counts(name)))
}

fn pages(state: &mut State, layout: &Layout) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    let generation = state.records.generation;
    let keys = state.records.needed(layout.table_rows());
    let mut effects = state.loads.cancel_pages_except(&keys);
    if state.records.failed.as_ref().is_some_and(|(_, at)| *at == generation) {
        return effects;
    }
    for key in keys {
        effects.extend(page(state, &topic, key, generation));
    }
    effects
}

fn page(state: &mut State, topic: &TopicName, key: PageKey, generation: u64) -> Option<Effect> {
    let slot = Slot::Page(key);
    if state.loads.is_running(&slot) || state.records.pages.is_fresh(key, generation) {
        return None;
    }
    let version = state.records.past();
    let filter = || state.asked.filter.clone();
    let places = state.records.places_of(key);
    let picked = places.map(|places| Picked { places, filter: filter() });
    let (topic, inner) = (topic.clone(), state.inner());
    let request = Request::Page { topic, key, generation, version, picked, inner };
    Some(state.loads.begin(slot, request))
}

fn detail(state: &mut State, layout: &Layout) -> Vec<Effect> {
    let moves = state.tail.as_ref().is_some_and(|tail| tail.following == Following::Live);
    if layout.detail.width == 0 || moves {
        return Vec::new();
    }
    let Some(record) = state.selected_record() else {
        return Vec::new();
    };
    if state.detail.wanted.as_ref() == Some(&record) {
        return Vec::new();
    }
    state.detail.want(record.clone());
    let without = state.selected_row().map(|row| row.heavy.clone()).unwrap_or_default();
    let request = if without.is_empty() {
        Request::Record(record)
    } else {
        Request::Lighter { record, without }
    };
    let mut effects: Vec<Effect> = state.loads.cancel(&Slot::Value).into_iter().collect();
    effects.push(state.loads.begin(Slot::Detail, request));
    effects
}

/// Previews of the pictures in the record, one after the other; one of a record that was left is given up.
fn picture(state: &mut State) -> Option<Effect> {
    let runs = state.loads.is_running(&Slot::Picture);
    if runs && state.detail.pictures.awaits() {
        return None;
    }
    match state.detail.begin_picture() {
        Some((encoded, frame)) => {
            Some(state.loads.begin(Slot::Picture, Request::Picture { encoded, frame }))
        }
        None if runs => state.loads.cancel(&Slot::Picture),
        None => None,
    }
}
