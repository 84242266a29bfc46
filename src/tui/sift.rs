//! Looks through the records of a place for those that are asked for, and goes on with what comes.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arrow_schema::{DataType, SchemaRef};
use futures::StreamExt;

use super::data::{Fault, Filter, PathColumn, Rows};
use super::effect::{Past, Picked, Place, Sifting};
use super::event::{Answer, Sifted};
use super::history;
use super::ranked::Ranked;
use super::runner::Sink;
use super::state::MOST_LISTED;
use crate::{
    Chunk, Columns, Cursor, Engine, From, Reader, Result, StreamOptions, TailEvent, TopicCounts,
    TopicName,
};

/// How often it says what it has found, and how far it has come.
const PACE: Duration = Duration::from_millis(100);

/// Looks through what is there, and answers where it came to its end.
///
/// Cancel: safe to drop at any await.
pub(super) async fn sift(engine: &Engine, sifting: &Sifting, sink: &Sink) -> Result<Answer, Fault> {
    let (reader, ranked) = narrowed(engine, sifting).await?;
    let counts = reader.counts().await?;
    let mut found = Collected { ranked, ..Collected::default() };
    let mut tail = reader.stream(StreamOptions::from_start()).await?;
    let mut told = Instant::now();
    loop {
        // The stream goes on where it was: only the waiting for it ends.
        match tokio::time::timeout(PACE, tail.next()).await {
            Ok(None) => break,
            Ok(Some(Ok(TailEvent::Rows(chunk)))) => found.take(&chunk)?,
            Ok(Some(Ok(TailEvent::Reset(_)))) => return Ok(Answer::SiftAgain),
            Ok(Some(Ok(_))) | Err(_) => {}
            Ok(Some(Err(error))) => return Err(error.into()),
        }
        if told.elapsed() >= PACE {
            told = Instant::now();
            let looked_at = passed(&tail.cursor(), &counts);
            sink.send(Ok(Answer::Sifted(found.told(looked_at, &counts)))).await;
        }
    }
    let end = tail.cursor();
    let mut last = found.told(counts.total_count, &counts);
    last.sorted = found.ranked.map(Ranked::in_order);
    last.end = Some(end);
    Ok(Answer::Sifted(last))
}

/// Goes on where a look came to its end, until it fails.
pub(super) async fn sift_on(
    engine: &Engine,
    (sifting, end): (&Sifting, Cursor),
    sink: &Sink,
) -> Result<Answer, Fault> {
    let (reader, _) = narrowed(engine, sifting).await?;
    let mut tail = reader.stream(StreamOptions::new(From::Cursor(end)).blocking()).await?;
    while let Some(event) = tail.next().await {
        match event? {
            TailEvent::Rows(chunk) => {
                sink.send(Ok(Answer::SiftedOn(places(&chunk).collect()))).await;
            }
            TailEvent::Reset(_) => return Ok(Answer::SiftAgain),
            _ => {}
        }
    }
    Err(Fault::new("the stream ended"))
}

/// A reader of a place for the records that meet all conditions.
pub(super) async fn conditioned(
    engine: &Engine,
    place: &Place,
    version: Option<&Past>,
    filter: &Filter,
) -> Result<Reader> {
    let mut reader = engine.reader(place.topic.as_str()).await?;
    if let Some(bucket) = place.bucket {
        reader = reader.bucket(bucket)?;
    }
    reader = history::at(reader, version).await?;
    for condition in filter.conditions() {
        reader = reader.filter(condition).await?;
    }
    for needle in filter.needles() {
        reader = reader.containing(needle.text());
    }
    Ok(reader)
}

/// Reads the records of a part of a list, in its order; those that are gone or no longer match are left out.
pub(super) async fn picked(
    engine: &Engine,
    (topic, version): (&TopicName, Option<&Past>),
    (picked, inner): (&Picked, &[PathColumn]),
) -> Result<Rows> {
    // A version is one of a bucket, and so is then all of the list.
    let bucket = version.and(picked.places.first().map(|(bucket, _)| *bucket));
    let place = Place { topic: topic.clone(), bucket };
    let reader = conditioned(engine, &place, version, &picked.filter).await?;
    let page = reader.take(&picked.places).await?;
    let mut all = Rows::of_page(&page, inner);
    let places: HashMap<(u32, u64), usize> = picked.places.iter().copied().zip(0..).collect();
    all.rows.sort_by_key(|row| places.get(&(row.bucket, row.offset)).copied());
    Ok(all)
}

/// A reader of the column that has to be looked at, and no other; and the order.
async fn narrowed(engine: &Engine, sifting: &Sifting) -> Result<(Reader, Option<Ranked>), Fault> {
    let Sifting { place, version, asked, inner } = sifting;
    let reader = conditioned(engine, place, version.as_ref(), &asked.filter).await?;
    let schema = reader.schema().await?;
    let ranked = match &asked.sort {
        Some(sort) => Some(Ranked::of(sort, &schema, inner)?),
        None => None,
    };
    let column = ranked.as_ref().map(|ranked| ranked.read.clone()).or_else(|| lightest(&schema));
    Ok((reader.columns(Columns::Only(column.into_iter().collect())), ranked))
}

/// The column that costs least to read, where none is needed.
fn lightest(schema: &SchemaRef) -> Option<String> {
    let weight = |kind: &DataType| kind.primitive_width().unwrap_or(usize::MAX);
    let field = schema.fields().iter().min_by_key(|field| weight(field.data_type()));
    field.map(|field| field.name().clone())
}

/// How many records lie before a place, as far as they are persisted.
fn passed(cursor: &Cursor, counts: &TopicCounts) -> u64 {
    let of_bucket = |bucket: &crate::BucketCounts| {
        let offset = cursor.get(bucket.bucket_id).map_or(0, |position| position.offset);
        offset.saturating_sub(bucket.first_offset).min(bucket.total_count)
    };
    counts.buckets.iter().map(of_bucket).sum()
}

/// What was found and not told yet.
#[derive(Default)]
struct Collected {
    /// Of those that are kept in mind; the others are counted only.
    found: Vec<(u32, u64)>,
    matches: u64,
    /// The first ones, where they are sorted by a column.
    ranked: Option<Ranked>,
}

impl Collected {
    fn take(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        let room = usize::try_from(MOST_LISTED.saturating_sub(self.matches)).unwrap_or(usize::MAX);
        self.matches += chunk.offsets.len() as u64;
        match &mut self.ranked {
            None => self.found.extend(places(chunk).take(room)),
            Some(ranked) => ranked.offer(chunk)?,
        }
        Ok(())
    }

    fn told(&mut self, looked_at: u64, counts: &TopicCounts) -> Sifted {
        Sifted {
            found: std::mem::take(&mut self.found),
            matches: self.matches,
            looked_at,
            all: counts.total_count,
            sorted: None,
            end: None,
        }
    }
}

/// The places of the records of a chunk.
fn places(chunk: &Chunk) -> impl Iterator<Item = (u32, u64)> + '_ {
    chunk.offsets.iter().map(|offset| (chunk.bucket, *offset))
}
