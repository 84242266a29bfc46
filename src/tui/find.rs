//! Looks for a text through the records of a place, page by page, and says how far it has come.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arrow_array::Array as _;

use super::effect::{Search, Way};
use super::event::{Answer, Hit};
use super::history;
use super::runner::Sink;
use crate::{Columns, Engine, Needle, Page, Reader, Result};

/// Rows of the first page, when nothing is known of their size.
const FIRST_PAGE: u64 = 128;
/// Rows of a page at most.
const LONGEST_PAGE: u64 = 4096;
/// Memory that the rows of a page should take.
const PAGE_BYTES: usize = 8 << 20;
/// Records of a list that are read at a time.
const PICKED: usize = 256;
/// How often it says how far it has come.
const PACE: Duration = Duration::from_millis(100);

/// Looks from a row on, as the records are or as they were at a version: bucket after bucket, to the end or to the start. Columns in which no text can be found
/// are not read.
///
/// Cancel: safe to drop at any await.
pub(super) async fn find(engine: &Engine, search: &Search, sink: &Sink) -> Result<Answer> {
    let topic = &search.place.topic;
    let reader = match (&search.version, search.place.bucket) {
        (Some(past), _) => history::bucket(engine, topic, search.from.0, Some(past)).await?,
        (None, Some(bucket)) => history::bucket(engine, topic, bucket, None).await?,
        (None, None) => engine.reader(topic.as_str()).await?,
    };
    let searched = Needle::searched(reader.schema().await?.as_ref());
    if searched.is_empty() {
        return Ok(Answer::NotFound { looked_at: 0 });
    }
    let columns = Columns::Only(searched);
    if let Some(among) = &search.among {
        return listed(&reader.columns(columns), search, (among, sink)).await;
    }
    let mut scan =
        Scan { search, sink, looked_at: 0, all: 0, page: FIRST_PAGE, told: Instant::now() };
    let parts = parts(&reader, search).await?;
    scan.all = parts.iter().map(|part| part.end - part.start).sum();
    for part in parts {
        let reader = reader.bucket(part.bucket)?.columns(columns.clone());
        if let Some(hit) = scan.through(&reader, &part).await? {
            return Ok(Answer::Found(hit));
        }
    }
    Ok(Answer::NotFound { looked_at: scan.looked_at })
}

/// Looks at the records of a list, in its order.
async fn listed(
    reader: &Reader,
    search: &Search,
    (among, sink): (&[(u32, u64)], &Sink),
) -> Result<Answer> {
    let (mut looked_at, mut told) = (0, Instant::now());
    for part in among.chunks(PICKED) {
        let page = reader.take(part).await?;
        let mut found = HashMap::new();
        for chunk in &page.chunks {
            for row in search.needle.rows(&chunk.batch) {
                let offset = chunk.offsets.get(row).copied();
                let field = search.needle.field(&chunk.batch, row);
                found.extend(offset.zip(field).map(|(at, field)| ((chunk.bucket, at), field)));
            }
        }
        if let Some(((bucket, offset), field)) =
            part.iter().find_map(|place| Some((*place, found.remove(place)?)))
        {
            return Ok(Answer::Found(Hit { bucket, row: 0, offset, field }));
        }
        looked_at += part.len() as u64;
        if told.elapsed() >= PACE {
            told = Instant::now();
            sink.send(Ok(Answer::Searched { looked_at, all: among.len() as u64 })).await;
        }
    }
    Ok(Answer::NotFound { looked_at })
}

/// Rows of a bucket that are to be looked at.
struct Part {
    bucket: u32,
    start: u64,
    end: u64,
}

/// What is to be looked at, in the order of the search.
async fn parts(reader: &Reader, search: &Search) -> Result<Vec<Part>> {
    let counts = reader.counts().await?;
    let (first, row) = search.from;
    let part = |bucket: &crate::BucketCounts| {
        let (id, rows) = (bucket.bucket_id, bucket.total_count);
        let (start, end) = match (search.way, id == first) {
            (Way::Down, true) => (row.min(rows), rows),
            (Way::Up, true) => (0, row.min(rows)),
            (_, false) => (0, rows),
        };
        let ahead = match search.way {
            Way::Down => id >= first,
            Way::Up => id <= first,
        };
        ahead.then_some(Part { bucket: id, start, end })
    };
    let mut parts: Vec<Part> = counts.buckets.iter().filter_map(part).collect();
    if search.way == Way::Up {
        parts.reverse();
    }
    Ok(parts)
}

struct Scan<'a> {
    search: &'a Search,
    sink: &'a Sink,
    looked_at: u64,
    all: u64,
    /// Rows to read at a time.
    page: u64,
    told: Instant,
}

impl Scan<'_> {
    /// Looks through one bucket.
    async fn through(&mut self, reader: &Reader, part: &Part) -> Result<Option<Hit>> {
        let (mut start, mut end) = (part.start, part.end);
        while start < end {
            let rows = self.page.min(end - start);
            let from = match self.search.way {
                Way::Down => start,
                Way::Up => end - rows,
            };
            let page = reader.window(from, usize::try_from(rows).unwrap_or(usize::MAX)).await?;
            if let Some(hit) = self.found(&page, from) {
                return Ok(Some(hit));
            }
            match self.search.way {
                Way::Down => start += rows,
                Way::Up => end -= rows,
            }
            self.looked_at += rows;
            self.measure(&page);
            self.tell().await;
        }
        Ok(None)
    }

    /// The record of a page that comes first in the order of the search; the page's first row has
    /// the number `from`.
    fn found(&self, page: &Page, from: u64) -> Option<Hit> {
        let needle = &self.search.needle;
        let mut before = from;
        let mut last = None;
        for chunk in &page.chunks {
            let rows = needle.rows(&chunk.batch);
            let row = match self.search.way {
                Way::Down => rows.first(),
                Way::Up => rows.last(),
            };
            let hit = row.and_then(|row| {
                let offset = *chunk.offsets.get(*row)?;
                let field = needle.field(&chunk.batch, *row)?;
                Some(Hit { bucket: chunk.bucket, row: before + *row as u64, offset, field })
            });
            if self.search.way == Way::Down && hit.is_some() {
                return hit;
            }
            last = hit.or(last);
            before += chunk.offsets.len() as u64;
        }
        last
    }

    fn measure(&mut self, page: &Page) {
        let columns = page.chunks.iter().flat_map(|chunk| chunk.batch.columns());
        let bytes: usize = columns
            .map(|c| {
                c.to_data().get_slice_memory_size().unwrap_or_else(|_| c.get_array_memory_size())
            })
            .sum();
        let fitting = PAGE_BYTES / (bytes / page.len().max(1)).max(1);
        self.page = (fitting as u64).clamp(1, LONGEST_PAGE);
    }

    async fn tell(&mut self) {
        if self.told.elapsed() >= PACE {
            self.told = Instant::now();
            let answer = Answer::Searched { looked_at: self.looked_at, all: self.all };
            self.sink.send(Ok(answer)).await;
        }
    }
}
