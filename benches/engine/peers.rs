//! Durable puts beside stores that people trust, on the same disk, in turns: SQLite and fjall, each in a process of its
//! own (`benches/peers`), which times itself.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lanceq::{Durability, Writer};

use crate::ROUNDS;
use crate::durable::{record, writer};
use crate::figures::{percentile, spread};

const STORES: [&str; 2] = ["sqlite", "fjall"];
const PRODUCERS: [usize; 2] = [1, 32];
const RECORDS: usize = 1600;

/// One side's turn: records a second, and the median of one insert in milliseconds.
#[derive(Clone, Copy)]
struct Turn {
    rate: f64,
    p50: f64,
}

pub(crate) async fn run() {
    let program = build();
    for producers in PRODUCERS {
        let mut ours = Vec::new();
        let mut theirs = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (store, turns) in STORES.iter().zip(&mut theirs) {
                turns.push(peer(&program, store, producers));
            }
            ours.push(own(producers).await);
        }
        println!("peers: {producers} producers, each put on the disk before the next");
        println!("  lanceq  {}", line(&ours));
        for (store, turns) in STORES.iter().zip(&theirs) {
            let ratios = ours.iter().zip(turns).map(|(ours, peer)| ours.rate / peer.rate).collect();
            let (middle, least, most) = spread(ratios);
            println!("  {store:<7} {}", line(turns));
            println!("    lanceq is {middle:.2} times as fast ({least:.2} to {most:.2}), wanted 1");
        }
    }
}

fn line(turns: &[Turn]) -> String {
    let rate = spread(turns.iter().map(|turn| turn.rate).collect()).0;
    let p50 = spread(turns.iter().map(|turn| turn.p50).collect()).0;
    format!("{rate:>8.0} puts/s, p50 {p50:.3} ms")
}

async fn own(producers: usize) -> Turn {
    let folder = tempfile::tempdir().unwrap();
    let writer = writer(folder.path(), Durability::Always).await;
    let begun = Instant::now();
    let tasks: Vec<_> = (0..producers)
        .map(|producer| tokio::spawn(put_share(writer.clone(), producer, producers)))
        .collect();
    let mut took = Vec::with_capacity(RECORDS);
    for task in tasks {
        took.extend(task.await.unwrap());
    }
    turn(begun.elapsed(), took)
}

async fn put_share(writer: Writer, producer: usize, producers: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    for number in (producer..RECORDS).step_by(producers) {
        let record = record(number);
        let begun = Instant::now();
        writer.put(record).await.unwrap();
        took.push(begun.elapsed());
    }
    took
}

fn peer(program: &Path, store: &str, producers: usize) -> Turn {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(program)
        .args([store, folder.path().to_str().unwrap(), &producers.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for number in 0..RECORDS {
        writeln!(input, "{}", record(number)).unwrap();
    }
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{store} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let whole = Duration::from_secs_f64(lines.next().unwrap().parse().unwrap());
    let took = lines.map(|line| Duration::from_nanos(line.parse().unwrap())).collect();
    turn(whole, took)
}

fn turn(whole: Duration, mut took: Vec<Duration>) -> Turn {
    assert_eq!(took.len(), RECORDS);
    took.sort();
    Turn { rate: RECORDS as f64 / whole.as_secs_f64(), p50: percentile(&took, 50.0) }
}

/// Builds the peers as this program was built; they are no dependency of it and a workspace of their own, so that their
/// features change nothing in lanceq's tree.
fn build() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // target/release/deps/engine-…
    let profile = own.parent().and_then(Path::parent).unwrap();
    let name = profile.file_name().unwrap().to_str().unwrap();
    let name = if name == "debug" { "dev" } else { name };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--profile", name, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/Cargo.toml"))
        .arg("--target-dir")
        .arg(profile.parent().unwrap())
        .status()
        .unwrap();
    assert!(built.success(), "the peers could not be built");
    profile.join("lanceq-peers")
}
