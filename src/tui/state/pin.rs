//! A look at a bucket as it was at a version, in the place of the table of what is there now.

use std::sync::Arc;

use super::extents::Extents;
use super::pages::Pages;
use super::records::Records;
use super::scroll::Scroll;
use crate::tui::data::Version;
use crate::tui::effect::Past;
use crate::tui::event::Sight;

/// What a table is pinned to.
#[derive(Debug)]
pub(crate) struct Pin {
    pub(crate) bucket: u32,
    /// The branch that it is on; none where the version is one of the bucket's own.
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) version: Version,
    /// The newest version, of the same branch.
    pub(crate) newest: u64,
    /// The table of what is there now, kept up to date, to go back to.
    head: Box<Records>,
    /// The record that every version is searched for, as long as nobody moves.
    sought: Option<u64>,
    /// The row that was selected on arrival.
    landed: u64,
}

impl Records {
    /// The version that is looked at; none where it is what is there now.
    pub(crate) fn version(&self) -> Option<u64> {
        self.pin.as_ref().map(|pin| pin.version.number)
    }

    /// The version that is looked at, and its branch.
    pub(crate) fn past(&self) -> Option<Past> {
        let pin = self.pin.as_ref()?;
        Some(Past { branch: pin.branch.clone(), version: pin.version.number })
    }

    /// The branch that is looked at; none where it is one of the bucket's own versions, or what is there now.
    pub(crate) fn branch(&self) -> Option<&str> {
        self.pin.as_ref()?.branch.as_deref()
    }

    /// The table of what is there now, also where a version is looked at.
    pub(crate) fn head(&self) -> &Self {
        self.pin.as_ref().map_or(self.whole(), |pin| &pin.head)
    }

    /// The table of what is there now, to be changed.
    pub(crate) fn head_mut(&mut self) -> &mut Self {
        match self.pin {
            Some(Pin { ref mut head, .. }) => head,
            None => self.whole_mut(),
        }
    }

    /// The record that another version is searched for: the selected one, or where none was selected
    /// since, the one that was looked for before.
    pub(crate) fn looked_for(&self) -> Option<u64> {
        let selected = self.selected_place().map(|(_, offset)| offset);
        match &self.pin {
            Some(pin) if self.listed.is_none() && pin.landed == self.scroll.selected => {
                pin.sought.or(selected)
            }
            _ => selected,
        }
    }

    /// Shows a bucket as it was; the record that was looked for stands where the selection stood.
    pub(crate) fn land(&mut self, bucket: u32, sight: Sight) {
        let sought = self.looked_for();
        let above = self.scroll.selected.saturating_sub(self.scroll.top);
        self.unlist();
        let mut before = std::mem::take(self);
        let generation = before.generation + 1;
        let head = before.pin.take().map(|pin| pin.head);
        let mut pages = Pages::default();
        let mut columns = before.columns.clone();
        for (key, rows) in sight.pages {
            if !rows.columns.is_empty() {
                columns = rows.columns.clone();
            }
            pages.put(key, rows, generation);
        }
        let pin = Pin {
            bucket,
            branch: sight.branch,
            version: sight.version,
            newest: sight.newest,
            sought,
            landed: sight.row,
            head: Box::default(),
        };
        *self = Self {
            place: before.place.clone(),
            extents: Extents::of(&sight.counts, None),
            generation,
            scroll: Scroll { selected: sight.row, top: sight.row.saturating_sub(above) },
            heading: before.heading,
            across: before.across.clone(),
            columns,
            widths: before.widths.clone(),
            pages,
            cost: Some(sight.took),
            failed: None,
            pin: Some(pin),
            ..Self::default()
        };
        if let Some(pin) = &mut self.pin {
            pin.head = head.unwrap_or_else(|| Box::new(before));
        }
    }

    /// Goes back to what is there now; returns the record that was selected meanwhile, if one was:
    /// bucket and offset.
    pub(crate) fn unpin(&mut self) -> Option<(u32, u64)> {
        let stayed = |pin: &Pin| self.listed.is_none() && pin.landed == self.scroll.selected;
        let moved = self.pin.as_ref().is_some_and(|pin| !stayed(pin));
        let selected = self.row(self.scroll.selected).map(|row| (row.bucket, row.offset));
        self.unlist();
        let pin = self.pin.take()?;
        *self = *pin.head;
        selected.filter(|_| moved)
    }
}
