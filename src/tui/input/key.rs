//! A key as the explorer names it, whichever terminal library read it.

use std::fmt;

/// A pressed key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, as typed (so `G` is shift and `g`).
    Char(char),
    /// A character with control held, in lower case.
    Ctrl(char),
    /// The key of that name.
    Enter,
    /// The key of that name.
    Esc,
    /// The key of that name.
    Tab,
    /// Tab with shift held.
    BackTab,
    /// The key of that name.
    Backspace,
    /// The key of that name.
    Delete,
    /// The arrow to the left with control held, or `b` with alt.
    WordLeft,
    /// The arrow to the right with control held, or `f` with alt.
    WordRight,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// The key of that name.
    PageUp,
    /// The key of that name.
    PageDown,
    /// The key of that name.
    Home,
    /// The key of that name.
    End,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Char(' ') => f.write_str("space"),
            Self::Char(c) => write!(f, "{c}"),
            Self::Ctrl(c) => write!(f, "^{}", c.to_ascii_uppercase()),
            Self::Enter => f.write_str("↵"),
            Self::Esc => f.write_str("esc"),
            Self::Tab => f.write_str("tab"),
            Self::BackTab => f.write_str("shift-tab"),
            Self::Backspace => f.write_str("backspace"),
            Self::Delete => f.write_str("del"),
            Self::WordLeft => f.write_str("^←"),
            Self::WordRight => f.write_str("^→"),
            Self::Up => f.write_str("↑"),
            Self::Down => f.write_str("↓"),
            Self::Left => f.write_str("←"),
            Self::Right => f.write_str("→"),
            Self::PageUp => f.write_str("pgup"),
            Self::PageDown => f.write_str("pgdn"),
            Self::Home => f.write_str("home"),
            Self::End => f.write_str("end"),
        }
    }
}
