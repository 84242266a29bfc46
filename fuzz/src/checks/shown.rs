//! Text for the terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::tui::text::sanitize::{clean, clip, width, wrap};

/// Cells of the longest line that is drawn.
const LINE: u16 = 512;
/// The widest sign there is takes less.
const ROOMY: u16 = 40;

/// Nothing is left that a terminal would obey; cleaning is final; and a text takes the cells that it is said to take.
pub(crate) fn text(data: &[u8]) {
    let Some((cells, data)) = data.split_first() else { return };
    let cells = u16::from(*cells);
    let text = String::from_utf8_lossy(data);
    let shown = clean(&text);
    assert!(!shown.contains(char::is_control), "{shown:?}");
    assert_eq!(clean(&shown), shown);
    assert_eq!(width(&shown), width(&text), "{shown:?}");
    if width(&text) < LINE {
        assert_eq!(drawn(&shown), width(&text), "{shown:?}");
    }
    let cut = clip(&text, cells);
    assert!(width(&cut) <= cells && drawn(&cut) <= cells, "{cut:?}");
    assert_eq!(clean(&cut), cut);
    if width(&text) <= cells {
        assert_eq!(cut, shown);
    }
    for line in wrap(&text, cells) {
        assert!(width(&line) <= cells, "{line:?}");
        assert_eq!(clean(&line), line);
    }
    if cells >= ROOMY {
        // An accent behind a space, where a line may end, sits on a circle.
        let without = |text: &str| text.replace([' ', '◌'], "");
        let lines = text.split('\n').map(|line| without(&clean(line))).collect::<String>();
        assert_eq!(without(&wrap(&text, cells).concat()), lines, "wrapped");
    }
}

/// The cells that a text takes where it is drawn.
fn drawn(text: &str) -> u16 {
    let mut buffer = Buffer::empty(Rect::new(0, 0, LINE, 1));
    buffer.set_stringn(0, 0, text, LINE.into(), Style::new()).0
}
