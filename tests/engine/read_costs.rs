//! What reads cost, in counts: of files opened, of reads, of versions decoded.

use lanceq::{At, Engine, ReadCounts, Reader};

use crate::foreign::{open, own};
use crate::setup::{Setup, ids, put_all};

/// `flushes` of `rows` records each, and an engine that has read none of them.
async fn flushed(setup: &Setup, flushes: u64, rows: u64) -> Engine {
    let writer = setup.engine.writer("t").flush_threshold(usize::MAX);
    // What is counted is what many fragments cost.
    let writer = writer.maintenance(false).open().await.unwrap();
    for flush in 0..flushes {
        put_all(&writer, flush * rows..(flush + 1) * rows).await;
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
    setup.other().await
}

/// What a page costs, whose records are those with the numbers of their offsets.
async fn cost(reader: &Reader, offset: u64, limit: usize) -> ReadCounts {
    let before = reader.read_counts();
    let page = reader.get(offset, limit).await.unwrap();
    assert_eq!(ids(&page), (offset..offset + limit as u64).collect::<Vec<_>>());
    reader.read_counts() - before
}

#[tokio::test]
async fn a_page_that_is_read_twice_costs_no_read() {
    let setup = Setup::new().await;
    let reader = flushed(&setup, 3, 100).await.reader("t").await.unwrap();
    let first = cost(&reader, 50, 100).await;
    assert_eq!((first.reads, first.opened, first.hits), (2, 2, 0), "of two files");
    let second = cost(&reader, 50, 100).await;
    assert_eq!((second.reads, second.opened, second.bytes, second.hits), (0, 0, 0, 2));
    let within = cost(&reader, 60, 20).await;
    assert_eq!((within.reads, within.hits), (0, 1));
}

#[tokio::test]
async fn whoever_reads_on_finds_the_next_page_in_memory_either_way() {
    let setup = Setup::new().await;
    // One large file, many small ones, and pages across all of their borders.
    for (flushes, rows) in [(1, 6000), (30, 40)] {
        let topic = Setup::new().await;
        let reader = flushed(&topic, flushes, rows).await.reader("t").await.unwrap();
        let pages = flushes * rows / 50;
        let middle = pages / 2;
        cost(&reader, middle * 50, 50).await;
        assert!(cost(&reader, (middle + 1) * 50, 50).await.reads > 0, "it might be a jump");
        for page in middle + 2..pages {
            assert_eq!(cost(&reader, page * 50, 50).await.reads, 0, "page {page} of {pages}");
        }
        for page in (middle - 10..middle - 1).rev() {
            let found = cost(&reader, page * 50, 50).await.reads;
            assert!(found == 0 || page >= middle - 3, "page {page} of {pages}, back");
        }
    }
    drop(setup);
}

#[tokio::test]
async fn a_jump_reads_its_page_and_nothing_ahead() {
    let setup = Setup::new().await;
    let reader = flushed(&setup, 1, 5000).await.reader("t").await.unwrap();
    for offset in [4000, 100, 2500, 900] {
        let jump = cost(&reader, offset, 50).await;
        assert_eq!((jump.reads, jump.ahead), (1, 0), "at {offset}");
    }
}

#[tokio::test]
async fn a_get_costs_the_same_after_many_flushes() {
    let mut costs = Vec::new();
    for flushes in [10, 200] {
        let setup = Setup::new().await;
        let reader = flushed(&setup, flushes, 10).await.reader("t").await.unwrap();
        let first = cost(&reader, flushes * 10 - 15, 10).await;
        let mut other = cost(&reader, 15, 10).await;
        assert_eq!((other.manifests, other.reads), (0, 2));
        other.bytes = 0;
        costs.push((first, other));
    }
    assert_eq!((costs[0].0.reads, costs[0].0.opened), (costs[1].0.reads, costs[1].0.opened));
    assert_eq!(costs[0].1, costs[1].1);
}

#[tokio::test]
async fn rows_that_are_kept_show_in_no_version_that_has_them_not() {
    let setup = Setup::new().await;
    let reader = flushed(&setup, 2, 200).await.reader("t").await.unwrap();
    for page in 0..4 {
        cost(&reader, page * 100, 100).await;
    }
    let before = reader.version_numbers().await.unwrap().pop().unwrap();
    let mut dataset = open(&own(&setup)).await;
    Box::pin(dataset.delete("id % 10 = 3 or (id >= 120 and id < 150)")).await.unwrap();
    let left: Vec<u64> = (0..400).filter(|n| n % 10 != 3 && !(120..150).contains(n)).collect();
    for _ in 0..2 {
        for limit in [400, 37] {
            let (mut numbers, mut at) = (Vec::new(), 0);
            while at < 400 {
                let page = reader.get(at, limit).await.unwrap();
                assert!(page.records().all(|record| record.fields["id"] == record.offset));
                numbers.extend(ids(&page));
                at = numbers.last().map_or(400, |last| last + 1);
                if page.is_empty() {
                    break;
                }
            }
            assert_eq!(numbers, left, "by {limit}");
        }
    }
    let then = reader.at(At::Version(before)).await.unwrap();
    assert_eq!(cost(&then, 100, 100).await.reads, 0, "the rows are those of the same file");
    let counts = reader.read_counts();
    reader.get(0, 90).await.unwrap();
    assert_eq!(reader.read_counts().reads, counts.reads, "with holes, too");
}

#[tokio::test]
async fn a_list_of_versions_reads_the_manifests_that_it_shows_and_each_once() {
    let setup = Setup::new().await;
    let reader = flushed(&setup, 40, 1).await.reader("t").await.unwrap();
    reader.counts().await.unwrap();
    let listed = async |limit: usize| {
        let before = reader.read_counts();
        let versions = reader.versions(limit).await.unwrap();
        let numbers: Vec<u64> = versions.iter().map(|version| version.version).collect();
        assert_eq!(numbers, (42 - limit as u64..=41).rev().collect::<Vec<_>>());
        assert_eq!(versions[0].rows, 40);
        let cost = reader.read_counts() - before;
        assert_eq!(cost.manifests, 0, "none is opened");
        cost.described
    };
    assert_eq!(listed(5).await, 5);
    assert_eq!(listed(5).await, 0, "they never change");
    assert_eq!(listed(8).await, 3);
}

#[tokio::test]
async fn looking_back_opens_one_version_however_many_lie_in_between() {
    let setup = Setup::new().await;
    let reader = flushed(&setup, 60, 1).await.reader("t").await.unwrap();
    reader.counts().await.unwrap();
    let before = reader.read_counts();
    assert_eq!(reader.version_numbers().await.unwrap().len(), 61);
    assert_eq!(reader.versions_of(&[31]).await.unwrap()[0].rows, 30);
    let then = reader.at(At::Version(31)).await.unwrap();
    assert_eq!(ids(&then.window(10, 5).await.unwrap()), (10..15).collect::<Vec<_>>());
    let step = reader.read_counts() - before;
    assert_eq!((step.manifests, step.described), (1, 1));
    let before = reader.read_counts();
    let times = reader.times(&[(0, 40), (0, 41), (0, 45)]).await.unwrap();
    assert!(times.is_sorted() && times.iter().all(Option::is_some));
    let looked = reader.read_counts() - before;
    assert_eq!(looked.manifests, 0, "none is opened");
    assert!(looked.described <= 20, "{} of 61 were read", looked.described);
}

#[tokio::test]
async fn opening_a_topic_reads_one_manifest_however_many_flushes_there_were() {
    for flushes in [1, 60] {
        let setup = Setup::new().await;
        let reader = flushed(&setup, flushes, 1).await.reader("t").await.unwrap();
        assert_eq!(reader.counts().await.unwrap().total_count, flushes);
        let counts = reader.read_counts();
        assert_eq!((counts.manifests, counts.opened, counts.reads), (1, 0, 0));
    }
}

#[test]
fn what_one_runtime_has_opened_is_read_in_another() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (first, second) = (runtime(), runtime());
    let setup = first.block_on(Setup::new());
    let page = async |engine: Engine| {
        let reader = engine.reader("t").await.unwrap();
        for start in [0, 50, 100] {
            cost(&reader, start, 50).await;
        }
    };
    let engine = first.block_on(flushed(&setup, 1, 6000));
    first.block_on(page(engine));
    drop(first);
    let bounded = second.block_on(async {
        let patience = std::time::Duration::from_mins(1);
        let other = setup.other().await;
        let reader = other.reader("t").await.unwrap();
        let far = async {
            page(other).await;
            cost(&reader, 5500, 50).await;
        };
        tokio::time::timeout(patience, far).await
    });
    assert!(bounded.is_ok(), "its reader waits for a runtime that is gone");
}
