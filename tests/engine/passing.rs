//! Passes over many records: large batches, decoded ahead, and what happens to the dataset meanwhile.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use futures::{FutureExt, StreamExt};
use lance::dataset::WriteMode;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lanceq::{At, Chunk, Columns, Cursor, From, Reader, StreamOptions, Tail, TailEvent, Writer};
use serde_json::Value;

use crate::foreign::{open, own, write};
use crate::setup::{Setup, record};

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    let records: Vec<Value> = numbers.map(record).collect();
    writer.put_batch(records).await.unwrap();
}

/// `flushes` of 3,000 records each.
async fn filled(setup: &Setup, flushes: u64) -> (Writer, Reader) {
    let writer = setup.engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    for flush in 0..flushes {
        put(&writer, flush * 3000..(flush + 1) * 3000).await;
        writer.flush().await.unwrap();
    }
    (writer, setup.engine.reader("t").await.unwrap())
}

fn numbers(chunk: &Chunk) -> Vec<u64> {
    let ids = chunk.batch.column_by_name("id").unwrap().as_primitive::<Int64Type>();
    assert_eq!(ids.len(), chunk.offsets.len());
    ids.values().iter().map(|id| id.cast_unsigned()).collect()
}

/// The next chunk of a stream that has one.
async fn next(tail: &mut Tail) -> Chunk {
    loop {
        if let TailEvent::Rows(chunk) = tail.next().await.unwrap().unwrap() {
            return chunk;
        }
    }
}

/// All that is left of a stream that ends.
async fn rest(tail: Tail) -> Vec<u64> {
    let chunks: Vec<_> = tail.chunks().map(Result::unwrap).collect().await;
    chunks.iter().flat_map(numbers).collect()
}

#[tokio::test]
async fn a_stream_of_many_records_reads_each_file_once_and_delivers_each_record_once() {
    let setup = Setup::new().await;
    let (writer, reader) = filled(&setup, 5).await;
    put(&writer, 15_000..15_010).await;
    let before = reader.read_counts();
    let tail = reader.stream(StreamOptions::from_start()).await.unwrap();
    let chunks: Vec<_> = tail.chunks().map(Result::unwrap).collect().await;
    let found: Vec<u64> = chunks.iter().flat_map(numbers).collect();
    assert_eq!(found, (0..15_010).collect::<Vec<_>>());
    assert!(chunks.iter().all(|chunk| chunk.offsets == numbers(chunk)));
    assert_eq!(chunks.len(), 6, "a batch a file, and what is buffered");
    assert_eq!((reader.read_counts() - before).reads, 5);
    let from = reader.stream(StreamOptions::from_offset(4321)).await.unwrap();
    assert_eq!(rest(from).await, (4321..15_010).collect::<Vec<_>>());
    let only = reader.columns(Columns::Only(vec!["id".into()]));
    let then = only.at(At::Version(3)).await.unwrap();
    let tail = then.stream(StreamOptions::from_start()).await.unwrap();
    assert_eq!(rest(tail).await, (0..6000).collect::<Vec<_>>(), "of the version");
}

#[tokio::test]
async fn what_happens_to_the_dataset_while_a_stream_passes_shows_in_it() {
    let setup = Setup::new().await;
    let (writer, reader) = filled(&setup, 4).await;
    let mut tail = reader.stream(StreamOptions::from_start()).await.unwrap();
    let mut found = numbers(&next(&mut tail).await);
    // A flush, and rows that are gone before the stream comes to them.
    put(&writer, 12_000..15_000).await;
    writer.flush().await.unwrap();
    let mut dataset = open(&own(&setup)).await;
    Box::pin(dataset.delete("id = 1 or id = 7000")).await.unwrap();
    found.extend(numbers(&next(&mut tail).await));
    // All files are others now, and offsets are not.
    Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.unwrap();
    found.extend(numbers(&next(&mut tail).await));
    write(&own(&setup), 15_000..18_000, WriteMode::Append, true).await;
    found.extend(rest(tail).await);
    assert_eq!(found, (0..18_000).filter(|n| *n != 7000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_dataset_that_is_overwritten_under_a_pass_gives_its_new_rows() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("table.lance");
    write(&path, 0..3000, WriteMode::Create, false).await;
    write(&path, 3000..6000, WriteMode::Append, false).await;
    let reader = setup.engine.reader("table").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start()).await.unwrap();
    assert_eq!(numbers(&next(&mut tail).await), (0..3000).collect::<Vec<_>>());
    // Offsets are positions: the row that stands where the stream stood is another one now.
    write(&path, 10_000..16_000, WriteMode::Overwrite, false).await;
    assert_eq!(rest(tail).await, (13_000..16_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_goes_on_at_its_cursor_in_the_middle_of_a_file() {
    let setup = Setup::new().await;
    let (_writer, reader) = filled(&setup, 1).await;
    let mut tail = reader.stream(StreamOptions::from_offset(100)).await.unwrap();
    let first = next(&mut tail).await;
    assert_eq!((first.offsets[0], first.offsets.len()), (100, 2900));
    let cursor: Cursor = "0:2999".parse().unwrap();
    let resumed = reader.stream(StreamOptions::new(From::Cursor(cursor))).await.unwrap();
    assert_eq!(rest(resumed).await, [2999]);
}

#[tokio::test]
async fn a_pass_whose_reads_are_given_up_half_way_leaves_nothing_out() {
    let setup = Setup::new().await;
    let (_writer, reader) = filled(&setup, 4).await;
    let mut scan = reader.scan().await.unwrap();
    let mut found = Vec::new();
    loop {
        for _ in 0..3 {
            // Polled once, and dropped where it is not done.
            if let Some(chunk) = scan.next().now_or_never().and_then(|next| next.unwrap()) {
                found.extend(numbers(&chunk));
            }
            tokio::task::yield_now().await;
        }
        let Some(chunk) = scan.next().await.unwrap() else { break };
        found.extend(numbers(&chunk));
    }
    assert_eq!(found, (0..12_000).collect::<Vec<_>>());
}
