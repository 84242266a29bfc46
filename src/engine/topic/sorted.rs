//! Records in the order of one of their columns, as of one moment.

use std::collections::{HashMap, VecDeque};

use arrow_schema::SchemaRef;

use super::reader::Reader;
use crate::engine::bucket::{BucketScan, Selection, Snapshot};
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, Page, Ranking, Sort};

/// Records that are read at a time.
const AT_A_TIME: usize = 256;

/// The first records of an order; see [`Reader::sorted`].
pub struct Sorted {
    reader: Reader,
    snapshots: Vec<Snapshot>,
    schema: SchemaRef,
    places: VecDeque<(u32, u64)>,
    matches: u64,
}

impl Reader {
    /// The records in the order of a column, those that match a filter only: `limit` of them behind the first `skip`,
    /// buffered ones included. The column need not be among those that the reader returns.
    ///
    /// What is put, flushed, compacted or deleted meanwhile does not show in it. For the order, see [`Ranking`].
    /// Cost: one pass over the column, and over those that a filter names, in portions of bounded memory; then the
    /// records, some hundreds at a time. Of `skip` and `limit` records, the values are held.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a column that is not there or has no order, for more than
    /// [`Ranking::MOST`] records, and as [`filter`](Self::filter).
    pub async fn sorted(&self, sort: &Sort, skip: usize, limit: usize) -> Result<Sorted> {
        let most = skip.saturating_add(limit);
        if most > Ranking::MOST {
            let reason = format!("at most {} records are sorted", Ranking::MOST);
            return Err(invalid("limit", most.to_string(), reason));
        }
        let snapshots = self.snapshots_to_read().await?;
        let whole = self.whole_schema(&snapshots);
        let schema = self.chosen(&whole)?;
        if whole.field_with_name(&sort.column).is_err() {
            let names: Vec<&str> = whole.fields().iter().map(|f| f.name().as_str()).collect();
            let reason = format!("there is no such column; there are {}", names.join(", "));
            return Err(invalid("sort", format!("`{}`", sort.column), reason));
        }
        let mut ranking = Ranking::of(sort.clone(), most);
        let matches = self.rank(&snapshots, sort, &mut ranking).await?;
        let places = ranking.in_order().into_iter().skip(skip).collect();
        Ok(Sorted { reader: self.clone(), snapshots, schema, places, matches })
    }

    /// Looks at all records that match; returns how many these are.
    async fn rank(
        &self,
        snapshots: &[Snapshot],
        sort: &Sort,
        ranking: &mut Ranking,
    ) -> Result<u64> {
        let filter = self.selection(snapshots)?.filter;
        let selection = Selection { columns: Columns::Only(vec![sort.column.clone()]), filter };
        let mut matches = 0;
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let mut scan = BucketScan::new(bucket.clone(), snapshot.clone(), selection.clone());
            while let Some(portion) = scan.next().await? {
                for chunk in portion.chunks {
                    matches += chunk.offsets.len() as u64;
                    ranking
                        .offer(&chunk)
                        .map_err(|reason| invalid("sort", format!("`{}`", sort.column), reason))?;
                }
            }
        }
        Ok(matches)
    }
}

impl Sorted {
    /// How many records match, whether they are among those returned or not.
    pub fn matches(&self) -> u64 {
        self.matches
    }

    /// The next records, some hundreds; `None` at the end.
    ///
    /// Shape: chunks of the reader's [`schema`](Reader::schema), in the order of the records: each has those that lie
    /// one after the other.
    /// Cancel: safe to drop; nothing is left out.
    ///
    /// # Errors
    /// As [`Reader::get`].
    pub async fn next(&mut self) -> Result<Option<Page>> {
        if self.places.is_empty() {
            return Ok(None);
        }
        let places: Vec<_> = self.places.iter().take(AT_A_TIME).copied().collect();
        let page = self.reader.read(&self.snapshots, &self.schema, &places).await?;
        self.places.drain(..places.len());
        Ok(Some(Page { chunks: in_order(&page, &places) }))
    }

    /// All of them at once.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn page(mut self) -> Result<Page> {
        let mut all = Page::default();
        while let Some(page) = self.next().await? {
            all.chunks.extend(page.chunks);
        }
        Ok(all)
    }
}

/// The records of a page in the order of their places.
fn in_order(page: &Page, places: &[(u32, u64)]) -> Vec<Chunk> {
    let mut found = HashMap::new();
    for (number, chunk) in page.chunks.iter().enumerate() {
        let rows = chunk.offsets.iter().enumerate();
        found.extend(rows.map(|(row, offset)| ((chunk.bucket, *offset), (number, row))));
    }
    let mut runs: Vec<(usize, std::ops::Range<usize>)> = Vec::new();
    for (number, row) in places.iter().filter_map(|place| found.get(place).copied()) {
        match runs.last_mut() {
            Some((last, rows)) if *last == number && rows.end == row => rows.end += 1,
            _ => runs.push((number, row..row + 1)),
        }
    }
    let run = |(number, rows): (usize, std::ops::Range<usize>)| {
        let chunk = page.chunks.get(number)?;
        let offsets = chunk.offsets.get(rows.clone())?.to_vec();
        let batch = chunk.batch.slice(rows.start, rows.len());
        Some(Chunk { offsets, batch, bucket: chunk.bucket, buffered: chunk.buffered })
    };
    runs.into_iter().filter_map(run).collect()
}

fn invalid(option: &'static str, value: String, reason: String) -> Error {
    Error::InvalidOption { option, value, reason }
}
