//! Previews of the pictures in the record that is shown: which are made, which are not, and why.

use std::collections::BTreeMap;

use super::outline::Path;
use crate::tui::data::{Colours, Frame, Thumbnail};

/// Cells of a preview at most.
const LARGEST: (u16, u16) = (48, 12);
/// Cells before a preview at least.
const INDENT: u16 = 4;

/// The previews of one record.
#[derive(Debug, Default)]
pub(crate) struct Pictures {
    /// What they are made for; none where there are no colours to draw them with.
    frame: Option<Frame>,
    /// Those that were made, or why they cannot be.
    made: BTreeMap<Path, Result<Thumbnail, String>>,
    /// The one that is being made.
    awaited: Option<Path>,
}

/// What there is of one picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Preview<'a> {
    Made(&'a Thumbnail),
    /// Why there is none.
    Failed(&'a str),
    /// It is on its way.
    Waits,
    /// There are no colours to draw it with.
    Colourless,
}

impl Pictures {
    /// What there is of the picture at a path.
    pub(crate) fn get(&self, path: &Path) -> Preview<'_> {
        match (self.frame, self.made.get(path)) {
            (None, _) => Preview::Colourless,
            (_, Some(Ok(thumbnail))) => Preview::Made(thumbnail),
            (_, Some(Err(reason))) => Preview::Failed(reason),
            (_, None) => Preview::Waits,
        }
    }

    /// Takes the cells of a line, and the colours that there are; where that changes, all are made anew.
    /// Returns whether it did.
    pub(crate) fn fit(&mut self, width: u16, colours: Option<Colours>) -> bool {
        let columns = width.saturating_sub(INDENT).clamp(1, LARGEST.0);
        let frame = colours.map(|colours| Frame { columns, rows: LARGEST.1, colours });
        let changed = self.frame != frame;
        if changed {
            self.forget();
            self.frame = frame;
        }
        changed
    }

    /// Forgets them: another record is shown.
    pub(crate) fn forget(&mut self) {
        self.made.clear();
        self.awaited = None;
    }

    /// Gives up the one that is being made.
    pub(crate) fn give_up(&mut self) {
        self.awaited = None;
    }

    /// Whether one is being made.
    pub(crate) fn awaits(&self) -> bool {
        self.awaited.is_some()
    }

    /// The first of these that is still to be made, and for which frame.
    pub(crate) fn next(&self, found: &[Path]) -> Option<(Path, Frame)> {
        let path = found.iter().find(|path| !self.made.contains_key(*path))?;
        Some((path.clone(), self.frame?))
    }

    /// Notes that one is being made.
    pub(crate) fn begin(&mut self, path: Path) {
        self.awaited = Some(path);
    }

    /// Takes the one that was being made; whether anybody waited for it.
    pub(crate) fn take(&mut self, made: Result<Thumbnail, String>) -> bool {
        let awaited = self.awaited.take();
        let waited = awaited.is_some();
        self.made.extend(awaited.map(|path| (path, made)));
        waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(name: &str) -> Path {
        [name.to_owned()].into()
    }

    #[test]
    fn previews_are_made_one_after_the_other_and_anew_for_another_frame() {
        let found = [path("a"), path("b")];
        let mut pictures = Pictures::default();
        assert_eq!(pictures.next(&found), None, "there are no colours");
        assert_eq!(pictures.get(&found[0]), Preview::Colourless);
        pictures.fit(40, Some(Colours::True));
        let (first, frame) = pictures.next(&found).unwrap();
        assert_eq!((&first, frame.columns), (&found[0], 36));
        pictures.begin(first);
        assert!(pictures.take(Err("broken".into())));
        assert_eq!(pictures.get(&found[0]), Preview::Failed("broken"));
        assert_eq!(pictures.next(&found).unwrap().0, found[1]);
        pictures.fit(40, Some(Colours::True));
        assert_eq!(pictures.next(&found).unwrap().0, found[1], "nothing has changed");
        pictures.fit(400, Some(Colours::True));
        assert_eq!(pictures.next(&found).map(|(path, f)| (path, f.columns)), Some((path("a"), 48)));
    }

    #[test]
    fn one_that_nobody_waits_for_any_more_is_dropped() {
        let mut pictures = Pictures::default();
        pictures.fit(40, Some(Colours::Indexed));
        pictures.begin(path("a"));
        pictures.forget();
        assert!(!pictures.take(Err("late".into())));
        assert_eq!(pictures.get(&path("a")), Preview::Waits);
    }
}
