//! A picture of the explorer: the real views on a small fixed root.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::input::Key;
use super::options::Options;
use super::state::State;
use super::{sample, svg, update, view};
use crate::WatchMode;

/// The explorer on a small fixed root, as an SVG; the same on every call.
pub fn picture() -> String {
    let mut state = opened(Size { width: 146, height: 30 });
    show_a_record(&mut state);
    svg::of_buffer(&drawn(&state), "lanceq ./queue_storage")
}

/// The explorer as it is once it has read what it shows at the start.
pub(crate) fn opened(size: Size) -> State {
    let root = "./queue_storage".into();
    let mut state = State::new(root, WatchMode::Events, size, &Options::default());
    state.now = sample::now();
    let effects = update::start(&mut state);
    sample::settle(&mut state, effects);
    state
}

/// The cells of a state.
pub(crate) fn drawn(state: &State) -> Buffer {
    let Size { width, height } = state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    view::draw(state, &mut buffer);
    buffer
}

/// Goes to a record near the end of a topic, where some are not yet in a version.
fn show_a_record(state: &mut State) {
    sample::press(state, &[Key::End, Key::Right, Key::Enter, Key::Char('G'), Key::PageUp]);
    sample::press(state, &[Key::PageDown, Key::Up, Key::Up, Key::Up, Key::Up, Key::Up]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The picture is regenerated where `LANCEQ_BLESS` is set; look at it, then commit it.
    #[test]
    fn the_committed_picture_shows_the_explorer_as_it_is() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/explorer.svg");
        if std::env::var_os("LANCEQ_BLESS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/assets")).unwrap();
            std::fs::write(path, picture()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == picture(), "set LANCEQ_BLESS=1 to draw assets/explorer.svg again");
    }
}
