//! The columns of what is shown, and what can be done there: what lists offer to choose from.

use std::sync::Arc;

use super::across::Across;
use super::app::{Screen, State};
use super::arrangement::{Arrangement, Choice};
use super::chooser::Chooser;
use super::records::Records;
use crate::tui::data::{Column, PathColumns};
use crate::tui::effect::ColumnId;
use crate::tui::input::{Action, Entry, entries};

impl State {
    /// The columns of what is shown, as far as they are known.
    pub(crate) fn known_columns(&self) -> &[Column] {
        match &self.tail {
            Some(tail) if !tail.columns.is_empty() => &tail.columns,
            _ => &self.records.columns,
        }
    }

    /// The same as a list that can be kept.
    pub(crate) fn column_list(&self) -> Arc<[Column]> {
        match &self.tail {
            Some(tail) if !tail.columns.is_empty() => tail.columns.clone(),
            _ => self.records.columns.clone(),
        }
    }

    /// The columns of the table or of the tail, from left to right.
    pub(crate) fn across(&self) -> Option<&Across> {
        match (self.screen, &self.tail) {
            (Screen::Records, _) => Some(&self.records.across),
            (Screen::Tail, Some(tail)) => Some(&tail.across),
            (Screen::Tail | Screen::Versions, _) => None,
        }
    }

    /// The column that keys act on.
    pub(crate) fn cursor_column(&self) -> Option<String> {
        self.across()?.column().map(|column| column.name.clone())
    }

    /// The same as whoever reads its values knows it.
    pub(crate) fn cursor_column_id(&self) -> Option<ColumnId> {
        let name = self.cursor_column()?;
        let path = self.inner().iter().find(|path| path.name == name).cloned();
        Some(path.map_or(ColumnId::Own(name), ColumnId::Inner))
    }

    /// The columns of what is shown that are made of what lies at a path.
    pub(crate) fn inner(&self) -> PathColumns {
        let place = self.records.place.as_ref();
        let own = place.and_then(|place| self.arrangements.get(&place.topic));
        own.map(Arrangement::inner).unwrap_or_default()
    }

    /// How the columns of what is shown are arranged.
    pub(crate) fn arrangement(&self) -> Arrangement {
        let place = self.records.place.as_ref();
        let own = place.and_then(|place| self.arrangements.get(&place.topic).cloned());
        own.unwrap_or_else(|| Arrangement::preset(self.known_columns(), &self.preset))
    }

    /// Lets the rows of the tables be read again, as their columns are others; one that is gone leaves at once.
    pub(crate) fn refresh_rows(&mut self, gone: Option<&String>) {
        fn shown(records: &mut Records) -> &mut Records {
            records
        }
        for table in [Records::head_mut, Records::whole_mut, shown] {
            let records = table(&mut self.records);
            records.refresh();
            if let Some(gone) = gone {
                let left = records.columns.iter().filter(|column| column.name != *gone);
                records.columns = left.cloned().collect();
            }
        }
    }

    /// The columns that may be shown, in their order, as far as what was typed stands for them.
    pub(crate) fn column_choices(&self, chooser: &Chooser) -> Vec<Choice> {
        let arrangement = self.arrangement();
        let stands = arrangement.stands(self.known_columns());
        let names = stands.iter().map(|stand| stand.column.name.as_str());
        let found = chooser.ranked(names).into_iter();
        found.filter_map(|at| stands.get(at).map(Choice::of)).collect()
    }

    /// What can be done in the pane, or could, as far as what was typed stands for it.
    pub(crate) fn commands(&self, chooser: &Chooser) -> Vec<&'static Entry> {
        let all: Vec<&'static Entry> = entries(self.pane())
            .filter(|entry| !matches!(entry.action, Action::Move(_) | Action::Palette))
            .collect();
        // Names go before what is said of them.
        let mut ranked = chooser.ranked(all.iter().map(|entry| entry.id));
        let titles = chooser.ranked(all.iter().map(|entry| entry.title)).into_iter();
        let more: Vec<usize> = titles.filter(|at| !ranked.contains(at)).collect();
        ranked.extend(more);
        ranked.into_iter().filter_map(|at| all.get(at).copied()).collect()
    }
}
