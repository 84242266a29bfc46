//! How the explorer looks, whether anything in it moves, and who has the mouse.

use crate::tui::data::Colours;
use crate::tui::options::Options;
use crate::tui::theme::Theme;

/// How it looks and moves, and who has the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) theme: Theme,
    /// Whether borders are ASCII only.
    pub(crate) ascii: bool,
    /// Whether nothing moves by itself.
    pub(crate) still: bool,
    /// Whether the wheel and clicks are the explorer's.
    pub(crate) mouse: bool,
    /// Which colours the terminal has for pictures.
    pub(crate) colours: Colours,
}

impl Look {
    pub(super) fn of(options: &Options) -> Self {
        let config = &options.config;
        let (ascii, still, mouse) = (config.ascii, config.reduced_motion, config.mouse);
        Self { theme: options.theme, ascii, still, mouse, colours: options.colours }
    }

    /// The colours that pictures are drawn in; none where there is to be no colour.
    pub(crate) fn pictures(self) -> Option<Colours> {
        (self.theme != Theme::Mono).then_some(self.colours)
    }
}
