//! The explorer's way through ten thousand versions, none of which was ever compacted, so that each lists all of its
//! fragments: the first screen of the list, and steps back from one version to the next. The calls are those that the
//! explorer makes, each time in a fresh process.

use std::time::{Duration, Instant};

use lanceq::{At, Engine, Reader};
use tempfile::TempDir;

use crate::Bench;
use crate::figures::percentile;
use crate::history::TOPIC;
use crate::records::batch;
use crate::role::{argument, played};

pub(crate) const ROLE: &str = "look-back";
const VERSIONS: u64 = 10_000;
/// Records of each flush.
const ROWS: u64 = 100;
/// What the explorer asks for at once, on a terminal of forty lines.
const SCREEN: usize = 64;
/// Of the explorer.
const PAGE: usize = 128;
const STEPS: usize = 100;

pub(crate) async fn run(bench: &Bench) {
    let versions = bench.settings.count(VERSIONS);
    let folder = flushed(versions).await;
    println!("versions: {versions} of {ROWS} records each, none compacted");
    let (mut opened, mut screens, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.settings.rounds() {
        let mut numbers = played(ROLE, &[folder.path().to_str().unwrap()]).into_iter();
        let mut next = || Duration::from_secs_f64(numbers.next().unwrap() / 1e3);
        opened.push(next());
        screens.push(next());
        let costs = [numbers.next().unwrap(), numbers.next().unwrap(), numbers.next().unwrap()];
        let [decoded, through, reads] = costs;
        println!(
            "  a step: {decoded:.1} manifests decoded, {through:.1} read through, {reads:.1} reads of rows"
        );
        steps.extend(numbers.map(|millis| Duration::from_secs_f64(millis / 1e3)));
    }
    at_most("the topic, opened and counted", opened, "");
    at_most("the first screen of versions", screens, "; wanted of p99 below 100");
    at_most("a step back, to its page", steps, "; wanted of p99 below 50");
}

/// A topic with so many flushes behind it.
async fn flushed(versions: u64) -> TempDir {
    eprintln!("building a history of {versions} versions");
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = engine.writer(TOPIC).flush_threshold(usize::MAX).maintenance(false);
    let writer = writer.open().await.unwrap();
    for number in 0..versions {
        writer.put_arrow(batch(number * ROWS, ROWS)).await.unwrap();
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
    folder
}

fn at_most(what: &str, mut times: Vec<Duration>, wanted: &str) {
    times.sort();
    let [middle, p99] = [50.0, 99.0].map(|percent| percentile(&times, percent));
    println!("  {what:<30} {middle:.1} ms, p99 {p99:.1}{wanted}");
}

/// Opens the topic of a root, lists its newest versions and steps back behind them. Prints the milliseconds of the first two,
/// what a step cost, and the milliseconds of each step.
pub(crate) async fn play() {
    let begun = Instant::now();
    let engine = Engine::open(argument(0)).await.unwrap();
    let reader = engine.reader(TOPIC).await.unwrap().bucket(0).unwrap();
    reader.counts().await.unwrap();
    println!("{}", millis(begun.elapsed()));
    println!("{}", millis(screen(&reader).await));
    let before = reader.read_counts();
    let times = steps(&reader).await;
    let cost = reader.read_counts() - before;
    for count in [cost.manifests, cost.described, cost.reads] {
        println!("{}", count as f64 / times.len() as f64);
    }
    for time in times {
        println!("{}", millis(time));
    }
}

/// In two calls: which versions there are, then what is known of those in view.
async fn screen(reader: &Reader) -> Duration {
    let begun = Instant::now();
    let numbers = reader.version_numbers().await.unwrap();
    let newest: Vec<u64> = numbers.iter().rev().take(SCREEN).copied().collect();
    assert_eq!(reader.versions_of(&newest).await.unwrap().len(), newest.len());
    begun.elapsed()
}

/// Version by version, each with what the explorer shows of it: what made it, how many records it has, a page in the middle.
async fn steps(reader: &Reader) -> Vec<Duration> {
    let numbers = reader.version_numbers().await.unwrap();
    let mut times = Vec::new();
    // Not those that the list has described already.
    for number in numbers.iter().rev().skip(SCREEN).take(STEPS) {
        let begun = Instant::now();
        reader.version_numbers().await.unwrap();
        assert_eq!(reader.versions_of(&[*number]).await.unwrap().len(), 1);
        let then = reader.at(At::Version(*number)).await.unwrap();
        let rows = then.counts().await.unwrap().total_count;
        then.window(rows / 2, PAGE).await.unwrap();
        times.push(begun.elapsed());
    }
    times
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
