//! Reading rows by offset: which rows of which fragments make a page.

use std::ops::Range;

use arrow_array::{RecordBatch, UInt64Array};
use arrow_select::concat::concat_batches;
use arrow_select::take::take_record_batch;

use super::fragment::READ_ACTION;
use super::index::Span;
use super::kept::Live;
use super::projection::Projection;
use super::table::Table;
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;

/// Rows whose offsets are sorted in memory at most, where fragments interleave: a gigabyte of them.
const MOST_SORTED: u64 = 1 << 27;
/// Rows of a read that may be a page which somebody looks at; more are a pass over many.
const LARGEST_PAGE: usize = 1024;

/// Rows of consecutive offsets.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) offsets: Vec<u64>,
    pub(crate) batch: RecordBatch,
}

impl Table {
    /// Up to `limit` rows with offsets from `offset` on, in order; fewer only at the end.
    ///
    /// Costs the rows read, plus a binary search, whatever the offset. A page that was read lately costs no read, nor do
    /// those that follow where one reads page after page: they are read ahead.
    pub(crate) async fn read(
        &self,
        offset: u64,
        limit: usize,
        columns: &Columns,
    ) -> Result<Vec<Rows>> {
        let reading = Reading::of(self, columns, limit)?;
        let found = if self.index().is_disjoint() {
            reading.in_order(offset, limit).await?
        } else {
            reading.interleaved(offset, limit).await?
        };
        if reading.is_page {
            self.read_ahead(&reading.projection, &found);
        }
        reading.chosen(found)
    }

    /// The rows with these offsets, which ascend; those that are not there are left out.
    ///
    /// Costs the rows read, plus a binary search for each.
    pub(crate) async fn take(&self, offsets: &[u64], columns: &Columns) -> Result<Vec<Rows>> {
        let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else {
            return Ok(Vec::new());
        };
        let reading = Reading::of(self, columns, usize::MAX)?;
        let mut found = Vec::new();
        for span in self.index().spans_from(*first).iter().take_while(|span| span.first <= *last) {
            let wanted = self.places(span, offsets).await?;
            if !wanted.is_empty() {
                found.push(reading.at(span, &wanted).await?);
            }
        }
        let found = if self.index().is_disjoint() {
            found
        } else {
            reading.merged(found, offsets.len())?
        };
        reading.chosen(found)
    }

    /// Where those of the offsets that a fragment has lie in its file.
    async fn places(&self, span: &Span, offsets: &[u64]) -> Result<Live> {
        let start = offsets.partition_point(|offset| *offset < span.first);
        let end = offsets.partition_point(|offset| *offset <= span.last);
        let inside = offsets.get(start..end).unwrap_or_default();
        if span.dense {
            let place = |offset: &u64| Some((*offset, u32::try_from(offset - span.first).ok()?));
            return Ok(inside.iter().filter_map(place).collect());
        }
        if inside.is_empty() {
            return Ok(Live::new());
        }
        let live = self.live(span).await?;
        let place = |offset: &u64| live.binary_search_by_key(offset, |(found, _)| *found).ok();
        let found = inside.iter().filter_map(place);
        Ok(found.filter_map(|index| live.get(index)).copied().collect())
    }

    /// The offset of row number `row`; the next offset where there are fewer rows.
    pub(crate) async fn offset_at(&self, row: u64) -> Result<u64> {
        if !self.index().is_disjoint() {
            let all = self.all_offsets().await?;
            return Ok(all.get(index(row)).copied().unwrap_or_else(|| self.next_offset()));
        }
        let Some((span, before)) = self.index().at_row(row) else {
            return Ok(self.next_offset());
        };
        if span.dense {
            return Ok(span.first + (row - before));
        }
        let live = self.live(span).await?;
        Ok(live.get(index(row - before)).map_or(span.last, |(offset, _)| *offset))
    }

    /// How many rows have a smaller offset.
    pub(crate) async fn rows_before(&self, offset: u64) -> Result<u64> {
        if !self.index().is_disjoint() {
            let all = self.all_offsets().await?;
            return Ok(all.partition_point(|found| *found < offset) as u64);
        }
        let Some((span, before)) = self.index().at_offset(offset) else {
            return Ok(self.index().rows());
        };
        if span.dense {
            return Ok(before + offset.saturating_sub(span.first));
        }
        let live = self.live(span).await?;
        Ok(before + live.partition_point(|(found, _)| *found < offset) as u64)
    }

    async fn all_offsets(&self) -> Result<Vec<u64>> {
        let rows = self.index().rows();
        if rows > MOST_SORTED {
            return Err(Error::Unsupported {
                what: format!("a row number in {}", self.path.display()),
                reason: format!(
                    "the offsets of its fragments interleave, and {rows} rows are too many to be sorted"
                ),
            });
        }
        let mut all = Vec::new();
        for span in self.index().spans_from(0) {
            all.extend(self.live(span).await?.iter().map(|(offset, _)| *offset));
        }
        all.sort_unstable();
        Ok(all)
    }
}

/// One read: what it reads of, and which columns.
struct Reading<'a> {
    table: &'a Table,
    projection: Projection,
    /// So few rows that they are worth keeping.
    is_page: bool,
    /// None of the chosen columns is there: what is read counts only.
    only_rows: bool,
}

impl<'a> Reading<'a> {
    fn of(table: &'a Table, columns: &Columns, limit: usize) -> Result<Self> {
        let (projection, only_rows) = Projection::chosen(table, columns)?;
        Ok(Self { table, projection, is_page: limit <= LARGEST_PAGE, only_rows })
    }

    /// Without the column that was read for the rows alone.
    fn chosen(&self, mut found: Vec<Rows>) -> Result<Vec<Rows>> {
        if self.only_rows {
            for rows in &mut found {
                rows.batch = rows.batch.project(&[]).map_err(arrow_error(self.table))?;
            }
        }
        Ok(found)
    }

    /// Fragments one after the other, as they follow each other by offset.
    async fn in_order(&self, offset: u64, limit: usize) -> Result<Vec<Rows>> {
        let mut found = Vec::new();
        let mut left = limit;
        for span in self.table.index().spans_from(offset) {
            if left == 0 {
                break;
            }
            let rows = self.span(span, offset, left).await?;
            left -= rows.iter().map(|rows| rows.offsets.len()).sum::<usize>().min(left);
            found.extend(rows);
        }
        found.retain(|rows| !rows.offsets.is_empty());
        Ok(found)
    }

    async fn span(&self, span: &Span, offset: u64, limit: usize) -> Result<Vec<Rows>> {
        if span.dense {
            self.dense(span, offset, limit).await
        } else {
            Ok(vec![self.holed(span, offset, limit).await?])
        }
    }

    async fn dense(&self, span: &Span, offset: u64, limit: usize) -> Result<Vec<Rows>> {
        let start = offset.saturating_sub(span.first).min(span.rows);
        let end = span.rows.min(start.saturating_add(limit as u64));
        if start == end {
            return Ok(Vec::new());
        }
        let mut next = span.first + start;
        let batches = self.places(span.fragment, index(start)..index(end)).await?;
        let follow = |batch: RecordBatch| {
            let first = next;
            next += batch.num_rows() as u64;
            Rows { offsets: (first..next).collect(), batch }
        };
        Ok(batches.into_iter().map(follow).collect())
    }

    async fn places(&self, fragment: u64, rows: Range<usize>) -> Result<Vec<RecordBatch>> {
        if self.is_page {
            return self.table.page(fragment, &self.projection, rows).await;
        }
        Ok(vec![self.table.range(fragment, &self.projection, rows).await?])
    }

    async fn holed(&self, span: &Span, offset: u64, limit: usize) -> Result<Rows> {
        let live = self.table.live(span).await?;
        let from = live.partition_point(|(found, _)| *found < offset);
        let wanted: Live = live.iter().skip(from).take(limit).copied().collect();
        match hull(&wanted) {
            // Few of the rows in between are gone.
            Some(hull) if self.is_page && hull.len() <= 2 * wanted.len() => {
                let batches =
                    self.table.page(span.fragment, &self.projection, hull.clone()).await?;
                self.picked(&wanted, hull.start, &batches)
            }
            _ => self.at(span, &wanted).await,
        }
    }

    /// The wanted ones of rows that follow each other in a file from a place on.
    fn picked(&self, wanted: &[(u64, u32)], start: usize, batches: &[RecordBatch]) -> Result<Rows> {
        let schema = batches.first().map_or_else(|| self.table.schema(), RecordBatch::schema);
        let all = concat_batches(&schema, batches).map_err(arrow_error(self.table))?;
        let order: UInt64Array =
            wanted.iter().map(|(_, place)| u64::from(*place) - start as u64).collect();
        let batch = take_record_batch(&all, &order).map_err(arrow_error(self.table))?;
        Ok(Rows { offsets: wanted.iter().map(|(offset, _)| *offset).collect(), batch })
    }

    /// The rows of these offsets, which lie at these places of the file.
    async fn at(&self, span: &Span, wanted: &[(u64, u32)]) -> Result<Rows> {
        let mut places: Vec<u32> = wanted.iter().map(|(_, place)| *place).collect();
        places.sort_unstable();
        let batch = self.table.rows_at(span.fragment, &self.projection, &places).await?;
        let order: UInt64Array =
            wanted.iter().map(|(_, place)| places.partition_point(|p| p < place) as u64).collect();
        let batch = take_record_batch(&batch, &order).map_err(arrow_error(self.table))?;
        Ok(Rows { offsets: wanted.iter().map(|(offset, _)| *offset).collect(), batch })
    }

    /// Fragments whose offsets interleave, as foreign updates leave them: read those that can have
    /// rows of the page, merge by offset.
    async fn interleaved(&self, offset: u64, limit: usize) -> Result<Vec<Rows>> {
        let mut parts: Vec<Rows> = Vec::new();
        for span in self.table.index().spans_from(offset) {
            let before = parts.iter().flat_map(|rows| &rows.offsets).filter(|o| **o < span.first);
            if before.count() >= limit {
                break;
            }
            parts.extend(self.span(span, offset, limit).await?);
        }
        self.merged(parts, limit)
    }

    /// The first `limit` rows of all parts, by offset.
    fn merged(&self, mut parts: Vec<Rows>, limit: usize) -> Result<Vec<Rows>> {
        parts.retain(|rows| !rows.offsets.is_empty());
        let Some(first) = parts.first() else { return Ok(Vec::new()) };
        let all = concat_batches(&first.batch.schema(), parts.iter().map(|rows| &rows.batch))
            .map_err(arrow_error(self.table))?;
        let mut order: Vec<(u64, u64)> =
            parts.iter().flat_map(|rows| &rows.offsets).copied().zip(0..).collect();
        order.sort_unstable();
        order.truncate(limit);
        let places: UInt64Array = order.iter().map(|(_, place)| *place).collect();
        let batch = take_record_batch(&all, &places).map_err(arrow_error(self.table))?;
        Ok(vec![Rows { offsets: order.iter().map(|(offset, _)| *offset).collect(), batch }])
    }
}

/// The places in a file between which these lie.
pub(super) fn hull(wanted: &[(u64, u32)]) -> Option<Range<usize>> {
    let places = wanted.iter().map(|(_, place)| *place as usize);
    Some(places.clone().min()?..places.max()? + 1)
}

pub(super) fn arrow_error(table: &Table) -> impl FnOnce(arrow_schema::ArrowError) -> Error {
    let path = table.path.to_path_buf();
    move |source| Error::Storage { action: READ_ACTION, path, source: Box::new(source) }
}

/// Rows and fragments are counted in memory here; more than the address space cannot be asked for.
pub(super) fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
