//! The sides of lanceq.

use std::path::Path;
use std::time::Instant;

use futures::StreamExt as _;

use super::plan::{FLUSH, Plan, What};
use super::record::{mixed, record};
use super::side::Turn;
use super::watch::Watch;
use crate::cli::failure::{Failure, Result};
use crate::{Durability, Engine, Reader, StreamOptions, TailEvent, Writer};

const TOPIC: &str = "t";

/// Puts one record after the other.
pub(super) async fn put(
    root: &Path,
    puts: u64,
    durability: Durability,
    watch: &mut Watch,
) -> Result<Turn> {
    let engine = Engine::open(root).await?;
    let writer = writer(&engine, durability).await?;
    // The first makes the topic.
    writer.put(record(0)).await?;
    let mut turn = Turn::default();
    for n in 1..=puts {
        let record = record(n);
        let begun = Instant::now();
        writer.put(record).await?;
        turn.add(begun.elapsed(), 1);
        watch.step()?;
    }
    writer.close_unflushed().await?;
    Ok(turn)
}

/// Flushes portions of records; a topic of all of them is left.
pub(super) async fn flush(root: &Path, plan: Plan, watch: &mut Watch) -> Result<Turn> {
    let engine = Engine::open(root).await?;
    let writer = writer(&engine, Durability::Os).await?;
    let mut turn = Turn::default();
    for n in 0..plan.times(What::Flush) {
        let numbers = n * FLUSH..plan.records.min((n + 1) * FLUSH);
        let records = numbers.end - numbers.start;
        writer.put_batch(numbers.map(record).collect()).await?;
        let begun = Instant::now();
        writer.flush().await?;
        turn.add(begun.elapsed(), records);
        watch.step()?;
    }
    writer.close().await?;
    Ok(turn)
}

/// Reads pages at random offsets of what [`flush`] has left.
pub(super) async fn get(reader: &Reader, plan: Plan, watch: &mut Watch) -> Result<Turn> {
    let page = plan.page();
    let limit = usize::try_from(page).unwrap_or(usize::MAX);
    let mut turn = Turn::default();
    for n in 0..plan.times(What::Get) {
        let offset = mixed(n, plan.records - page + 1);
        let begun = Instant::now();
        let found = reader.get(offset, limit).await?.len() as u64;
        turn.add(begun.elapsed(), found);
        complete(found, page)?;
        watch.step()?;
    }
    Ok(turn)
}

/// Streams all of what [`flush`] has left; a time for each portion that comes.
pub(super) async fn stream(reader: &Reader, plan: Plan, watch: &mut Watch) -> Result<Turn> {
    let mut turn = Turn::default();
    let mut seen = 0;
    let mut begun = Instant::now();
    let mut events = reader.stream(StreamOptions::from_start()).await?;
    while let Some(event) = events.next().await {
        let TailEvent::Rows(chunk) = event? else { continue };
        let rows = chunk.batch.num_rows() as u64;
        turn.add(begun.elapsed(), rows);
        seen += rows;
        watch.step()?;
        begun = Instant::now();
    }
    complete(seen, plan.records)?;
    Ok(turn)
}

/// A reader of what [`flush`] has left.
pub(super) async fn reader(root: &Path) -> Result<Reader> {
    Ok(Engine::open(root).await?.reader(TOPIC).await?)
}

/// A writer that flushes when it is told to.
async fn writer(engine: &Engine, durability: Durability) -> Result<Writer> {
    let writer = engine.writer(TOPIC).durability(durability).flush_threshold(usize::MAX);
    Ok(writer.flush_bytes(u64::MAX).buffer_limit(u64::MAX).open().await?)
}

/// Figures of a read that misses records say nothing.
fn complete(found: u64, wanted: u64) -> Result {
    if found == wanted {
        return Ok(());
    }
    Err(Failure::failed(format!("a read gave {found} records, and {wanted} were put")))
}
