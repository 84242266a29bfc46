//! The list of records that are like another one, or like several, and the way that led there.

use super::scroll::Scroll;
use crate::tui::data::{Fault, Like, Likes};
use crate::tui::effect::{Exemplar, RecordId};

/// The list, over the panes.
#[derive(Debug)]
pub(crate) struct Similar {
    /// What was asked for, one after the other; what the last one is like is shown, or on its way.
    pub(crate) hops: Vec<Exemplar>,
    /// The vector column to search; the first one where none was chosen.
    pub(crate) column: Option<String>,
    /// All vector columns of the topic, once they are known.
    pub(crate) columns: Vec<String>,
    /// What was found; none while it is being looked for.
    pub(crate) found: Option<Result<Likes, Fault>>,
    pub(crate) scroll: Scroll,
}

impl Similar {
    /// A list that has just been opened.
    pub(crate) fn of(like: Exemplar) -> Self {
        Self {
            hops: vec![like],
            column: None,
            columns: Vec::new(),
            found: None,
            scroll: Scroll::default(),
        }
    }

    /// What the records are like.
    pub(crate) fn like(&self) -> Option<&Exemplar> {
        self.hops.last()
    }

    /// What was found, nearest first.
    pub(crate) fn hits(&self) -> &[Like] {
        match &self.found {
            Some(Ok(likes)) => &likes.hits,
            _ => &[],
        }
    }

    /// The selected hit.
    pub(crate) fn selected(&self) -> Option<RecordId> {
        let hit = self.hits().get(usize::try_from(self.scroll.selected).ok()?)?;
        let like = self.like()?;
        let (topic, version) = (like.topic().clone(), like.version().cloned());
        Some(RecordId { topic, bucket: hit.bucket, offset: hit.offset, version })
    }

    /// The vector column so many places on from the one that was searched.
    pub(crate) fn other_column(&self, by: isize) -> Option<String> {
        self.found.as_ref()?;
        let at = self.columns.iter().position(|column| Some(column) == self.column.as_ref())?;
        self.columns.get(at.checked_add_signed(by)?).cloned()
    }

    /// Takes what was found in a column, or why nothing could be; and which others there are.
    pub(crate) fn take(
        &mut self,
        (column, columns): (String, Vec<String>),
        found: Result<Likes, Fault>,
    ) {
        self.column = Some(column);
        self.columns = columns;
        self.found = Some(found);
    }
}
