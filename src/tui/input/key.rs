//! A key as the explorer names it, whichever terminal library read it.

use std::fmt;
use std::str::FromStr;

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
    /// A function key, `F1` is 1.
    F(u8),
}

/// Keys by their names.
const NAMES: [(&str, Key); 21] = [
    ("space", Key::Char(' ')),
    ("enter", Key::Enter),
    ("return", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("shift-tab", Key::BackTab),
    ("backspace", Key::Backspace),
    ("del", Key::Delete),
    ("delete", Key::Delete),
    ("ctrl-left", Key::WordLeft),
    ("ctrl-right", Key::WordRight),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("pgup", Key::PageUp),
    ("page-up", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("page-down", Key::PageDown),
    ("home", Key::Home),
    ("end", Key::End),
];

/// A key by its name: `g`, `G`, `space`, `ctrl-g`, `^g`, `f5`, or as the help shows it: `↵`, `^←`. The error says what is
/// expected.
impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.to_lowercase();
        let is_named = |(name, key): &&(&str, Self)| *name == lower || key.to_string() == text;
        let named = NAMES.iter().find(is_named).map(|(_, key)| *key);
        let alone = |text: &str| {
            let mut chars = text.chars();
            chars.next().filter(|c| chars.next().is_none() && !c.is_control())
        };
        let control = lower.strip_prefix("ctrl-").or_else(|| lower.strip_prefix('^'));
        let control = control.and_then(alone).map(Self::Ctrl);
        let function = lower.strip_prefix('f').and_then(|number| number.parse().ok());
        let function = function.filter(|number| (1..=24).contains(number)).map(Self::F);
        let key = named.or(alone(text).map(Self::Char)).or(control).or(function);
        key.ok_or_else(|| {
            format!(
                "`{text}` is no key; expected a character, a name such as space, enter or f5, or ctrl- and a letter"
            )
        })
    }
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
            Self::F(number) => write!(f, "f{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_and_what_is_none_is_told() {
        for (text, key) in [
            ("g", Key::Char('g')),
            ("G", Key::Char('G')),
            ("^", Key::Char('^')),
            ("f", Key::Char('f')),
            ("Space", Key::Char(' ')),
            ("ctrl-G", Key::Ctrl('g')),
            ("^g", Key::Ctrl('g')),
            ("shift-tab", Key::BackTab),
            ("F12", Key::F(12)),
            ("ß", Key::Char('ß')),
        ] {
            assert_eq!(text.parse(), Ok(key), "{text}");
        }
        for text in ["", "ctrl-", "f0", "f99", "hyper-x", "ab", "\u{7}"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_shown_of_a_key_can_be_typed_for_it() {
        let all = NAMES.iter().map(|(_, key)| *key).chain([Key::F(2), Key::Ctrl('x')]);
        for key in all {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }
}
