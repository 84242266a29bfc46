//! One of two versions that are compared: the rows of those fragments that the other one does not have as they are.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions, UInt64Array};
use arrow_schema::Schema;
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use super::index::Span;
use super::kept::Live;
use super::meeting::{Plan, Spot, Stretch};
use super::projection::Projection;
use super::read::{arrow_error, index};
use super::table::Table;
use crate::engine::error::Result;

/// Where the next row of a span is: its offset, the span, and the how manieth it is.
type Cursor = Reverse<(u64, usize, usize)>;

/// A version, or nothing where there was none yet.
///
/// Invariant: `spans` are sorted by their first offset; those before `begun` lie behind the rows that were asked for last.
pub(super) struct Side {
    pub(super) table: Option<Table>,
    spans: Vec<Span>,
    begun: usize,
    /// The live rows of the spans with holes in which rows were asked for last.
    lives: HashMap<usize, Arc<Live>>,
}

impl Side {
    /// Of a version, those spans that are kept.
    pub(super) fn of(table: Option<&Table>, keep: impl Fn(&Span) -> bool) -> Self {
        let all = table.map_or(&[][..], |table| table.index().spans_from(0));
        let spans = all.iter().filter(|span| keep(span)).cloned().collect();
        Self { table: table.cloned(), spans, begun: 0, lives: HashMap::new() }
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> u64 {
        self.spans.iter().map(|span| span.rows).sum()
    }

    /// The fragment of a spot.
    pub(super) fn fragment(&self, spot: Spot) -> Option<u64> {
        self.spans.get(spot.span).map(|span| span.fragment)
    }

    /// Up to `limit` rows with offsets from `from` on, which never goes back.
    ///
    /// Memory: besides, 16 bytes for each row of fragments with holes that reach there.
    pub(super) async fn stretch(&mut self, from: u64, limit: usize) -> Result<Stretch> {
        self.go_to(from);
        let mut found = Stretch::default();
        let mut cursors: BinaryHeap<Cursor> = BinaryHeap::new();
        let mut unopened = self.begun;
        loop {
            while let Some(span) = self.spans.get(unopened)
                && cursors.peek().is_none_or(|Reverse((next, ..))| span.first <= *next)
            {
                let span = span.clone();
                cursors.extend(self.enter(unopened, &span, from).await?);
                unopened += 1;
            }
            let Some(Reverse((offset, span, position))) = cursors.pop() else { break };
            if found.rows.len() == limit {
                found.is_cut = true;
                break;
            }
            if let Some((_, place)) = self.at(span, position) {
                found.rows.push((offset, Spot { span, place }));
            }
            cursors.extend(self.cursor(span, position + 1));
        }
        Ok(found)
    }

    fn go_to(&mut self, from: u64) {
        let is_behind = |span: &Span| span.last < from;
        while self.spans.get(self.begun).is_some_and(is_behind) {
            self.begun += 1;
        }
        let spans = &self.spans;
        self.lives.retain(|span, _| spans.get(*span).is_some_and(|span| !is_behind(span)));
    }

    /// The first row of a span with an offset from `from` on.
    async fn enter(&mut self, number: usize, span: &Span, from: u64) -> Result<Option<Cursor>> {
        if span.last < from {
            return Ok(None);
        }
        if span.dense {
            return Ok(self.cursor(number, index(from.saturating_sub(span.first))));
        }
        let Some(table) = &self.table else { return Ok(None) };
        let live = match self.lives.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(table.live(span).await?),
        };
        let position = live.partition_point(|(offset, _)| *offset < from);
        Ok(self.cursor(number, position))
    }

    fn cursor(&self, span: usize, position: usize) -> Option<Cursor> {
        self.at(span, position).map(|(offset, _)| Reverse((offset, span, position)))
    }

    /// The offset of a row of a span, and its place in the file.
    fn at(&self, number: usize, position: usize) -> Option<(u64, u32)> {
        let span = self.spans.get(number)?;
        if !span.dense {
            return self.lives.get(&number)?.get(position).copied();
        }
        let place = u32::try_from(position).ok().filter(|place| u64::from(*place) < span.rows)?;
        Some((span.first + u64::from(place), place))
    }

    /// The rows at these spots, in their order: those columns of the version that are named.
    pub(super) async fn read(&self, spots: &[Spot], names: &[&str]) -> Result<RecordBatch> {
        let Some(table) = self.table.as_ref().filter(|_| !names.is_empty()) else {
            return Ok(without_columns(spots.len()));
        };
        let projection = Projection::named(table, names)?;
        let plan = Plan::of(spots);
        let mut batches = Vec::with_capacity(plan.parts.len());
        for (span, places) in &plan.parts {
            if let Some(span) = self.spans.get(*span) {
                batches.push(at_places(table, span.fragment, &projection, places).await?);
            }
        }
        let schema = match batches.first() {
            Some(batch) => batch.schema(),
            None => Arc::new(Schema::from(projection.schema.as_ref())),
        };
        let batch = concat_batches(&schema, &batches).map_err(arrow_error(table))?;
        match plan.order {
            Some(order) => {
                take_record_batch(&batch, &UInt64Array::from(order)).map_err(arrow_error(table))
            }
            None => Ok(batch),
        }
    }
}

/// Rows at places of a fragment's file, which ascend; where they lie close together, all between them are read.
async fn at_places(
    table: &Table,
    fragment: u64,
    projection: &Projection,
    places: &[u32],
) -> Result<RecordBatch> {
    let (Some(first), Some(last)) = (places.first(), places.last()) else {
        return table.rows_at(fragment, projection, places).await;
    };
    let between = *first as usize..*last as usize + 1;
    if between.len() > 2 * places.len() {
        return table.rows_at(fragment, projection, places).await;
    }
    let batch = table.range(fragment, projection, between.clone()).await?;
    if between.len() == places.len() {
        return Ok(batch);
    }
    let wanted: UInt64Array = places.iter().map(|place| u64::from(place - first)).collect();
    take_record_batch(&batch, &wanted).map_err(arrow_error(table))
}

fn without_columns(rows: usize) -> RecordBatch {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let schema = Arc::new(Schema::empty());
    RecordBatch::try_new_with_options(schema.clone(), Vec::new(), &options)
        .unwrap_or_else(|_| RecordBatch::new_empty(schema))
}
