//! What must be true of a topic, given what its writers said.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lanceq::{Engine, Record};

use crate::child::Said;

/// One acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ack {
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
    /// When it was read here.
    pub(crate) heard: Instant,
}

/// The text of a record, which says whether its bytes are its own.
pub(crate) fn text(series: u64, number: u64) -> String {
    let word = format!("{:016x}", (series << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    word.repeat(1 + (number % 4) as usize)
}

/// Everything in the topic, as a process that writes nothing reads it.
pub(crate) async fn records(root: &Path) -> Vec<Record> {
    read(root).await.unwrap()
}

/// As [`records`], where reading may fail.
pub(crate) async fn read(root: &Path) -> lanceq::Result<Vec<Record>> {
    let engine = Engine::open(root).await?;
    let Ok(reader) = engine.reader("t").await else { return Ok(Vec::new()) };
    Ok(reader.get(0, usize::MAX).await?.records().collect())
}

/// Why the topic is not what its writers said; `None` where all is well.
pub(crate) fn violation(records: &[Record], all: &[Said]) -> Option<String> {
    if let Some((index, record)) =
        records.iter().enumerate().find(|(index, record)| record.offset != *index as u64)
    {
        return Some(format!("record {index} has offset {}", record.offset));
    }
    let key =
        |record: &Record| Some((record.fields["series"].as_u64()?, record.fields["n"].as_u64()?));
    let mut places: HashMap<(u64, u64), u64> = HashMap::new();
    let mut last: HashMap<u64, u64> = HashMap::new();
    for record in records {
        let Some((series, number)) = key(record) else { return Some(format!("{record:?}")) };
        if record.fields["text"].as_str() != Some(&text(series, number)) {
            return Some(format!("{series}/{number} has other bytes"));
        }
        if let Some(before) = places.insert((series, number), record.offset) {
            return Some(format!("{series}/{number} is at {before} and at {}", record.offset));
        }
        if last.insert(series, number).is_some_and(|before| before > number) {
            return Some(format!("{series}/{number} comes after a later one of its series"));
        }
    }
    all.iter().find_map(|said| unkept(said, &places))
}

/// What a child acknowledged and is not there, and what it put behind something that is missing.
fn unkept(said: &Said, places: &HashMap<(u64, u64), u64>) -> Option<String> {
    for (number, ack) in said.given.clone().zip(&said.acks) {
        let found = places.get(&(said.series, number));
        if found != Some(&ack.offset) {
            return Some(format!(
                "{}/{number} was acknowledged at {ack:?} and is at {found:?}",
                said.series
            ));
        }
    }
    let there = said.given.clone().take_while(|n| places.contains_key(&(said.series, *n))).count();
    let all = said.given.clone().filter(|n| places.contains_key(&(said.series, *n))).count();
    (there != all).then(|| format!("series {}: a record in the middle is missing", said.series))
}

/// Every file below a folder with its length; lock files and what only says who was there last, or reads, left out.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.ends_with("pins") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_none_or(|found| found != "lock") {
            found.push((path, entry.metadata().unwrap().len()));
        }
    }
    found.sort();
    found
}
