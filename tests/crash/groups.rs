//! A tail of a group is killed beside a process that puts and flushes and is killed too: each record is written at least
//! once, by one tail or another.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use crate::child::Putter;
use crate::kills::{Dice, kills};
use crate::oracle::records;
use crate::scratch::Scratch;

/// Kills of one topic: each begins with what the one before left.
const A_TOPIC: u64 = 20;
/// The steps of a commit.
const STEPS: [&str; 3] = ["group.commit", "group.written", "group.committed"];

/// A record: its series, and its number in it.
type Key = (u64, u64);

struct Reading {
    child: Child,
    written: JoinHandle<Vec<Key>>,
}

impl Reading {
    fn start(root: &Path, more: &[&str], crash: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lanceq"));
        command.arg("--root").arg(root).args(["tail", "t", "--group", "g", "--format", "jsonl"]);
        command.args(more).envs(crash.map(|crash| ("LANCEQ_CRASH", crash)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        Self { child, written: std::thread::spawn(move || whole_lines(stdout)) }
    }

    fn kill(mut self) -> Vec<Key> {
        self.child.kill().unwrap();
        self.ended()
    }

    fn ended(mut self) -> Vec<Key> {
        self.child.wait().unwrap();
        self.written.join().unwrap()
    }
}

/// What was written whole; a line that the kill cut short was not.
fn whole_lines(stdout: impl Read) -> Vec<Key> {
    let lines = BufReader::new(stdout).lines().map_while(Result::ok);
    let parsed = lines.map_while(|line| serde_json::from_str::<Value>(&line).ok());
    parsed.map(|r| (r["series"].as_u64().unwrap(), r["n"].as_u64().unwrap())).collect()
}

/// What is in the topic and no tail has written.
async fn skipped(root: &Path, written: &BTreeSet<Key>) -> Vec<Key> {
    let key = |record: &lanceq::Record| {
        (record.fields["series"].as_u64().unwrap(), record.fields["n"].as_u64().unwrap())
    };
    records(root).await.iter().map(key).filter(|key| !written.contains(key)).collect()
}

#[tokio::test]
async fn a_tail_of_a_group_that_is_killed_at_random_moments_skips_nothing() {
    let (mut dice, seed) = Dice::new();
    let (mut all, mut repeated) = (0, 0);
    for topic in 0..kills().div_ceil(2 * A_TOPIC) {
        let folder = Scratch::new();
        let mut written = BTreeSet::new();
        for series in 0..A_TOPIC {
            let putter = Putter::start(folder.path(), "os", series, 0, None);
            let reading = Reading::start(folder.path(), &[], None);
            drop(putter.kill_after(true, Duration::from_micros(dice.roll(60_000))));
            std::thread::sleep(Duration::from_micros(dice.roll(300_000)));
            for key in reading.kill() {
                all += 1;
                repeated += u64::from(!written.insert(key));
            }
        }
        written.extend(Reading::start(folder.path(), &["--timeout", "0"], None).ended());
        let skipped = skipped(folder.path(), &written).await;
        assert!(skipped.is_empty(), "{skipped:?}, seed {seed}, topic {topic}");
    }
    assert!(all > repeated, "the tails wrote {all} records, {repeated} of them again");
    assert!(repeated > 0, "no kill came between writing and committing, seed {seed}");
}

#[tokio::test]
async fn a_tail_of_a_group_that_dies_at_any_step_of_a_commit_skips_nothing() {
    for step in STEPS {
        let folder = Scratch::new();
        let mut written = BTreeSet::new();
        let mut deaths = 0;
        for series in 0..8 {
            drop(
                Putter::start(folder.path(), "os", series, 0, None)
                    .kill_after(true, Duration::from_millis(20)),
            );
            // The first commit of a new group is that of its beginning.
            let crash = format!("{step}:{}", 1 + u64::from(series == 1));
            let mut reading = Reading::start(folder.path(), &["--timeout", "0"], Some(&crash));
            deaths += u64::from(reading.child.wait().unwrap().code().is_none());
            written.extend(reading.ended());
        }
        written.extend(Reading::start(folder.path(), &["--timeout", "0"], None).ended());
        assert_eq!(skipped(folder.path(), &written).await, [], "{step}");
        assert!(deaths >= 7, "{step} was passed in {deaths} of 8");
    }
}
