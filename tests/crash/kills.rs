//! One process after the other is killed at a random moment of a put, a flush or a recovery.

use std::time::{Duration, Instant};

use lanceq::{Durability, Engine};

use crate::child::{Putter, Said};
use crate::oracle::{files, records, violation};
use crate::scratch::Scratch;

/// Kills of one topic: each begins with what the one before left.
const A_TOPIC: u64 = 20;

pub(crate) fn kills() -> u64 {
    std::env::var("LANCEQ_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

/// Numbers that look random, and are the same for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    pub(crate) fn new() -> (Self, u64) {
        let given = std::env::var("LANCEQ_SEED").ok().and_then(|text| text.parse().ok());
        let now = || std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let seed = given.unwrap_or_else(now);
        (Self(seed), seed)
    }
}

async fn survives(durability: &str) {
    let (mut dice, seed) = Dice::new();
    for topic in 0..kills().div_ceil(A_TOPIC) {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        for series in 0..A_TOPIC {
            let putter = Putter::start(folder.path(), durability, series, 0, None);
            let said =
                putter.kill_after(dice.roll(3) > 0, Duration::from_micros(dice.roll(40_000)));
            all.push(said);
            let found = violation(&records(folder.path()).await, &all);
            assert_eq!(found, None, "{durability}, seed {seed}, topic {topic}, kill {series}");
        }
        opens_soon_and_once(&folder, &all, seed).await;
    }
}

/// The last recovery is quick, loses nothing, and a second one changes nothing.
async fn opens_soon_and_once(folder: &Scratch, all: &[Said], seed: u64) {
    let open = || async {
        let engine = Engine::open(folder.path()).await.unwrap();
        engine.writer("t").durability(Durability::Os).open().await.unwrap()
    };
    let begun = Instant::now();
    drop(open().await);
    assert!(begun.elapsed() < Duration::from_secs(5), "seed {seed}");
    let before = files(folder.path());
    drop(open().await);
    assert_eq!(files(folder.path()), before, "a second opening changed something, seed {seed}");
    open().await.close().await.unwrap();
    let records = records(folder.path()).await;
    assert_eq!(violation(&records, all), None, "after the last flush, seed {seed}");
    assert!(records.iter().all(|record| !record.buffered));
}

#[tokio::test]
async fn what_the_system_was_given_survives_kills() {
    survives("os").await;
}

#[tokio::test]
async fn what_is_synced_within_an_interval_survives_kills() {
    survives("50").await;
}

#[tokio::test]
async fn what_is_synced_at_each_put_survives_kills() {
    survives("always").await;
}

/// Without a log, only what was flushed is promised: nothing is there twice, and no hole is left.
#[tokio::test]
async fn a_writer_without_a_log_leaves_whole_flushes() {
    let (mut dice, seed) = Dice::new();
    let mut lost = false;
    for _ in 0..kills().div_ceil(A_TOPIC) {
        let folder = Scratch::new();
        let mut acked: Vec<Said> = Vec::new();
        for series in 0..A_TOPIC {
            let putter = Putter::start(folder.path(), "memory", series, 0, None);
            let said =
                putter.kill_after(dice.roll(3) > 0, Duration::from_micros(dice.roll(40_000)));
            acked.push(said);
            let records = records(folder.path()).await;
            lost |= violation(&records, &acked).is_some();
            let promised: Vec<Said> = acked
                .iter()
                .map(|said| Said { acks: Vec::new(), given: said.given.clone(), ..*said })
                .collect();
            assert_eq!(violation(&records, &promised), None, "seed {seed}, kill {series}");
        }
    }
    assert!(
        lost,
        "what is acknowledged without a log is lost by a kill, and this test would see it"
    );
}
