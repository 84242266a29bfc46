//! A batch is there whole or not at all.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use lanceq::{Durability, Engine};
use serde_json::json;

use crate::kills::{Dice, kills};
use crate::oracle::records;
use crate::scratch::Scratch;

const ROOT: &str = "LANCEQ_CRASH_TEST_ROOT";

/// The child's side: puts batches of growing size until it is killed.
#[tokio::test]
async fn child() {
    let Ok(root) = std::env::var(ROOT) else { return };
    let engine = Engine::open(root).await.unwrap();
    let writer =
        engine.writer("t").durability(Durability::Os).flush_threshold(50).open().await.unwrap();
    for batch in 0u64.. {
        let rows = 1 + batch * 13 % 29;
        let records = (0..rows)
            .map(|n| json!({"pid": std::process::id(), "batch": batch, "n": n, "rows": rows}));
        writer.put_batch(records.collect()).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acked {batch}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn a_batch_of_a_killed_process_is_there_whole_or_not_at_all() {
    if std::env::var(ROOT).is_ok() {
        return;
    }
    let (mut dice, seed) = Dice::new();
    let folder = Scratch::new();
    for _ in 0..kills().div_ceil(4) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["batches::child", "--exact", "--nocapture"])
            .env(ROOT, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let acks = std::thread::spawn(move || {
            let lines = out.lines().map_while(Result::ok);
            lines.filter_map(|line| line.split("acked ").nth(1)?.parse::<u64>().ok()).last()
        });
        std::thread::sleep(Duration::from_micros(5000 + dice.roll(50_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let acked = acks.join().unwrap();
        check(&records(folder.path()).await, child.id(), acked, seed);
    }
}

fn check(records: &[lanceq::Record], pid: u32, acked: Option<u64>, seed: u64) {
    let own = records.iter().filter(|record| record.fields["pid"].as_u64() == Some(pid.into()));
    let field = |record: &lanceq::Record, name: &str| record.fields[name].as_u64().unwrap();
    let own: Vec<(u64, u64, u64)> = own
        .map(|record| (field(record, "batch"), field(record, "n"), field(record, "rows")))
        .collect();
    let batches = own.last().map_or(0, |(batch, ..)| batch + 1);
    let expected: Vec<(u64, u64, u64)> = (0..batches)
        .flat_map(|batch| {
            let rows = 1 + batch * 13 % 29;
            (0..rows).map(move |n| (batch, n, rows))
        })
        .collect();
    assert_eq!(own, expected, "a batch is torn, seed {seed}");
    assert!(
        acked.is_none_or(|acked| acked < batches),
        "an acknowledged batch is missing, seed {seed}"
    );
}
