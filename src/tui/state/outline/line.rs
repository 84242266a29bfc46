//! One line of a tree, and where the lines of a value go.

use super::folds::Path;
use crate::tui::theme::Meaning;

/// Cells by which what lies inside a value is moved to the right.
pub(super) const STEP: u16 = 2;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeLine {
    /// The value that it belongs to.
    pub(crate) path: Path,
    /// Its number among the lines of that value; the first is 0.
    pub(crate) part: usize,
    /// What unfolding does here.
    pub(crate) sign: Sign,
    /// Cells before it.
    pub(crate) indent: u16,
    /// What it says, piece by piece; not yet made safe to show.
    pub(crate) pieces: Vec<(String, Meaning)>,
}

/// Whether there is something inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing.
    None,
    /// Something, which is not shown.
    Shut,
    /// Something, which is shown.
    Open,
    /// There is more of it than is shown.
    More,
}

/// Where the lines of one value go.
pub(crate) struct Spot {
    pub(crate) path: Path,
    pub(crate) indent: u16,
    /// The value's name, padded to the column of names.
    pub(crate) name: String,
    /// Cells of that column, with the space behind it.
    pub(crate) names: u16,
    /// Cells of the value.
    pub(crate) width: u16,
}

impl Spot {
    /// The first line of the value, with its name.
    pub(crate) fn line(&self, sign: Sign, pieces: Vec<(String, Meaning)>) -> TreeLine {
        let name = (self.name.clone(), Meaning::Title);
        let pieces = [name].into_iter().chain(pieces).collect();
        TreeLine { path: self.path.clone(), part: 0, sign, indent: self.indent, pieces }
    }

    /// A further line, below the name.
    pub(crate) fn below(
        &self,
        part: usize,
        sign: Sign,
        pieces: Vec<(String, Meaning)>,
    ) -> TreeLine {
        TreeLine { path: self.path.clone(), part, sign, indent: self.indent + STEP, pieces }
    }
}
