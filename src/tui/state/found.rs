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
    pub(crate) found: Option<Result<Finds, Fault>>,
    pub(crate) scroll: Scroll,
}

impl Found {
    /// A list that has just been opened.
    pub(crate) fn of(search: WordSearch) -> Self {
        Self { search, columns: Vec::new(), found: None, scroll: Scroll::default() }
    }

    /// What was found, best first.
    pub(crate) fn hits(&self) -> &[FoundText] {
        match &self.found {
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

    /// The column so many places on from the one that was searched; before the first stand all of them together.
    pub(crate) fn other_column(&self, by: isize) -> Option<Option<String>> {
        self.found.as_ref()?;
        let own = self.search.column.as_ref();
        let at = own.and_then(|own| self.columns.iter().position(|column| column == own));
        let at = at.map_or(0, |at| at + 1).checked_add_signed(by)?;
        match at.checked_sub(1) {
            None => Some(None),
            Some(at) => self.columns.get(at).cloned().map(Some),
        }
    }

    /// Looks for it anew, in this column.
    pub(crate) fn again_in(&mut self, column: Option<String>) {
        self.search.column = column;
        (self.found, self.scroll) = (None, Scroll::default());
    }

    /// Takes what was found.
    pub(crate) fn take(&mut self, finds: Finds) {
        self.columns.clone_from(&finds.columns);
        self.found = Some(Ok(finds));
    }
}
