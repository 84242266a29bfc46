//! Pictures of the explorer: the real views on a small fixed root.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use super::input::Key;
use super::options::Options;
use super::state::State;
use super::{sample, svg, update, view};
use crate::WatchMode;

/// A picture: its file in `assets`, the cells of its screen, and the keys that lead to what it shows.
struct Picture {
    file: &'static str,
    size: Size,
    keys: &'static [Key],
}

/// A record in full near the end of a topic, where some are not yet in a version; the tail with a
/// flush; the versions of a bucket, at one that is read; what is similar, after two hops.
const PICTURES: [Picture; 4] = [
    Picture {
        file: "explorer.svg",
        size: Size { width: 146, height: 30 },
        keys: &[
            Key::End,
            Key::Right,
            Key::Enter,
            Key::Char('G'),
            Key::PageUp,
            Key::PageDown,
            Key::Up,
            Key::Up,
            Key::Up,
            Key::Up,
            Key::Up,
            Key::Enter,
            Key::End,
            Key::Enter,
            Key::Up,
            Key::Enter,
        ],
    },
    Picture {
        file: "tail.svg",
        size: Size { width: 120, height: 18 },
        keys: &[Key::End, Key::Char('f')],
    },
    Picture {
        file: "versions.svg",
        size: Size { width: 128, height: 24 },
        keys: &[Key::End, Key::Enter, Key::Char('['), Key::Char('['), Key::Char('v')],
    },
    Picture {
        file: "similar.svg",
        size: Size { width: 120, height: 26 },
        keys: &[
            Key::End,
            Key::Enter,
            Key::Down,
            Key::Char('s'),
            Key::Down,
            Key::Enter,
            Key::Down,
            Key::Enter,
        ],
    },
];

/// Pictures of the explorer on a small fixed root: the name of each file, and its SVG; the same on every call.
pub fn pictures() -> Vec<(&'static str, String)> {
    PICTURES.iter().map(|picture| (picture.file, drawing(picture))).collect()
}

fn drawing(picture: &Picture) -> String {
    let mut state = opened(picture.size);
    sample::press(&mut state, picture.keys);
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

/// Holds a picture against the one in `assets`; where `LANCEQ_BLESS` is set, that is drawn again: look at it, then commit.
#[cfg(test)]
pub(crate) fn held(file: &str, svg: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let path = folder.join(file);
    if std::env::var_os("LANCEQ_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, svg).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == svg, "set LANCEQ_BLESS=1 to draw assets/{file} again");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pictures_show_the_explorer_as_it_is() {
        for (file, svg) in pictures() {
            held(file, &svg);
        }
    }
}
