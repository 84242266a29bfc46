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
    /// Pixels of a picture: the colour of the sign, and of what is behind it.
    Pixels(Color, Color),
}

/// Which styles are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// The sixteen colours of the terminal.
    #[default]
    Ansi,
    /// Strong contrast: nothing is dim, and no colour stands on another.
    Contrast,
    /// Blue and yellow in the place of green and red.
    Deuteranopia,
    /// No colour at all: weight, underline and reverse only.
    Mono,
}

impl Theme {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Ansi, Self::Contrast, Self::Deuteranopia, Self::Mono];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ansi => "ansi",
            Self::Contrast => "contrast",
            Self::Deuteranopia => "deuteranopia",
            Self::Mono => "mono",
        }
    }

    /// The theme of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The next one, round and round.
    pub(crate) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        Self::ALL.get((at + 1) % Self::ALL.len()).copied().unwrap_or_default()
    }

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
        if let (Meaning::Pixels(ink, paper), true) = (meaning, self != Self::Mono) {
            return style.fg(ink).bg(paper);
        }
        let colour = match self {
            Self::Mono => None,
            Self::Ansi => colour(meaning),
            Self::Deuteranopia => blue_and_yellow(meaning),
            Self::Contrast => return contrast(style, meaning),
        };
        colour.map_or(style, |colour| style.fg(colour))
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
        | Meaning::Null
        | Meaning::Pixels(..) => {
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

/// Who tells red from green with difficulty tells blue from yellow.
fn blue_and_yellow(meaning: Meaning) -> Option<Color> {
    Some(match meaning {
        Meaning::Persisted | Meaning::Good => Color::Blue,
        Meaning::Buffered | Meaning::Warn | Meaning::Found => Color::Yellow,
        Meaning::Bad | Meaning::Fault => Color::Magenta,
        Meaning::Header | Meaning::Key => Color::Cyan,
        other => return colour(other),
    })
}

/// The terminal's own foreground on its own background, which every terminal can be read in; weight tells the rest.
fn contrast(style: Style, meaning: Meaning) -> Style {
    let style = style.remove_modifier(Modifier::DIM);
    match meaning {
        Meaning::Bad => style.add_modifier(Modifier::REVERSED),
        Meaning::Buffered | Meaning::Warn | Meaning::Focused => style.add_modifier(Modifier::BOLD),
        _ => style,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_told_apart_is_without_red_and_green() {
        let colour = |meaning| Theme::Deuteranopia.style(meaning).fg;
        for (one, other) in [
            (Meaning::Persisted, Meaning::Buffered),
            (Meaning::Good, Meaning::Bad),
            (Meaning::Warn, Meaning::Bad),
        ] {
            assert_ne!(colour(one), colour(other), "{one:?} and {other:?}");
            for meaning in [one, other] {
                assert!(!matches!(colour(meaning), Some(Color::Red | Color::Green)), "{meaning:?}");
            }
        }
    }

    #[test]
    fn strong_contrast_is_never_dim_and_has_no_colour_of_its_own() {
        for meaning in [Meaning::Muted, Meaning::Null, Meaning::Border, Meaning::Bad] {
            let style = Theme::Contrast.style(meaning);
            assert_eq!((style.fg, style.bg), (None, None), "{meaning:?}");
            assert!(!style.add_modifier.contains(Modifier::DIM), "{meaning:?}");
        }
    }

    #[test]
    fn a_theme_is_found_by_its_name_and_the_next_one_comes_round() {
        let mut theme = Theme::default();
        for _ in Theme::ALL {
            assert_eq!(Theme::named(theme.name()), Some(theme));
            theme = theme.next();
        }
        assert_eq!(theme, Theme::default());
        assert_eq!(Theme::named("pink"), None);
    }

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
