//! What differs between two versions of a dataset, row by row.
//!
//! A fragment that both versions have, with the same files and the same rows, is passed over by its description alone; so
//! are, in others, rows that lie at the same place of the same file. Whatever else is told apart by its offset is read: a
//! compaction, an update or a restore may have written a row anew, and whether its values are others is in the values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow_array::RecordBatch;
use lance::datatypes::Field;
use lance_table::format::Fragment;

use super::fragment::metadata;
use super::index::Span;
use super::meeting::{Met, Spot, meet};
use super::pairs::{Pair, has_same_rows, is_kept, suspects};
use super::side::Side;
use super::table::Table;
use crate::engine::error::Result;
use crate::engine::facts::ColumnChange;
use crate::engine::options::Columns;
use crate::engine::record::{ChangeKind, ChangedRow, batch_bytes, differing};

/// How much is told of what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Which rows: values are read where it takes them to know that.
    Rows,
    /// Also what they hold.
    Records,
}

/// Two versions that are compared, and how far that has come.
pub(crate) struct Comparison {
    before: Side,
    after: Side,
    columns: Vec<Column>,
    changes: Vec<ColumnChange>,
    /// Of each fragment that both versions have, the columns in which a row at one place may have two values.
    suspects: HashMap<u64, Vec<usize>>,
    next: u64,
}

/// The columns in which rows differ, by offset.
type Updated = BTreeMap<u64, BTreeSet<usize>>;

/// A column that is compared, by its name in each version that has it.
struct Column {
    before: Option<String>,
    after: Option<String>,
}

/// What was found in some rows that follow each other.
pub(crate) struct Compared {
    /// How many rows were looked at, of both versions.
    pub(crate) looked: u64,
    /// What was read for it takes in memory.
    pub(crate) bytes: u64,
    pub(crate) rows: Vec<ChangedRow>,
    /// As [`ChangeChunk`](crate::engine::record::ChangeChunk) has them, where they were asked for.
    pub(crate) records: Option<(RecordBatch, RecordBatch)>,
}

impl Comparison {
    /// Compares the chosen columns of two versions; none is an empty one. Reads nothing yet.
    pub(crate) fn of(before: Option<&Table>, after: Option<&Table>, columns: &Columns) -> Self {
        let is_kept =
            |was: &Field, is: &Field| is_kept((was, fragments(before)), (is, fragments(after)));
        let pairs = Pair::all(fields(before), fields(after), is_kept);
        let pairs: Vec<_> = pairs.into_iter().filter(|pair| pair.is_among(columns)).collect();
        let suspects = suspects(&pairs, fragments(before), fragments(after));
        let common = match (before, after) {
            (Some(before), Some(after)) => common(before, after, &suspects),
            _ => HashSet::new(),
        };
        let differs = |span: &Span| !common.contains(&span.fragment);
        let name = |field: Option<&Field>| field.map(|field| field.name.clone());
        Self {
            before: Side::of(before, differs),
            after: Side::of(after, differs),
            changes: pairs.iter().filter_map(Pair::change).collect(),
            columns: pairs
                .iter()
                .map(|pair| Column { before: name(pair.before), after: name(pair.after) })
                .collect(),
            suspects,
            next: 0,
        }
    }

    /// What differs in the chosen columns.
    pub(crate) fn changes(&self) -> &[ColumnChange] {
        &self.changes
    }

    /// Whether rows are told apart by their position in either version.
    pub(crate) fn is_by_position(&self) -> bool {
        let tables = self.before.table.iter().chain(&self.after.table);
        tables.into_iter().any(|table| !table.is_stable())
    }

    /// How many rows are to be looked at, of both versions.
    pub(crate) fn total(&self) -> u64 {
        self.before.rows() + self.after.rows()
    }

    /// Looks at up to so many rows of each version; `None` at the end.
    ///
    /// Cancel: safe to drop; the same rows come again.
    pub(crate) async fn next(&mut self, rows: usize, detail: Detail) -> Result<Option<Compared>> {
        let before = self.before.stretch(self.next, rows).await?;
        let after = self.after.stretch(self.next, rows).await?;
        let (met, end) = meet(&before, &after);
        if met.is_empty() {
            return Ok(None);
        }
        let (updated, mut bytes) = self.updated(&met).await?;
        let (changed, rows) = self.changed(&met, &updated);
        let records = match detail {
            Detail::Rows => None,
            Detail::Records => Some(self.records(&changed).await?),
        };
        bytes += records.as_ref().map_or(0, |(was, is)| batch_bytes(was) + batch_bytes(is));
        self.next = end;
        let looked = met.iter().map(|met| met.before.iter().chain(&met.after).count() as u64).sum();
        Ok(Some(Compared { looked, bytes, rows, records }))
    }

    /// The columns in which rows that both versions have differ, by row; and what was read for it.
    async fn updated(&self, met: &[Met]) -> Result<(Updated, u64)> {
        let (mut anywhere, mut in_place) = (Vec::new(), Vec::new());
        let mut suspected = BTreeSet::new();
        for (met, was, is) in met.iter().filter_map(|met| Some((met, met.before?, met.after?))) {
            match self.suspected(was, is) {
                None => anywhere.push((met.offset, was, is)),
                Some([]) => {}
                Some(columns) => {
                    suspected.extend(columns.iter().copied());
                    in_place.push((met.offset, was, is));
                }
            }
        }
        let mut updated = Updated::new();
        let all = 0..self.columns.len();
        let bytes = self.compare(&anywhere, &all.collect::<Vec<_>>(), &mut updated).await?
            + self
                .compare(&in_place, &suspected.into_iter().collect::<Vec<_>>(), &mut updated)
                .await?;
        Ok((updated, bytes))
    }

    /// The columns that may differ between two spots; `None` where all may.
    fn suspected(&self, before: Spot, after: Spot) -> Option<&[usize]> {
        let (was, is) = (self.before.fragment(before)?, self.after.fragment(after)?);
        let is_same = was == is && before.place == after.place;
        self.suspects.get(&is).filter(|_| is_same).map(Vec::as_slice)
    }

    /// Compares rows in some columns; notes which differ in which. Returns the bytes that it took.
    async fn compare(
        &self,
        rows: &[(u64, Spot, Spot)],
        columns: &[usize],
        found: &mut Updated,
    ) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let columns: Vec<(usize, &Column)> =
            columns.iter().filter_map(|at| Some((*at, self.columns.get(*at)?))).collect();
        let was: Vec<Spot> = rows.iter().map(|(_, was, _)| *was).collect();
        let is: Vec<Spot> = rows.iter().map(|(_, _, is)| *is).collect();
        let names: Vec<&str> = columns.iter().filter_map(|(_, c)| c.before.as_deref()).collect();
        let was = self.before.read(&was, &names).await?;
        let names: Vec<&str> = columns.iter().filter_map(|(_, c)| c.after.as_deref()).collect();
        let is = self.after.read(&is, &names).await?;
        for (number, column) in columns {
            let before = column.before.as_ref().and_then(|name| was.column_by_name(name));
            let after = column.after.as_ref().and_then(|name| is.column_by_name(name));
            for (offset, ..) in differing(before, after).iter().filter_map(|row| rows.get(*row)) {
                found.entry(*offset).or_default().insert(number);
            }
        }
        Ok(batch_bytes(&was) + batch_bytes(&is))
    }

    /// Those rows that differ, and how.
    fn changed(&self, met: &[Met], updated: &Updated) -> (Vec<Met>, Vec<ChangedRow>) {
        let change = |met: &Met| {
            let (kind, columns) = match (met.before, met.after) {
                (None, _) => (ChangeKind::Added, Vec::new()),
                (_, None) => (ChangeKind::Deleted, Vec::new()),
                _ => (ChangeKind::Updated, self.names(updated.get(&met.offset)?)),
            };
            Some((*met, ChangedRow { offset: met.offset, kind, columns }))
        };
        met.iter().filter_map(change).unzip()
    }

    fn names(&self, columns: &BTreeSet<usize>) -> Vec<String> {
        let found = columns.iter().filter_map(|number| self.columns.get(*number));
        found.filter_map(|column| column.after.clone().or_else(|| column.before.clone())).collect()
    }

    /// What the rows hold, before and after.
    async fn records(&self, changed: &[Met]) -> Result<(RecordBatch, RecordBatch)> {
        let before: Vec<Spot> = changed.iter().filter_map(|met| met.before).collect();
        let after: Vec<Spot> = changed.iter().filter_map(|met| met.after).collect();
        let was = self.names_of(self.before.table.as_ref(), |column| column.before.as_deref());
        let is = self.names_of(self.after.table.as_ref(), |column| column.after.as_deref());
        Ok((self.before.read(&before, &was).await?, self.after.read(&after, &is).await?))
    }

    /// The names of the compared columns that a version has, in its order.
    fn names_of<'a>(
        &'a self,
        table: Option<&'a Table>,
        name: impl Fn(&'a Column) -> Option<&'a str>,
    ) -> Vec<&'a str> {
        let compared: BTreeSet<&str> = self.columns.iter().filter_map(name).collect();
        let own = fields(table).iter().map(|field| field.name.as_str());
        own.filter(|name| compared.contains(name)).collect()
    }
}

fn fields(table: Option<&Table>) -> &[Field] {
    table.map_or(&[], |table| &table.dataset.schema().fields)
}

fn fragments(table: Option<&Table>) -> &[Fragment] {
    table.map_or(&[], |table| table.dataset.fragments())
}

/// The fragments that are in both versions what they are in the other: the same files, rows and offsets.
fn common(before: &Table, after: &Table, suspects: &HashMap<u64, Vec<usize>>) -> HashSet<u64> {
    if before.is_stable() != after.is_stable() {
        return HashSet::new();
    }
    let firsts = |table: &Table| -> HashMap<u64, u64> {
        table.index().spans_from(0).iter().map(|span| (span.fragment, span.first)).collect()
    };
    let (was, is) = (firsts(before), firsts(after));
    let unsuspected = suspects.iter().filter(|(_, columns)| columns.is_empty());
    let is_common = |fragment: &u64| {
        let (Ok(one), Ok(other)) = (metadata(before, *fragment), metadata(after, *fragment)) else {
            return false;
        };
        // Positions move with the rows in front of them.
        was.get(fragment) == is.get(fragment) && has_same_rows(one, other)
    };
    unsuspected.map(|(fragment, _)| *fragment).filter(is_common).collect()
}
