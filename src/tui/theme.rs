//! Colours by meaning: views ask for a meaning, the theme knows the style.
//!
//! Only the terminal's own sixteen colours are used, so it fits light and dark ones; every meaning
//! has a glyph or a word beside it, so that nothing is told by colour alone.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Ordinary text.
    Plain,
    /// Present, but beside the point.
    Muted,
    /// What the eye should find first.
    Strong,
    /// The name of a pane, or of the program.
    Title,
    /// The border of a pane.
    Border,
    /// The border of the pane that has the keys.
    Focused,
    /// The row that the keys act on.
    Selected,
    /// The cell of a selected row that the keys act on.
    Cell,
    /// The chosen row of a pane that has not the keys.
    Marked,
    /// The header of a column, the name of a field.
    Header,
    /// A number.
    Number,
    /// A value that is absent.
    Null,
    /// A vector, bytes, or a nested value.
    Rich,
    /// In a version.
    Persisted,
    /// Not yet in a version.
    Buffered,
    /// A key.
    Key,
    /// Went well, is alive.
    Good,
    /// Needs a look.
    Warn,
    /// Failed.
    Bad,
    /// The place at which something is wrong.
    Fault,
    /// Where a record of a tail comes from, by a number.
    Source(u8),
    /// What was looked for.
    Found,
}

/// Which styles are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The sixteen colours of the terminal.
    #[default]
    Ansi,
    /// No colour at all: weight, underline and reverse only.
    Mono,
}

impl Theme {
    /// The theme that the environment asks for: no colour where `NO_COLOR` is set and not empty.
    pub fn from_env() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if refused { Self::Mono } else { Self::Ansi }
    }

    pub(crate) fn style(self, meaning: Meaning) -> Style {
        let style = Style::new().add_modifier(weight(meaning));
        if meaning == Meaning::Cell {
            // It stands out of a row that is reversed, and in one that is not.
            return style.remove_modifier(Modifier::REVERSED);
        }
        match self {
            Self::Mono => style,
            Self::Ansi => match colour(meaning) {
                Some(colour) => style.fg(colour),
                None => style,
            },
        }
    }
}

fn weight(meaning: Meaning) -> Modifier {
    match meaning {
        Meaning::Strong
        | Meaning::Title
        | Meaning::Focused
        | Meaning::Marked
        | Meaning::Key
        | Meaning::Bad => Modifier::BOLD,
        Meaning::Selected | Meaning::Fault => Modifier::REVERSED,
        Meaning::Cell | Meaning::Found => Modifier::BOLD.union(Modifier::UNDERLINED),
        Meaning::Muted | Meaning::Null => Modifier::DIM,
        Meaning::Header => Modifier::UNDERLINED,
        _ => Modifier::empty(),
    }
}

/// Colours of sources, in turn; none that says something else beside them.
const SOURCES: [Color; 4] = [Color::Cyan, Color::Magenta, Color::Blue, Color::White];

fn colour(meaning: Meaning) -> Option<Color> {
    Some(match meaning {
        Meaning::Plain
        | Meaning::Strong
        | Meaning::Cell
        | Meaning::Marked
        | Meaning::Muted
        | Meaning::Null => {
            return None;
        }
        // A reversed row is one colour, whatever its cells are.
        Meaning::Selected => Color::Reset,
        Meaning::Title | Meaning::Focused | Meaning::Number => Color::Cyan,
        Meaning::Border => Color::DarkGray,
        Meaning::Header | Meaning::Key => Color::Blue,
        Meaning::Rich => Color::Magenta,
        Meaning::Persisted | Meaning::Good => Color::Green,
        Meaning::Buffered | Meaning::Warn | Meaning::Found => Color::Yellow,
        Meaning::Bad | Meaning::Fault => Color::Red,
        Meaning::Source(number) => {
            return SOURCES.get(usize::from(number) % SOURCES.len()).copied();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mono_uses_no_colour() {
        for meaning in
            [Meaning::Bad, Meaning::Title, Meaning::Selected, Meaning::Number, Meaning::Key]
        {
            assert_eq!(Theme::Mono.style(meaning).fg, None);
            assert_eq!(Theme::Mono.style(meaning).bg, None);
        }
    }
}
