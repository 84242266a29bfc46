//! Files with damage of every kind, read in every way: nothing takes the process down, and nothing hangs.
//!
//! `LANCEQ_MUTATIONS=20000` makes so many cases instead of 400; `LANCEQ_SEED=N` begins at another one. What a case was
//! is in the failure, and, where the process died of it, in `mutations.seed` of the folder for temporary files.

mod corpus;
mod damage;
mod imports;
mod program;
mod reading;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lanceq::Engine;

use self::corpus::Sample;
use self::damage::{Damage, Dice};
use self::reading::{Seen, Watched, read};
use crate::program::PROGRAM;

/// A read may take 30 s, and a case has a few: more than one that hangs is none that ends.
const PATIENCE: Duration = Duration::from_mins(4);

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A root in which one topic after the other is damaged and read, by one engine with one screen.
struct Bench {
    _folder: tempfile::TempDir,
    root: PathBuf,
    engine: Engine,
    harm: Arc<Mutex<Vec<String>>>,
    tally: BTreeMap<&'static str, u64>,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        let harm = Arc::default();
        let screen =
            Watched { inner: lanceq::cli::screen(Path::new(PROGRAM)), harm: Arc::clone(&harm) };
        let engine = Engine::builder(&root).screen(Arc::new(screen)).open().await.unwrap();
        Self { _folder: folder, root, engine, harm, tally: BTreeMap::new() }
    }

    /// Reads a sample of which one file has other bytes.
    async fn read(&mut self, sample: &Sample, name: &str, file: &Path, bytes: &[u8]) -> Seen {
        let folder = self.root.join(format!("{name}{}", sample.suffix));
        sample.copy_to(&folder, file, bytes);
        let begun = Instant::now();
        let seen = tokio::time::timeout(PATIENCE, read(&self.engine, name)).await;
        let seen = seen.unwrap_or_else(|_| panic!("it hangs after {:?}", begun.elapsed()));
        fs::remove_dir_all(&folder).unwrap();
        seen
    }

    /// Counts what became of a case.
    fn count(&mut self, seen: &Seen, sound: &Seen) {
        let harm: Vec<String> = self.harm.lock().unwrap().drain(..).collect();
        for reason in &harm {
            *self.tally.entry(kind_of(reason)).or_default() += 1;
        }
        let outcome = match seen {
            _ if seen.values().any(Result::is_err) => "error",
            _ if seen == sound => "same",
            _ => "different",
        };
        *self.tally.entry(outcome).or_default() += 1;
    }
}

/// What is read of a topic of our own, of which a file with a checksum was damaged, though it was never put; `None` where
/// nothing is. A damaged manifest hides a version, and records with it: those that are shown are true.
fn untrue<'a>(file: &Path, seen: &'a Seen, sound: &Seen) -> Option<&'a str> {
    let file = file.strip_prefix("bucket_0/data.lance").ok()?;
    let is_data = file.starts_with("data");
    let has_sum = is_data || file.starts_with("_versions") && file.extension()? == "manifest";
    let known: Vec<&str> = sound.values().flatten().flat_map(|text| text.lines()).collect();
    let rows = ["page", "window", "tag", "filter"].iter().filter_map(|what| seen.get(what));
    let mut lines = rows.flatten().flat_map(|text| text.lines());
    let other = lines.find(|line| !known.contains(line)).filter(|_| has_sum);
    let differs = |(what, text): (&&str, &'a Result<String, String>)| {
        text.as_ref().ok().filter(|text| Some(*text) != sound[what].as_ref().ok())
    };
    let changed = seen.iter().find_map(differs).filter(|_| is_data);
    other.or(changed.map(String::as_str))
}

/// What a screen kept away, in a word.
fn kind_of(reason: &str) -> &'static str {
    match reason {
        _ if reason.contains("longer than") => "contained: too slow",
        _ if reason.contains("panicked") => "contained: panic",
        _ if reason.contains("GiB of memory") => "contained: memory",
        _ if reason.contains("stack") => "contained: stack",
        _ if reason.contains("ended the process") => "contained: killed",
        _ => "contained: no value",
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_dataset_takes_nobody_down() {
    let samples = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for (name, stable) in [("positions", false), ("stable", true)] {
        let path = samples.path().join(format!("{name}.lance"));
        corpus::foreign(&path, stable).await;
        all.push(Sample::of(path, ".lance"));
    }
    all.push(corpus::own(&samples.path().join("root")).await);
    let mut bench = Bench::new().await;
    let mut sound = Vec::new();
    for (index, sample) in all.iter().enumerate() {
        let file = &sample.files[0];
        let bytes = fs::read(sample.folder.join(file)).unwrap();
        let seen = bench.read(sample, &format!("sound{index}"), file, &bytes).await;
        assert!(seen.values().all(Result::is_ok), "{seen:?}");
        sound.push(seen);
    }
    let first = number("LANCEQ_SEED", 1);
    let last = first + number("LANCEQ_MUTATIONS", 400);
    let note = std::env::temp_dir().join("mutations.seed");
    for seed in first..last {
        let mut dice = Dice::new(seed);
        let index = dice.below(all.len());
        let sample = &all[index];
        let file = (*dice.one_of(&sample.exposed())).clone();
        let bytes = fs::read(sample.folder.join(&file)).unwrap();
        let damage = Damage::any(&mut dice, bytes.len());
        let case = format!("LANCEQ_SEED={seed} LANCEQ_MUTATIONS=1: {damage} in {}", file.display());
        fs::write(&note, &case).unwrap();
        let seen = bench.read(sample, &format!("case{seed}"), &file, &damage.to(&bytes)).await;
        bench.count(&seen, &sound[index]);
        assert_eq!(untrue(&file, &seen, &sound[index]), None, "{case}");
        if seed % 1000 == 0 {
            eprintln!("{case}: {:?}", bench.tally);
        }
    }
    fs::remove_file(&note).ok();
    eprintln!("{} mutated datasets: {:#?}", last - first, bench.tally);
}
