//! Arranging the columns of a table, by the cursor or from the list of all of them.

use super::prompt;
use crate::tui::data::Column;
use crate::tui::effect::Effect;
use crate::tui::input::{Action, Key, Motion, Side};
use crate::tui::layout::Layout;
use crate::tui::state::{Across, Arrangement, Choice, Chooser, Overlay, Screen, Severity, State};

/// Types a key into it.
pub(super) fn edit(state: &mut State, key: Key) {
    if let (Overlay::Columns(chooser), Some(request)) = (&mut state.overlay, prompt::request(key)) {
        chooser.edit(request);
    }
}

/// Moves the selection.
pub(super) fn step(state: &mut State, motion: Motion) {
    let total = choices(state).len() as u64;
    let height = Layout::of(state).map_or(1, |layout| rows(&layout));
    if let Overlay::Columns(chooser) = &mut state.overlay {
        chooser.step(motion, (height, total));
    }
}

/// Brings the selection into the list and into view.
pub(super) fn fit(state: &mut State, height: u64) {
    let total = choices(state).len() as u64;
    if let Overlay::Columns(chooser) = &mut state.overlay {
        chooser.fit(height.saturating_sub(1), total);
    }
}

/// Columns in view: all lines of the box but the one that is typed into.
fn rows(layout: &Layout) -> u64 {
    layout.box_rows().saturating_sub(1)
}

fn choices(state: &State) -> Vec<Choice> {
    match &state.overlay {
        Overlay::Columns(chooser) => state.column_choices(chooser),
        _ => Vec::new(),
    }
}

fn selected(state: &State) -> Option<Choice> {
    let Overlay::Columns(chooser) = &state.overlay else {
        return None;
    };
    choices(state).into_iter().nth(chooser.selected())
}

/// Shows the selected column, or hides it.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    let Some(Choice { name, hidden, .. }) = selected(state) else {
        return Vec::new();
    };
    change(state, |arrangement, columns| arrangement.hide(columns, &name, !hidden))
}

/// Goes to the selected column.
pub(super) fn go_to(state: &mut State) -> Vec<Effect> {
    let Some(Choice { name, hidden, .. }) = selected(state) else {
        return Vec::new();
    };
    state.overlay = Overlay::None;
    let effects = if hidden {
        change(state, |arrangement, columns| arrangement.hide(columns, &name, false))
    } else {
        Vec::new()
    };
    if let Some(across) = across(state) {
        across.go_to(&name);
    }
    effects
}

/// Opens the list; arranges the column of the cursor, or all of them.
pub(super) fn arrange(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Columns {
        state.overlay = Overlay::Columns(Chooser::default());
        return Vec::new();
    }
    if action == Action::ShowColumns {
        return change(state, |arrangement, _| arrangement.show_all());
    }
    let Some((name, width)) = pointed(state) else {
        return Vec::new();
    };
    let mut said = None;
    let effects = change(state, |arrangement, columns| match action {
        Action::HideColumn => {
            arrangement.hide(columns, &name, true);
            said = Some(format!("`{name}` is hidden; C shows it again"));
        }
        Action::FreezeColumn => {
            let stays = arrangement.freeze(columns, &name);
            let now = if stays { "stays in view" } else { "scrolls with the others again" };
            said = Some(format!("`{name}` {now}"));
        }
        Action::WidenColumn(by) => {
            arrangement.resize(columns, &name, Some(width.saturating_add_signed(by)));
        }
        Action::FitColumn => arrangement.resize(columns, &name, None),
        Action::ShiftColumn(side) => {
            let moved = arrangement.shift(columns, &name, side == Side::Right);
            said = (!moved).then(|| format!("`{name}` is at the edge already"));
        }
        _ => {}
    });
    if let Some(text) = said {
        state.say(Severity::Done, text);
    }
    effects
}

/// The column of the cursor, and how wide it is.
fn pointed(state: &State) -> Option<(String, u16)> {
    let across = state.across()?;
    let name = across.column()?.name.clone();
    let widths = match (state.screen, &state.tail) {
        (Screen::Tail, Some(tail)) => &tail.widths,
        _ => &state.records.widths,
    };
    let width = across.width(widths, &name);
    Some((name, width))
}

fn across(state: &mut State) -> Option<&mut Across> {
    match (state.screen, &mut state.tail) {
        (Screen::Records, _) => Some(&mut state.records.across),
        (Screen::Tail, Some(tail)) => Some(&mut tail.across),
        (Screen::Tail | Screen::Versions, _) => None,
    }
}

/// Changes how the columns of the topic are arranged, and lays them out anew at once: what follows acts on them.
pub(super) fn change(
    state: &mut State,
    how: impl FnOnce(&mut Arrangement, &[Column]),
) -> Vec<Effect> {
    let Some(place) = &state.records.place else {
        return Vec::new();
    };
    let topic = place.topic.clone();
    let all = state.column_list();
    let mut arrangement = state.arrangement();
    how(&mut arrangement, &all);
    state.arrangements.insert(topic, arrangement.clone());
    if let Some(across) = across(state) {
        across.lay_out(&all, &arrangement);
    }
    vec![Effect::Remember(Box::new(state.memory()))]
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;

    fn after(keys: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 30 });
        press(&mut state, &[Key::End, Key::Enter]);
        press(&mut state, keys);
        state
    }

    fn shown(state: &State) -> Vec<&str> {
        state.records.across.shown.iter().map(|column| column.name.as_str()).collect()
    }

    fn at(state: &State) -> Option<&str> {
        state.across()?.column().map(|column| column.name.as_str())
    }

    fn typed(text: &str) -> Vec<Key> {
        text.chars().map(Key::Char).collect()
    }

    #[test]
    fn a_column_is_hidden_frozen_moved_and_shown_again() {
        let state = after(&typed("l-"));
        assert_eq!(shown(&state), ["id", "latency_ms", "prompt", "usage", "embedding"]);
        assert_eq!(at(&state), Some("latency_ms"), "the cursor goes on to the next");
        let state = after(&typed("l-lzL"));
        assert_eq!(shown(&state), ["prompt", "id", "latency_ms", "usage", "embedding"]);
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("`prompt` is at the edge already"), "it is the only one that stays");
        let state = after(&[typed("l-lzCmod"), vec![Key::Enter, Key::Esc]].concat());
        assert_eq!(shown(&state), ["prompt", "id", "model", "latency_ms", "usage", "embedding"]);
    }

    #[test]
    fn the_last_column_stays_and_it_is_said_why() {
        let state = after(&typed("------"));
        assert_eq!(shown(&state), ["embedding"]);
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("the last column that is shown stays"));
        let state = after(&[typed("-----C"), vec![Key::Ctrl('a')]].concat());
        assert_eq!(shown(&state).len(), 6);
    }

    #[test]
    fn a_few_letters_lead_to_a_column() {
        let state = after(&[typed("Cemb"), vec![Key::Tab]].concat());
        assert!(matches!(state.overlay, Overlay::None));
        assert_eq!(at(&state), Some("embedding"));
        let state = after(&[typed("-Cid"), vec![Key::Tab]].concat());
        assert_eq!(at(&state), Some("id"), "a hidden one is shown");
        let state = after(&[typed("Cxyz"), vec![Key::Enter]].concat());
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("no column has these letters"));
    }

    #[test]
    fn a_topic_keeps_its_columns_from_place_to_place() {
        let state = after(&[typed("-"), typed("f")].concat());
        let shown: Vec<&str> =
            state.across().unwrap().shown.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(shown.first(), Some(&"model"), "in the tail too");
        let elsewhere = after(&[typed("-q"), vec![Key::Up, Key::Enter]].concat());
        assert_eq!(at(&elsewhere), Some("id"), "another topic has its own");
        let back = after(&[typed("-q"), vec![Key::Up, Key::Down, Key::Enter]].concat());
        assert_eq!(at(&back), Some("model"));
    }

    #[test]
    fn a_width_is_kept_until_the_values_may_say_it_again() {
        let width = |state: &State| state.records.across.width(&state.records.widths, "id");
        let own = width(&after(&[]));
        assert_eq!(width(&after(&typed(">>"))), own + 8);
        assert_eq!(width(&after(&typed("<<<<<<"))), 3);
        assert_eq!(width(&after(&typed(">>_"))), own);
    }
}
