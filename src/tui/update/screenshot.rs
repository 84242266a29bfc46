//! A picture of the screen, as it was when the key was pressed.

use crate::tui::effect::{Effect, Request, Slot};
use crate::tui::input::{Action, Key};
use crate::tui::state::{Severity, State};
use crate::tui::text::sanitize;
use crate::tui::{picture, svg};

/// Whether a key asks for one: then what it shows must not change before it is taken.
pub(super) fn is_asked_by(state: &State, key: Key) -> bool {
    let entry = state.keymap.resolve(state.context(), key);
    entry.is_some_and(|entry| entry.action == Action::Screenshot)
}

/// Takes it.
pub(super) fn take(state: &mut State) -> Vec<Effect> {
    let title = format!("lanceq {}", sanitize::clean(&state.root));
    let svg = svg::of_buffer(&picture::drawn(state), &title);
    let stem = stem(state);
    vec![state.loads.begin(Slot::Screenshot, Request::Screenshot { svg, stem })]
}

/// What its file is called, but for the extension.
fn stem(state: &State) -> String {
    let place = state.records.place.as_ref();
    let topic = place.map(|place| format!("{}-", place.topic)).unwrap_or_default();
    format!("lanceq-{topic}{}", state.now.format("%Y%m%d-%H%M%S"))
}

/// Says where it is.
pub(super) fn taken(state: &mut State, file: &str) {
    state.say(Severity::Done, format!("the screen is in {file}"));
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::event::{Event, Input};
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::update::update;

    #[test]
    fn what_is_said_is_in_the_picture_and_stays_until_it_is_written() {
        let mut state = opened(Size { width: 100, height: 24 });
        press(&mut state, &[Key::End, Key::Enter, Key::Char(']')]);
        let effects = update(&mut state, Event::Input(Input::Key(Key::Ctrl('s'))));
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Screenshot { svg, stem }, .. } => Some((svg, stem)),
            _ => None,
        });
        let (svg, stem) = asked.unwrap();
        assert!(svg.contains("there is nothing newer") && svg.ends_with("</svg>\n"));
        assert_eq!(stem, "lanceq-traces-20260314-120407");
        assert!(state.notice.is_some());
    }

    #[test]
    fn one_can_be_taken_of_whatever_is_open() {
        for keys in [vec![Key::Char('?')], vec![Key::Char('g')], vec![Key::Char(':')]] {
            let mut state = opened(Size { width: 100, height: 24 });
            press(&mut state, &[Key::End, Key::Enter]);
            press(&mut state, &keys);
            let before = state.context();
            press(&mut state, &[Key::Ctrl('s')]);
            assert_eq!(state.context(), before);
            let said = state.notice.as_ref().map(|notice| notice.text.as_str());
            assert_eq!(said, Some("the screen is in lanceq-traces-20260314-120407.svg"));
        }
    }
}
