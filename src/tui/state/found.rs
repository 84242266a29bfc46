//! The list of records that have the words which were searched for.

use super::scroll::Scroll;
use crate::tui::data::{Fault, Finds, FoundText};
use crate::tui::effect::{RecordId, WordSearch};

/// The list, over the panes.
#[derive(Debug)]
pub(crate) struct Found {
    /// What was searched for, or is.
    pub(crate) search: WordSearch,
    /// All columns of the topic that hold texts, once they are known.
    pub(crate) columns: Vec<String>,
    /// What was found; none while it is being looked for.
    pub(crate) finds: Option<Result<Finds, Fault>>,
    pub(crate) scroll: Scroll,
}

impl Found {
    /// A list that has just been opened.
    pub(crate) fn of(search: WordSearch) -> Self {
        Self { search, columns: Vec::new(), finds: None, scroll: Scroll::default() }
    }

    /// What was found, best first.
    pub(crate) fn hits(&self) -> &[FoundText] {
        match &self.finds {
            Some(Ok(finds)) => &finds.hits,
            _ => &[],
        }
    }

    /// The selected hit.
    pub(crate) fn selected(&self) -> Option<RecordId> {
        let hit = self.hits().get(usize::try_from(self.scroll.selected).ok()?)?;
        let (topic, version) = (self.search.place.topic.clone(), self.search.version.clone());
        Some(RecordId { topic, bucket: hit.bucket, offset: hit.offset, version })
    }

    /// Turns to the column so many places on from the one that is searched, to look anew; before the first stand all of
    /// them together. Returns whether there is one.
    pub(crate) fn turn(&mut self, by: isize) -> bool {
        let own = self.search.column.as_ref();
        let at = own.and_then(|own| self.columns.iter().position(|column| column == own));
        let to = at.map_or(0, |at| at + 1).checked_add_signed(by);
        let Some(to) = to.filter(|to| self.finds.is_some() && *to <= self.columns.len()) else {
            return false;
        };
        self.search.column = to.checked_sub(1).and_then(|at| self.columns.get(at).cloned());
        (self.finds, self.scroll) = (None, Scroll::default());
        true
    }

    /// Takes what was found.
    pub(crate) fn take(&mut self, finds: Finds) {
        self.columns.clone_from(&finds.columns);
        self.finds = Some(Ok(finds));
    }
}
