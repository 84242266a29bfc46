//! A selection in a list of any length, and the part of the list that is in view.

use crate::tui::input::Motion;

/// Which row is selected and which is the first in view; row numbers start at 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scroll {
    pub(crate) top: u64,
    pub(crate) selected: u64,
}

impl Scroll {
    /// Moves the selection in a list of `total` rows, of which `height` are in view.
    pub(crate) fn step(&mut self, motion: Motion, height: u64, total: u64) {
        let page = height.saturating_sub(1).max(1);
        self.selected = match motion {
            Motion::Up => self.selected.saturating_sub(1),
            Motion::Down => self.selected.saturating_add(1),
            Motion::PageUp => self.selected.saturating_sub(page),
            Motion::PageDown => self.selected.saturating_add(page),
            Motion::Home => 0,
            Motion::End => u64::MAX,
            Motion::Left | Motion::Right => self.selected,
        };
        match motion {
            Motion::PageUp => self.top = self.top.saturating_sub(page),
            Motion::PageDown => self.top = self.top.saturating_add(page),
            _ => {}
        }
        self.fit(height, total);
    }

    /// Brings selection and view back into the list: the selection is in view, and the view shows
    /// no empty space below the end where there are rows above.
    pub(crate) fn fit(&mut self, height: u64, total: u64) {
        let height = height.max(1);
        self.selected = self.selected.min(total.saturating_sub(1));
        self.top = self.top.min(self.selected).min(total.saturating_sub(height));
        self.top = self.top.max((self.selected + 1).saturating_sub(height));
    }

    /// Selects a row and brings it to the middle of the view, if it is not in view already.
    pub(crate) fn jump(&mut self, row: u64, height: u64, total: u64) {
        let in_view = (self.top..self.top.saturating_add(height)).contains(&row);
        self.selected = row;
        if !in_view {
            self.top = row.saturating_sub(height / 2);
        }
        self.fit(height, total);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MOTIONS: [Motion; 8] = [
        Motion::Up,
        Motion::Down,
        Motion::Left,
        Motion::Right,
        Motion::PageUp,
        Motion::PageDown,
        Motion::Home,
        Motion::End,
    ];

    #[test]
    fn the_end_shows_a_full_page() {
        let mut scroll = Scroll::default();
        scroll.step(Motion::End, 10, 100);
        assert_eq!(scroll, Scroll { top: 90, selected: 99 });
    }

    #[test]
    fn a_list_that_grows_does_not_move_the_view() {
        let mut scroll = Scroll { top: 90, selected: 99 };
        scroll.fit(10, 1_000_000);
        assert_eq!(scroll, Scroll { top: 90, selected: 99 });
    }

    #[test]
    fn a_jump_within_the_view_keeps_it_still() {
        let mut scroll = Scroll { top: 10, selected: 10 };
        scroll.jump(15, 10, 100);
        assert_eq!(scroll, Scroll { top: 10, selected: 15 });
        scroll.jump(50, 10, 100);
        assert_eq!(scroll, Scroll { top: 45, selected: 50 });
    }

    proptest! {
        #[test]
        fn the_selection_is_always_in_the_list_and_in_view(
            steps in prop::collection::vec((0..8_usize, 0..200_u64, 0..400_u64), 1..60),
        ) {
            let mut scroll = Scroll::default();
            for (motion, height, total) in steps {
                scroll.step(MOTIONS[motion], height, total);
                prop_assert!(scroll.selected < total.max(1));
                prop_assert!(scroll.top <= scroll.selected);
                prop_assert!(scroll.selected < scroll.top + height.max(1));
            }
        }
    }
}
