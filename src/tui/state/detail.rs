//! The detail pane: one record in full.

use crate::tui::data::{Fault, Field};
use crate::tui::effect::RecordId;

/// What the pane shows, and what it should show.
#[derive(Debug, Default)]
pub(crate) struct Detail {
    /// Whether it was asked for where there is no room for it beside the table.
    pub(crate) open: bool,
    /// The record whose load was last begun.
    pub(crate) wanted: Option<RecordId>,
    /// The record that is there; it stays until the wanted one arrives, so that nothing flickers.
    pub(crate) shown: Option<(RecordId, Result<Vec<Field>, Fault>)>,
    /// The first line in view.
    pub(crate) top: u64,
}

impl Detail {
    /// Takes the record that was wanted.
    pub(crate) fn show(&mut self, result: Result<Vec<Field>, Fault>) {
        let Some(wanted) = &self.wanted else { return };
        if self.shown.as_ref().is_none_or(|(id, _)| id != wanted) {
            self.top = 0;
        }
        self.shown = Some((wanted.clone(), result));
    }

    /// Forgets the record, so that it is read again.
    pub(crate) fn forget(&mut self) {
        self.wanted = None;
    }
}
