//! What each action does.

use super::find::{self, Forwards};
use super::{
    administer, alter, around, branches, chores, columns, copying, deeds, detail, diff, export,
    flush, jobs, listing, marks, pin, places, put, put_form, put_json, put_lines, refresh,
    screenshot, seek, similar, storage, tails, versions, words,
};
use crate::tui::effect::{Effect, Slot, Way};
use crate::tui::input::{Action, Context, Motion, Part, help_rows};
use crate::tui::layout::Layout;
use crate::tui::state::{Focus, Fold, Following, Overlay, Screen, Scroll, State};

/// Does it.
#[expect(clippy::too_many_lines, reason = "a line for each action")]
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Move(motion) => return step(state, motion),
        Action::GoTo if state.context() == Context::Diff => return diff::go(state),
        Action::Diff | Action::MarkVersion | Action::Tag | Action::Untag | Action::Restore => {
            return compare_or_alter(state, action);
        }
        Action::Branches => branches::toggle(state),
        Action::Open => return open(state),
        Action::Back => return back(state),
        Action::Quit => state.ended = true,
        Action::Suspend => state.suspended = true,
        Action::NextPane | Action::PreviousPane => turn(state, panes(action)),
        Action::Fold | Action::Hex | Action::Json | Action::PathColumn => {
            return detail::act(state, action);
        }
        Action::NextRecord | Action::PreviousRecord => return walk(state, action),
        Action::Seek => seek::open(state),
        Action::PreviousFlush | Action::NextFlush => return to_flush(state, action),
        Action::Together | Action::Mute | Action::Solo => return tails::act(state, action),
        Action::Filter | Action::Like | Action::Unlike | Action::TakeOff | Action::Sort => {
            return listing::act(state, action);
        }
        Action::Mark | Action::Marks | Action::Unmark | Action::ClearMarks => {
            marks::change(state, action);
        }
        Action::Find | Action::FindNext | Action::FindPrevious => return search(state, action),
        Action::Tail => return toggle_tail(state),
        Action::Similar => return similar::open(state),
        Action::Words => words::open(state),
        Action::GoTo if state.context() == Context::Found => return words::go(state),
        Action::HopBack => return similar::back(state),
        Action::GoTo => return similar::go(state),
        Action::Versions => return versions::toggle(state),
        Action::Older | Action::Newer => return travel(state, action),
        Action::Pause => toggle_pause(state),
        Action::Put => return put::open(state),
        Action::Clone => return put::clone(state),
        Action::GoToPut => return put::go_to_last(state),
        Action::NextField | Action::PreviousField | Action::Null | Action::EmptyDraft => {
            return put_form::act(state, action);
        }
        Action::TurnJson => return put_json::turn(state),
        Action::NextRefused => put_lines::next_refused(state),
        Action::Flush => return flush::here(state),
        Action::FlushAll => return flush::ask_all(state),
        Action::Jobs => jobs::toggle(state),
        Action::Stop => return jobs::stop(state),
        Action::Refresh => return refresh::all(state),
        Action::Help => toggle_help(state),
        Action::SkipTour => state.tour = None,
        Action::Copy => state.overlay = Overlay::Copy,
        Action::Reproduce => state.overlay = Overlay::Code,
        Action::Take(part @ (Part::Deed | Part::Undo)) => return deeds::take(state, part),
        Action::Take(part) => return copying::take(state, part),
        Action::Palette | Action::Log | Action::Mouse | Action::Theme | Action::ReadOnly => {
            around::act(state, action);
        }
        Action::Screenshot => return screenshot::take(state),
        Action::Export => export::open(state),
        Action::NextLot => export::turn(state),
        Action::Tend(task) => return chores::ask(state, task),
        Action::Deeds => deeds::toggle(state),
        Action::Rename => administer::ask_rename(state),
        Action::Delete => return administer::ask_delete(state),
        Action::Storage => return storage::toggle(state),
        Action::Accept if state.context() == Context::Palette => return around::run(state),
        Action::Columns
        | Action::HideColumn
        | Action::ShowColumns
        | Action::FreezeColumn
        | Action::WidenColumn(_)
        | Action::FitColumn
        | Action::ShiftColumn(_) => return columns::arrange(state, action),
        Action::GoToColumn => return columns::go_to(state),
        Action::Accept => return accept(state),
    }
    Vec::new()
}

/// How many panes on: going back is going on to the last but one.
fn panes(action: Action) -> usize {
    if action == Action::NextPane { 1 } else { 2 }
}

fn search(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::FindNext => find::again(state, Forwards::Yes),
        Action::FindPrevious => find::again(state, Forwards::No),
        _ => {
            find::open(state);
            Vec::new()
        }
    }
}

fn to_flush(state: &mut State, action: Action) -> Vec<Effect> {
    let way = if action == Action::NextFlush { Way::Down } else { Way::Up };
    seek::to_flush(state, way)
}

/// What is done with the versions that are listed.
fn compare_or_alter(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::Diff => return diff::open(state),
        Action::MarkVersion => diff::mark(state),
        Action::Tag => alter::ask_tag(state),
        Action::Untag => alter::ask_untag(state),
        _ => alter::ask_restore(state),
    }
    Vec::new()
}

/// Takes what was typed, or chosen.
fn accept(state: &mut State) -> Vec<Effect> {
    match state.context() {
        Context::Columns => columns::toggle(state),
        Context::Put | Context::PutJson | Context::PutLines => put::accept(state),
        Context::FlushAll => flush::all(state),
        Context::Tag | Context::Alter => alter::accept(state),
        Context::Find => find::accept(state),
        Context::Filter => listing::accept(state),
        Context::Words => words::accept(state),
        Context::Export => export::accept(state),
        Context::Tend => chores::accept(state),
        Context::Rename | Context::Delete => administer::accept(state),
        _ => seek::accept(state),
    }
}

/// Goes so many versions on; in the list of them, up or down.
fn travel(state: &mut State, action: Action) -> Vec<Effect> {
    let (by, motion) = if action == Action::Older { (-1, Motion::Down) } else { (1, Motion::Up) };
    match state.screen {
        Screen::Versions => versions::step(state, motion),
        Screen::Records | Screen::Tail => pin::step(state, by),
    }
}

fn step(state: &mut State, motion: Motion) -> Vec<Effect> {
    let Some(layout) = Layout::of(state) else {
        return Vec::new();
    };
    match state.context() {
        Context::Topics => return step_tree(state, motion, layout.tree_rows()),
        Context::Records => return step_table(state, motion, layout.table_rows()),
        Context::Versions => return versions::step(state, motion),
        Context::Tail => {
            if let Some(tail) = &mut state.tail {
                tail.step(motion, layout.tail_rows());
            }
        }
        Context::Detail => return detail::step(state, motion, &layout),
        Context::Jobs => jobs::step(state, motion),
        Context::Marks => marks::step(state, motion),
        Context::Branches => branches::step(state, motion),
        Context::Diff => diff::step(state, motion),
        Context::Similar => return similar::step(state, motion),
        Context::Found => return words::step(state, motion),
        Context::FlushAll => {
            let last = (state.flush_plan().topics.len() as u64).saturating_sub(1);
            if let Overlay::FlushAll(top) = &mut state.overlay {
                *top = turned(*top, motion, layout.box_rows()).min(last);
            }
        }
        Context::Help => {
            if let Overlay::Help(top) = &mut state.overlay {
                let height = layout.box_rows();
                let last = (help_rows().count() as u64).saturating_sub(height);
                *top = turned(*top, motion, height).min(last);
            }
        }
        Context::PutLines => put_lines::step(state, motion),
        Context::Columns => columns::step(state, motion),
        Context::Prompt
        | Context::Find
        | Context::Filter
        | Context::Words
        | Context::Put
        | Context::PutJson
        | Context::Copy
        | Context::Code
        | Context::Tag
        | Context::Alter
        | Context::Export
        | Context::Rename
        | Context::Delete
        | Context::Tend => {}
        Context::Deeds => deeds::step(state, motion),
        Context::Storage => return storage::step(state, motion),
        Context::Palette => around::step(state, motion),
        Context::Log => around::step_log(state, motion),
    }
    Vec::new()
}

/// Moves in the table; who moves is not carried away to what is still being looked for.
fn step_table(state: &mut State, motion: Motion, height: u64) -> Vec<Effect> {
    state.records.step(motion, height);
    state.loads.cancel(&Slot::Seek).into_iter().collect()
}

fn step_tree(state: &mut State, motion: Motion, height: u64) -> Vec<Effect> {
    match motion {
        Motion::Left => state.topics.fold(Fold::Shut),
        Motion::Right => state.topics.fold(Fold::Open),
        _ => {
            let total = state.topics.total();
            state.topics.scroll.step(motion, height, total);
        }
    }
    places::follow_tree(state)
}

/// A new first line for a text that only scrolls; the view keeps it within the text.
fn turned(top: u64, motion: Motion, height: u64) -> u64 {
    let page = height.saturating_sub(1).max(1);
    match motion {
        Motion::Up => top.saturating_sub(1),
        Motion::Down => top.saturating_add(1),
        Motion::PageUp => top.saturating_sub(page),
        Motion::PageDown => top.saturating_add(page),
        Motion::Home => 0,
        Motion::End => u64::from(u32::MAX),
        Motion::Left | Motion::Right => top,
    }
}

/// Goes to another record while the detail has the keys.
fn walk(state: &mut State, action: Action) -> Vec<Effect> {
    let motion = if action == Action::NextRecord { Motion::Down } else { Motion::Up };
    let Some(layout) = Layout::of(state) else {
        return Vec::new();
    };
    match (state.screen, &mut state.tail) {
        (Screen::Tail, Some(tail)) => tail.step(motion, layout.tail_rows()),
        _ => return step_table(state, motion, layout.table_rows()),
    }
    Vec::new()
}

/// Goes into what is selected.
fn open(state: &mut State) -> Vec<Effect> {
    match state.context() {
        Context::Versions => return pin::visit(state),
        Context::Similar => return similar::hop(state),
        Context::Marks => return marks::go(state),
        Context::Branches => return branches::open(state),
        Context::Topics => state.focus = Focus::Main,
        _ => open_record(state),
    }
    Vec::new()
}

fn open_record(state: &mut State) {
    let height = Layout::of(state).map_or(0, |layout| layout.tail_rows());
    if let Some(tail) = &mut state.tail {
        tail.pause(height);
    }
    state.detail.open = true;
    state.focus = Focus::Detail;
}

fn back(state: &mut State) -> Vec<Effect> {
    match state.context() {
        Context::Help
        | Context::Prompt
        | Context::Find
        | Context::FlushAll
        | Context::Jobs
        | Context::Columns
        | Context::Marks
        | Context::Branches
        | Context::Copy
        | Context::Code
        | Context::Palette
        | Context::Log
        | Context::Rename
        | Context::Delete
        | Context::Deeds => {
            state.overlay = Overlay::None;
        }
        Context::Export => return export::leave(state),
        Context::Tend => return chores::leave(state),
        Context::Storage => return storage::close(state),
        Context::Filter => {
            state.overlay = Overlay::None;
            return state.loads.cancel(&Slot::Condition).into_iter().collect();
        }
        Context::Put | Context::PutJson => return put::leave(state),
        Context::PutLines => return put_lines::leave(state),
        Context::Diff => return diff::close(state),
        Context::Tag | Context::Alter => state.overlay = Overlay::None,
        Context::Similar => return similar::close(state),
        Context::Words => words::leave(state),
        Context::Found => return words::close(state),
        Context::Detail => return detail::back(state),
        Context::Tail => return places::close_tail(state),
        Context::Versions => return versions::close(state),
        Context::Records if state.loads.is_running(&Slot::Sift) => return listing::stop(state),
        Context::Records if state.loads.is_running(&Slot::Pin) || state.records.pin.is_some() => {
            return pin::leave(state);
        }
        Context::Records => state.focus = Focus::Topics,
        Context::Topics => state.ended = true,
    }
    Vec::new()
}

/// Gives the keys to the pane that is `by` places on.
fn turn(state: &mut State, by: usize) {
    let detail = Layout::of(state).is_some_and(|layout| layout.detail.width > 0);
    let main = !detail || Layout::of(state).is_some_and(|layout| layout.main.width > 0);
    let order = [
        (Focus::Topics, state.screen != Screen::Tail),
        (Focus::Main, main),
        (Focus::Detail, detail),
    ];
    let there: Vec<Focus> = order.iter().filter(|(_, there)| *there).map(|(f, _)| *f).collect();
    let at = there.iter().position(|focus| *focus == state.focus).unwrap_or(0);
    // One back is all but one on.
    let by = if by == 1 { 1 } else { there.len().saturating_sub(1) };
    if let Some(focus) = there.get((at + by) % there.len().max(1)) {
        state.focus = *focus;
    }
}

fn toggle_tail(state: &mut State) -> Vec<Effect> {
    match state.screen {
        Screen::Tail => places::close_tail(state),
        Screen::Records => places::open_tail(state),
        Screen::Versions => {
            let mut effects = versions::close(state);
            effects.extend(places::open_tail(state));
            effects
        }
    }
}

fn toggle_pause(state: &mut State) {
    let height = Layout::of(state).map_or(0, |layout| layout.tail_rows());
    let Some(tail) = &mut state.tail else { return };
    match tail.following {
        Following::Live => tail.pause(height),
        Following::Paused(_) => tail.resume(),
    }
}

fn toggle_help(state: &mut State) {
    state.overlay = match state.overlay {
        Overlay::Help(_) => Overlay::None,
        _ => Overlay::Help(0),
    };
}

/// Selects a row of the records that was looked for.
pub(super) fn jump(state: &mut State, bucket: u32, local: u64) {
    let height = Layout::of(state).map_or(1, |layout| layout.table_rows());
    let total = state.records.extents.total();
    state.records.seek(bucket, local);
    if let Some(row) = state.records.extents.row(bucket, local) {
        let scroll: &mut Scroll = &mut state.records.scroll;
        scroll.jump(row, height, total);
        state.focus = Focus::Main;
        // Where the detail covers the table, the record could not be seen there.
        if Layout::of(state).is_some_and(|layout| layout.main.width == 0) {
            state.detail.open = false;
        }
    }
}
