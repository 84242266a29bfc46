//! The records of a table that are asked for, in the place of the table: those that match, or the first of an order.

use std::collections::BTreeMap;

use super::extents::{Extent, Extents};
use super::pages::PAGE;
use super::records::Records;
use super::scroll::Scroll;
use crate::tui::data::{Filter, Rows};
use crate::tui::effect::PageKey;
use crate::{Order, Sort, TopicCounts};

/// Records that are kept in mind at most; more are counted only.
pub(crate) const MOST_LISTED: u64 = 1_000_000;
/// The bucket that an order of its own stands under: its records are of any.
const ORDERED: u32 = u32::MAX;

/// What is asked of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) filter: Filter,
    pub(crate) sort: Option<Sort>,
}

impl Asked {
    /// Whether that is all of it, as it lies.
    pub(crate) fn is_everything(&self) -> bool {
        self.filter.is_empty() && self.sort.is_none()
    }

    /// Sorts by a column: upwards, then downwards, then not at all.
    pub(crate) fn turn(&mut self, column: &str) {
        let own = self.sort.take().filter(|sort| sort.column == column);
        let order = match own.map(|sort| sort.order) {
            None => Order::Ascending,
            Some(Order::Ascending) => Order::Descending,
            Some(Order::Descending) => return,
        };
        self.sort = Some(Sort { column: column.into(), order });
    }
}

/// What was found, and the table it was found in.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) asked: Asked,
    found: Found,
    /// How many match, those that are not kept in mind too.
    pub(crate) matches: u64,
    /// Of how many records so many were looked at.
    pub(crate) progress: (u64, u64),
    pub(crate) course: Course,
    /// Records that came and match since they were sorted.
    pub(crate) news: u64,
    /// The record to select once it is found.
    sought: Option<(u32, u64)>,
    /// The table, kept up to date, to go back to.
    whole: Box<Records>,
}

/// How far the look has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    UnderWay,
    /// All were looked at, and so is what comes.
    Done,
    /// Somebody stopped it, or it failed.
    Stopped,
}

#[derive(Debug)]
enum Found {
    /// By bucket, ascending.
    InPlace(BTreeMap<u32, Vec<u64>>),
    InOrder(Vec<(u32, u64)>),
}

impl Records {
    /// Shows what is asked for, of which nothing is known yet; the selected record stays so, once it is found.
    pub(crate) fn list(&mut self, asked: Asked) {
        let sought = self.unlist().or_else(|| self.selected_place());
        let found = match asked.sort {
            None => Found::InPlace(BTreeMap::new()),
            Some(_) => Found::InOrder(Vec::new()),
        };
        let (generation, place) = (self.generation + 1, self.place.clone());
        let mut whole = Box::new(std::mem::take(self));
        let all = whole.extents.total();
        *self = Self {
            place,
            generation,
            columns: whole.columns.clone(),
            across: whole.across.clone(),
            widths: whole.widths.clone(),
            cost: whole.cost,
            pin: whole.pin.take(),
            ..Self::default()
        };
        self.listed = Some(Listed {
            asked,
            found,
            matches: 0,
            progress: (0, all),
            course: Course::UnderWay,
            news: 0,
            sought,
            whole,
        });
        self.lay_out();
    }

    /// Shows the whole table again; returns the bucket and the offset of the record that was selected.
    pub(crate) fn unlist(&mut self) -> Option<(u32, u64)> {
        let selected = self.selected_place();
        let listed = self.listed.take()?;
        let selected = listed.sought.or(selected);
        let pin = self.pin.take();
        let (columns, across) = (self.columns.clone(), self.across.clone());
        *self = *listed.whole;
        self.pin = pin;
        if !columns.is_empty() {
            (self.columns, self.across) = (columns, across);
        }
        selected
    }

    /// The table that lies beneath, or else this one.
    pub(crate) fn whole(&self) -> &Self {
        self.listed.as_ref().map_or(self, |listed| &listed.whole)
    }

    /// The same, to be changed.
    pub(crate) fn whole_mut(&mut self) -> &mut Self {
        match self.listed {
            Some(Listed { ref mut whole, .. }) => whole,
            None => self,
        }
    }

    /// Takes new counts for the table beneath.
    pub(super) fn count_beneath(&mut self, counts: &TopicCounts) {
        let Some(listed) = &mut self.listed else { return };
        listed.whole.count(counts);
        self.generation += 1;
        self.failed = None;
        self.lay_out();
    }

    /// Takes records that match, each bucket's ascending.
    pub(crate) fn take_found(&mut self, places: &[(u32, u64)]) {
        let Some(listed) = &mut self.listed else { return };
        listed.matches += places.len() as u64;
        let Found::InPlace(buckets) = &mut listed.found else {
            listed.news += places.len() as u64;
            return;
        };
        let moved = add(buckets, places);
        if moved {
            self.pages.clear();
        }
        self.generation += 1;
        self.lay_out();
        self.reach();
    }

    /// Takes the records in their order.
    pub(crate) fn take_sorted(&mut self, places: Vec<(u32, u64)>, matches: u64) {
        let Some(listed) = &mut self.listed else { return };
        (listed.matches, listed.news) = (matches, 0);
        listed.found = Found::InOrder(places);
        self.pages.clear();
        self.generation += 1;
        self.lay_out();
        self.reach();
    }

    /// Notes that all were looked at: a record that was to be selected and is not among them is not waited for.
    pub(crate) fn end_listing(&mut self, course: Course) {
        let Some(listed) = &mut self.listed else { return };
        listed.course = course;
        if let Some(sought) = listed.sought.take()
            && let Some((row, _)) = self.listed_row(sought)
        {
            self.show_row(row);
        }
    }

    /// The bucket and the offset of the selected record, as far as they are known.
    pub(crate) fn selected_place(&self) -> Option<(u32, u64)> {
        let selected = self.scroll.selected;
        if let Some(row) = self.row(selected) {
            return Some((row.bucket, row.offset));
        }
        let (bucket, local) = self.extents.find(selected)?;
        if let Some(listed) = &self.listed {
            return listed.place(bucket, local);
        }
        let first = self.extents.get(bucket)?.first_offset;
        Some((bucket, first.saturating_add(local)))
    }

    /// The row of a record, and whether it is that record; else of the next one of its bucket that is shown.
    pub(crate) fn listed_row(&self, (bucket, offset): (u32, u64)) -> Option<(u64, bool)> {
        match &self.listed.as_ref()?.found {
            Found::InPlace(buckets) => {
                let found = buckets.get(&bucket).filter(|found| !found.is_empty())?;
                let at = found.partition_point(|known| *known < offset);
                let is_it = found.get(at) == Some(&offset);
                Some((self.extents.row(bucket, at as u64)?, is_it))
            }
            Found::InOrder(places) => {
                let at = places.iter().position(|place| *place == (bucket, offset))?;
                Some((at as u64, true))
            }
        }
    }

    /// Which records a page of a list has; none where this is the whole table.
    pub(crate) fn places_of(&self, key: PageKey) -> Option<Vec<(u32, u64)>> {
        let listed = self.listed.as_ref()?;
        let rows = key.index * PAGE..(key.index + 1) * PAGE;
        Some(rows.map_while(|local| listed.place(key.bucket, local)).collect())
    }

    /// Whether a page has fewer records than it was asked for: then some have moved, or are gone.
    pub(crate) fn lacks(&self, key: PageKey, rows: &Rows) -> bool {
        self.places_of(key).is_some_and(|places| rows.rows.len() < places.len())
    }

    /// The records from a row on, or those before it, the nearest first.
    pub(crate) fn places_from(&self, row: u64, downwards: bool) -> Vec<(u32, u64)> {
        let place = |row: u64| {
            let (bucket, local) = self.extents.find(row)?;
            self.listed.as_ref()?.place(bucket, local)
        };
        if downwards {
            (row..self.extents.total()).filter_map(place).collect()
        } else {
            (0..row.min(self.extents.total())).rev().filter_map(place).collect()
        }
    }

    /// Selects the record that was to be selected, once it is there.
    fn reach(&mut self) {
        let sought = self.listed.as_ref().and_then(|listed| listed.sought);
        let Some((row, true)) = sought.and_then(|sought| self.listed_row(sought)) else { return };
        if let Some(listed) = &mut self.listed {
            listed.sought = None;
        }
        self.show_row(row);
    }

    fn show_row(&mut self, row: u64) {
        let above = self.scroll.selected.saturating_sub(self.scroll.top);
        self.scroll = Scroll { selected: row, top: row.saturating_sub(above) };
    }

    /// Lays the rows out as they were found, in the buckets of the table beneath; the selection stays on its record.
    fn lay_out(&mut self) {
        let Some(listed) = &self.listed else { return };
        let extents = match &listed.found {
            Found::InPlace(buckets) => Extents::new(
                listed.whole.extents.iter().map(|extent| found_in(extent, buckets)).collect(),
            ),
            Found::InOrder(places) => {
                let rows = places.len() as u64;
                Extents::new(vec![Extent {
                    bucket: ORDERED,
                    rows,
                    persisted: rows,
                    first_offset: 0,
                    next_offset: rows,
                    version: 0,
                }])
            }
        };
        let before = std::mem::replace(&mut self.extents, extents);
        self.anchor(&before);
    }
}

/// Adds what there is room for; returns whether any of it stands before what was known.
fn add(buckets: &mut BTreeMap<u32, Vec<u64>>, places: &[(u32, u64)]) -> bool {
    let kept: u64 = buckets.values().map(|found| found.len() as u64).sum();
    let mut room = MOST_LISTED.saturating_sub(kept);
    let mut moved = false;
    for (bucket, offset) in places {
        if room == 0 {
            break;
        }
        let found = buckets.entry(*bucket).or_default();
        // Nearly all stand behind the others, and a look finds millions a second.
        let is_last = found.last().is_none_or(|last| last < offset);
        let at = if is_last { found.len() } else { found.partition_point(|known| known < offset) };
        if found.get(at) == Some(offset) {
            continue;
        }
        moved |= !is_last;
        found.insert(at, *offset);
        room -= 1;
    }
    moved
}

/// A bucket with those of its records that were found.
fn found_in(whole: &Extent, buckets: &BTreeMap<u32, Vec<u64>>) -> Extent {
    let found = buckets.get(&whole.bucket).map(Vec::as_slice).unwrap_or_default();
    let buffered = whole.rows.saturating_sub(whole.persisted);
    let end = whole.next_offset.saturating_sub(buffered);
    Extent {
        rows: found.len() as u64,
        persisted: found.partition_point(|offset| *offset < end) as u64,
        ..whole.clone()
    }
}

impl Listed {
    /// How many of those that match can be gone to.
    pub(crate) fn kept(&self) -> u64 {
        match &self.found {
            Found::InPlace(buckets) => buckets.values().map(|found| found.len() as u64).sum(),
            Found::InOrder(places) => places.len() as u64,
        }
    }

    /// Nobody waits any more for a record that was to be selected.
    pub(super) fn forget_sought(&mut self) {
        self.sought = None;
    }

    /// Selects a record once it is found.
    pub(crate) fn seek(&mut self, place: (u32, u64)) {
        self.sought = Some(place);
    }

    fn place(&self, bucket: u32, local: u64) -> Option<(u32, u64)> {
        let at = usize::try_from(local).ok()?;
        match &self.found {
            Found::InPlace(buckets) => Some((bucket, *buckets.get(&bucket)?.get(at)?)),
            Found::InOrder(places) => places.get(at).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::data::Chip;
    use crate::tui::effect::Place;
    use crate::tui::input::Motion;
    use crate::tui::state::records::tests::counts;

    fn asked() -> Asked {
        let mut asked = Asked::default();
        asked.filter.add(Chip::typed("x").unwrap());
        asked
    }

    fn listed(rows: &[u64], selected: u64) -> Records {
        let mut records = Records::default();
        records.show(Some(Place { topic: "t".parse().unwrap(), bucket: None }));
        records.count(&counts(rows));
        records.scroll.selected = selected;
        records.list(asked());
        records
    }

    fn selected(records: &Records) -> Option<(u32, u64)> {
        records.selected_place()
    }

    #[test]
    fn what_is_found_stands_bucket_after_bucket_whichever_comes_first() {
        let mut records = listed(&[100, 100], 0);
        records.take_found(&[(1, 5), (1, 9)]);
        records.take_found(&[(0, 7), (1, 20)]);
        assert_eq!((records.extents.total(), records.listed.as_ref().unwrap().matches), (4, 4));
        let places: Vec<_> = records.places_from(0, true);
        assert_eq!(places, [(0, 7), (1, 5), (1, 9), (1, 20)]);
        assert_eq!(records.places_from(2, false), [(1, 5), (0, 7)]);
        assert_eq!(records.places_of(PageKey { bucket: 1, index: 0 }).unwrap().len(), 3);
    }

    #[test]
    fn the_selected_record_stays_selected_once_it_is_found_and_on_the_way_back() {
        let mut records = listed(&[100, 100], 109);
        records.take_found(&[(0, 7), (1, 3)]);
        records.take_found(&[(1, 9), (1, 20)]);
        assert_eq!(selected(&records), Some((1, 9)));
        records.take_found(&[(0, 8)]);
        assert_eq!(selected(&records), Some((1, 9)));
        assert_eq!(records.unlist(), Some((1, 9)));
        assert_eq!(records.extents.total(), 200);
    }

    #[test]
    fn one_that_does_not_match_leaves_the_selection_on_the_next_and_who_moves_is_left_alone() {
        let mut records = listed(&[100], 50);
        records.take_found(&[(0, 7), (0, 55), (0, 60)]);
        assert_eq!(selected(&records), Some((0, 7)), "it may still come");
        records.end_listing(Course::Done);
        assert_eq!(selected(&records), Some((0, 55)));
        let mut records = listed(&[100], 50);
        records.take_found(&[(0, 7), (0, 8)]);
        records.step(Motion::Down, 10);
        records.take_found(&[(0, 50)]);
        assert_eq!(selected(&records), Some((0, 8)));
    }

    #[test]
    fn more_than_can_be_kept_are_counted() {
        let mut records = listed(&[3_000_000], 0);
        let all: Vec<_> = (0..MOST_LISTED + 5).map(|offset| (0, offset)).collect();
        records.take_found(&all);
        let listed = records.listed.as_ref().unwrap();
        assert_eq!((listed.matches, listed.kept()), (MOST_LISTED + 5, MOST_LISTED));
    }

    #[test]
    fn an_order_is_shown_as_it_is_and_what_comes_later_is_counted() {
        let mut records = listed(&[100, 100], 0);
        let sort =
            Asked { sort: Some(Sort { column: "c".into(), order: Order::Ascending }), ..asked() };
        records.list(sort);
        records.take_sorted(vec![(1, 5), (0, 9), (1, 2)], 3);
        records.take_found(&[(0, 10)]);
        let listed = records.listed.as_ref().unwrap();
        assert_eq!((listed.matches, listed.news, records.extents.total()), (4, 1, 3));
        assert_eq!(records.listed_row((1, 2)), Some((2, true)));
        assert_eq!(records.listed_row((0, 11)), None);
    }

    #[test]
    fn a_column_is_sorted_by_upwards_then_downwards_then_not_at_all() {
        let mut asked = Asked::default();
        let mut orders = Vec::new();
        for column in ["a", "a", "a", "b", "a"] {
            asked.turn(column);
            orders.push(asked.sort.as_ref().map(|sort| (sort.column.clone(), sort.order)));
        }
        let a = |order| Some(("a".to_owned(), order));
        let b = Some(("b".to_owned(), Order::Ascending));
        assert_eq!(
            orders,
            [a(Order::Ascending), a(Order::Descending), None, b, a(Order::Ascending)]
        );
    }
}
