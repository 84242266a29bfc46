//! The mouse: the wheel moves what is under it, a click gives the keys to a pane and selects a row of it.

use ratatui::layout::{Position, Rect};

use super::{act, places};
use crate::tui::effect::{Effect, Slot};
use crate::tui::event::Turn;
use crate::tui::input::{Action, Motion};
use crate::tui::layout::{Layout, headings};
use crate::tui::state::{Focus, Overlay, Screen, State};

/// Rows of one notch of the wheel.
const NOTCH: usize = 3;

/// Takes a turn of the wheel.
pub(super) fn wheel(state: &mut State, at: Position, turn: Turn) -> Vec<Effect> {
    if matches!(state.overlay, Overlay::None) {
        let Some(focus) = pane_at(state, at) else { return Vec::new() };
        state.focus = focus;
    }
    let motion = match turn {
        Turn::Up => Motion::Up,
        Turn::Down => Motion::Down,
    };
    (0..NOTCH).flat_map(|_| act::act(state, Action::Move(motion))).collect()
}

/// Takes a click; a second one on the same row opens it. Over the panes it means nothing.
pub(super) fn click(state: &mut State, at: Position) -> Vec<Effect> {
    let (Overlay::None, Some(focus)) = (&state.overlay, pane_at(state, at)) else {
        return Vec::new();
    };
    let had_keys = std::mem::replace(&mut state.focus, focus) == focus;
    let Some(layout) = Layout::of(state) else {
        return Vec::new();
    };
    match (focus, state.screen) {
        (Focus::Topics, _) => click_tree(state, row_in(layout.tree, 1, at), had_keys),
        (Focus::Main, Screen::Records) => {
            let row = row_in(layout.main, 1 + headings(layout.main), at);
            click_table(state, row, had_keys)
        }
        (Focus::Main, Screen::Tail) => {
            let row = row_in(layout.main, 2, at);
            let height = layout.tail_rows();
            if let (Some(row), Some(tail)) = (row, &mut state.tail)
                && let Some(number) = tail.view(height).nth(usize::from(row))
            {
                tail.select(number, height);
            }
            Vec::new()
        }
        (Focus::Main, Screen::Versions) => Vec::new(),
        (Focus::Detail, _) => {
            if let Some(row) = row_in(layout.detail, 1, at) {
                let scroll = &mut state.detail.scroll;
                let clicked = scroll.top + u64::from(row);
                let again = had_keys && scroll.selected == clicked;
                scroll.selected = clicked;
                state.detail.scroll.fit(layout.detail_rows(), state.detail.lines.len() as u64);
                if again {
                    state.detail.toggle();
                }
            }
            Vec::new()
        }
    }
}

fn click_tree(state: &mut State, row: Option<u16>, had_keys: bool) -> Vec<Effect> {
    let clicked = row.map(|row| state.topics.scroll.top + u64::from(row));
    let Some(clicked) = clicked.filter(|row| *row < state.topics.total()) else {
        return Vec::new();
    };
    if had_keys && state.topics.scroll.selected == clicked {
        return act::act(state, Action::Open);
    }
    state.topics.scroll.selected = clicked;
    places::follow_tree(state)
}

fn click_table(state: &mut State, row: Option<u16>, had_keys: bool) -> Vec<Effect> {
    let clicked = row.map(|row| state.records.scroll.top + u64::from(row));
    let Some(clicked) = clicked.filter(|row| *row < state.records.extents.total()) else {
        return Vec::new();
    };
    if had_keys && state.records.scroll.selected == clicked {
        return act::act(state, Action::Open);
    }
    state.records.scroll.selected = clicked;
    state.loads.cancel(&Slot::Seek).into_iter().collect()
}

/// The pane of a cell.
fn pane_at(state: &State, at: Position) -> Option<Focus> {
    let layout = Layout::of(state)?;
    let panes =
        [(layout.tree, Focus::Topics), (layout.main, Focus::Main), (layout.detail, Focus::Detail)];
    panes.into_iter().find(|(pane, _)| pane.contains(at)).map(|(_, focus)| focus)
}

/// Which row of a pane's list a cell lies in, below so many lines at its top.
fn row_in(pane: Rect, top: u16, at: Position) -> Option<u16> {
    let last = pane.bottom().saturating_sub(1);
    (at.y < last).then(|| at.y.checked_sub(pane.y + top)).flatten()
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::event::{Event, Input};
    use crate::tui::input::Context;
    use crate::tui::picture::opened;
    use crate::tui::sample::settle;
    use crate::tui::update::update;

    fn give(state: &mut State, input: Input) {
        let effects = update(state, Event::Input(input));
        settle(state, effects);
    }

    fn click(state: &mut State, x: u16, y: u16) {
        give(state, Input::Click(Position { x, y }));
    }

    #[test]
    fn a_click_selects_and_a_second_one_opens() {
        let mut state = opened(Size { width: 120, height: 30 });
        click(&mut state, 4, 7);
        let topic = state.records.place.as_ref().map(|place| place.topic.to_string());
        assert_eq!((topic.as_deref(), state.context()), (Some("traces"), Context::Topics));
        click(&mut state, 4, 7);
        assert_eq!(state.context(), Context::Records);
        click(&mut state, 50, 9);
        assert_eq!(state.records.scroll.selected, 5);
        click(&mut state, 50, 9);
        assert_eq!(state.context(), Context::Detail);
    }

    #[test]
    fn the_wheel_moves_what_is_under_it_and_holds_the_tail_still() {
        let mut state = opened(Size { width: 120, height: 30 });
        let wheel = |x, turn| Input::Wheel(Position { x, y: 10 }, turn);
        click(&mut state, 4, 7);
        give(&mut state, wheel(60, Turn::Down));
        assert_eq!((state.records.scroll.selected, state.context()), (3, Context::Records));
        give(&mut state, Input::Key(crate::tui::input::Key::Char('f')));
        give(&mut state, wheel(60, Turn::Up));
        assert!(state.tail.as_ref().is_some_and(|tail| tail.selected().is_some()));
    }

    #[test]
    fn no_click_anywhere_at_any_size_does_harm() {
        for (width, height) in [(40, 10), (80, 24), (300, 100)] {
            let mut state = opened(Size { width, height });
            for y in 0..height {
                for x in (0..width).step_by(7) {
                    click(&mut state, x, y);
                    give(&mut state, Input::Wheel(Position { x, y }, Turn::Down));
                }
            }
            assert!(!state.ended);
        }
    }
}
