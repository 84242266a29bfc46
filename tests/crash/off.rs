//! Where a protection is off, the kill tests find what is lost or doubled: else they would prove nothing.

use std::path::Path;
use std::time::Duration;

use crate::child::{Putter, Said};
use crate::kills::Dice;
use crate::oracle::{read, violation};

/// Kills of one topic.
const A_TOPIC: u64 = 20;
/// Kills within which a violation must be found. It takes about 75 where a kill must come between a commit and what
/// follows it, and fewer else.
const PATIENCE: u64 = 600;
/// Processes that write at once.
const PROCESSES: u64 = 4;

/// Why a topic is not what its writers said, also where it cannot be read any more.
async fn found(root: &Path, all: &[Said]) -> Option<String> {
    match read(root).await {
        Ok(records) => violation(&records, all),
        Err(error) => Some(format!("it cannot be read: {error}")),
    }
}

/// Kills one process after the other, at random moments; the first violation, and the kill that led to it.
async fn found_by_kills(off: &str) -> Option<(u64, String)> {
    let (mut dice, _) = Dice::new();
    for topic in 0..PATIENCE / A_TOPIC {
        let folder = tempfile::tempdir().unwrap();
        let mut all: Vec<Said> = Vec::new();
        for series in 0..A_TOPIC {
            let off = [("LANCEQ_OFF", off)];
            let putter = Putter::start_with(folder.path(), "os", (series, 0), &off);
            let pause = Duration::from_micros(dice.roll(40_000));
            all.push(putter.kill_after(dice.roll(3) > 0, pause));
            if let Some(found) = found(folder.path(), &all).await {
                return Some((topic * A_TOPIC + series + 1, found));
            }
        }
    }
    None
}

/// Lets two processes, one after the other, die at a point.
async fn found_at(point: &str, off: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut all: Vec<Said> = Vec::new();
    for series in 0..2 {
        let variables = [("LANCEQ_OFF", off), ("LANCEQ_CRASH", point)];
        let putter = Putter::start_with(folder.path(), "os", (series, 0), &variables);
        let (said, died) = putter.until_it_dies(Duration::from_secs(20));
        assert!(died, "{point} was not passed");
        all.push(said);
    }
    found(folder.path(), &all).await
}

#[tokio::test]
async fn recovery_that_asks_no_version_is_found_out_by_kills() {
    let found = found_by_kills("settle").await;
    assert!(found.is_some(), "no violation within {PATIENCE} kills");
    eprintln!("settle: {found:?}");
}

#[tokio::test]
async fn segments_that_are_removed_before_the_commit_are_found_out_by_kills() {
    let found = found_by_kills("commit-first").await;
    assert!(found.is_some(), "no violation within {PATIENCE} kills");
    eprintln!("commit-first: {found:?}");
}

#[tokio::test]
async fn a_flush_that_leaves_no_mark_or_is_not_asked_for_it_doubles_what_it_flushed() {
    for (point, off) in [("flush.committed", "mark"), ("flush.committed", "settle")] {
        let found = found_at(point, off).await;
        assert!(found.is_some(), "{off} is off, and nothing was found");
        eprintln!("{off} at {point}: {found:?}");
    }
    let sound = found_at("flush.committed", "nothing").await;
    assert_eq!(sound, None);
}

#[tokio::test]
async fn four_processes_without_locks_are_found_out() {
    let (mut dice, _) = Dice::new();
    for _topic in 0..PATIENCE / PROCESSES {
        let folder = tempfile::tempdir().unwrap();
        let off = [("LANCEQ_OFF", "locks")];
        let running: Vec<Putter> = (0..PROCESSES)
            .map(|series| Putter::start_with(folder.path(), "os", (series, 0), &off))
            .collect();
        let mut all: Vec<Said> = Vec::new();
        for putter in running {
            let pause = Duration::from_micros(dice.roll(30_000));
            all.push(putter.kill_after(dice.roll(4) > 0, pause));
        }
        if let Some(found) = found(folder.path(), &all).await {
            eprintln!("locks: {found}");
            return;
        }
    }
    panic!("no violation within {PATIENCE} kills");
}
