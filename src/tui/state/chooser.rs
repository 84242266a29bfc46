//! Choosing from a list by a few letters: what is typed, and what is selected.

use tui_input::InputRequest;

use super::prompt::Prompt;
use super::scroll::Scroll;
use crate::tui::input::Motion;
use crate::tui::text::fuzzy;

/// Characters that a paste may add.
const LONGEST_PASTE: usize = 200;

/// A list that is being chosen from.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    pub(crate) prompt: Prompt,
    pub(crate) scroll: Scroll,
}

impl Chooser {
    /// The places of those that what was typed stands for, the best first.
    pub(crate) fn ranked<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<usize> {
        fuzzy::ranked(self.prompt.text(), names)
    }

    /// The place of the selected one among them.
    pub(crate) fn selected(&self) -> usize {
        usize::try_from(self.scroll.selected).unwrap_or(usize::MAX)
    }

    /// Changes what was typed; the best is selected then.
    pub(crate) fn edit(&mut self, request: InputRequest) {
        self.prompt.edit(request);
        self.scroll = Scroll::default();
    }

    /// Types what was pasted, as far as anybody would look for it.
    pub(crate) fn paste(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()).take(LONGEST_PASTE) {
            self.edit(InputRequest::InsertChar(c));
        }
    }

    /// Moves the selection among so many.
    pub(crate) fn step(&mut self, motion: Motion, (height, total): (u64, u64)) {
        self.scroll.step(motion, height, total);
    }

    /// Brings the selection into the list.
    pub(crate) fn fit(&mut self, height: u64, total: u64) {
        self.scroll.fit(height, total);
    }
}
