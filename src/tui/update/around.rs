//! What the explorer can do, what it said, and how it looks.

use super::{act, prompt};
use crate::tui::effect::Effect;
use crate::tui::input::{Action, Key, Motion, Reason};
use crate::tui::layout::Layout;
use crate::tui::state::{Chooser, Overlay, Scroll, Severity, State};

/// Shows what can be done, or what was said; changes how the explorer looks, or who has the mouse.
pub(super) fn act(state: &mut State, action: Action) {
    match action {
        Action::Palette => state.overlay = Overlay::Palette(Chooser::default()),
        Action::Log => toggle_log(state),
        _ => change(state, action),
    }
}

/// Types a key into it.
pub(super) fn edit(state: &mut State, key: Key) {
    if let (Overlay::Palette(chooser), Some(request)) = (&mut state.overlay, prompt::request(key)) {
        chooser.edit(request);
    }
}

/// Moves the selection in it.
pub(super) fn step(state: &mut State, motion: Motion) {
    let total = match &state.overlay {
        Overlay::Palette(chooser) => state.commands(chooser).len() as u64,
        _ => return,
    };
    let height = Layout::of(state).map_or(1, |layout| layout.box_rows().saturating_sub(1));
    if let Overlay::Palette(chooser) = &mut state.overlay {
        chooser.step(motion, (height, total));
    }
}

/// Brings the selections of the lists into them and into view.
pub(super) fn fit(state: &mut State, height: u64) {
    let said = state.log.len();
    if let Overlay::Palette(chooser) = &state.overlay {
        let total = state.commands(chooser).len() as u64;
        if let Overlay::Palette(chooser) = &mut state.overlay {
            chooser.fit(height.saturating_sub(1), total);
        }
    }
    if let Overlay::Log(scroll) = &mut state.overlay {
        scroll.fit(height, said);
    }
}

/// Does what is selected, or says why it cannot be done.
pub(super) fn run(state: &mut State) -> Vec<Effect> {
    let Overlay::Palette(chooser) = &state.overlay else {
        return Vec::new();
    };
    let Some(entry) = state.commands(chooser).into_iter().nth(chooser.selected()) else {
        return Vec::new();
    };
    state.overlay = Overlay::None;
    match entry.possible(state) {
        Ok(()) => act::act(state, entry.action),
        Err(Reason(reason)) => {
            state.say(Severity::Refused, reason);
            Vec::new()
        }
    }
}

/// Shows what was said, or stops to.
fn toggle_log(state: &mut State) {
    state.overlay = match state.overlay {
        Overlay::Log(_) => Overlay::None,
        _ => Overlay::Log(Scroll::default()),
    };
}

/// Moves in what was said.
pub(super) fn step_log(state: &mut State, motion: Motion) {
    let (said, height) = (state.log.len(), Layout::of(state).map_or(1, |layout| layout.box_rows()));
    if let Overlay::Log(scroll) = &mut state.overlay {
        scroll.step(motion, height, said);
    }
}

fn change(state: &mut State, action: Action) {
    match action {
        Action::Mouse => {
            state.look.mouse = !state.look.mouse;
            let text = if state.look.mouse {
                "the mouse is the explorer's: wheel and clicks"
            } else {
                "the mouse is the terminal's: it selects text"
            };
            state.say(Severity::Done, text);
        }
        Action::ReadOnly => {
            state.read_only = !state.read_only;
            let text = if state.read_only {
                "only reading now: nothing is put, flushed or changed from here; F6 allows it again"
            } else {
                "changes are allowed again"
            };
            state.say(Severity::Done, text);
        }
        Action::Theme => {
            state.look.theme = state.look.theme.next();
            state.say(Severity::Done, format!("theme `{}`", state.look.theme.name()));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::input::Context;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::theme::Theme;

    fn after(keys: &str) -> State {
        let mut state = opened(Size { width: 120, height: 30 });
        press(&mut state, &[Key::End]);
        type_in(&mut state, keys);
        state
    }

    fn type_in(state: &mut State, keys: &str) {
        let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
        press(state, &keys.chars().map(key).collect::<Vec<_>>());
    }

    fn said(state: &State) -> Option<&str> {
        state.notice.as_ref().map(|notice| notice.text.as_str())
    }

    #[test]
    fn a_few_letters_do_what_a_key_does() {
        assert_eq!(after("\n:tail\n").context(), Context::Tail);
        assert_eq!(after("\n:columns\n").context(), Context::Columns);
        assert_eq!(
            after("\n:all keys\n").context(),
            Context::Help,
            "titles are looked through too"
        );
    }

    #[test]
    fn what_is_not_possible_says_why_and_the_list_closes() {
        let state = after("\n:newer\n");
        assert_eq!(said(&state), Some("this is what is there now: there is nothing newer"));
        assert!(matches!(state.overlay, Overlay::None));
        assert_eq!(said(&after(":qqqqq\n")), Some("nothing has these letters"));
    }

    #[test]
    fn what_was_said_can_be_read_again() {
        let mut state = after("\n]");
        type_in(&mut state, "j");
        press(&mut state, &[Key::F(4)]);
        let text = state.log.iter().next().map(|said| said.notice.text.clone());
        assert_eq!(text.as_deref(), Some("this is what is there now: there is nothing newer"));
        assert_eq!(state.context(), Context::Log);
        press(&mut state, &[Key::F(4)]);
        assert_eq!(state.context(), Context::Records);
        let mut state = after("");
        press(&mut state, &[Key::F(4)]);
        assert_eq!(said(&state), Some("nothing was said yet"));
    }

    #[test]
    fn looks_and_the_mouse_change_at_once() {
        let mut state = after("");
        press(&mut state, &[Key::F(3), Key::F(2)]);
        assert_eq!((state.look.theme, state.look.mouse), (Theme::Contrast, false));
        press(&mut state, &[Key::F(2)]);
        assert!(state.look.mouse);
    }
}
