//! Durable inserts into another store, timed one by one: `lanceq-peers sqlite|fjall FOLDER PRODUCERS`.
//!
//! The records come on standard input, one a line; each producer inserts its share, one record a transaction that is
//! on the disk when it returns. Prints the seconds that all took, then what each insert took in nanoseconds.

mod fjall;
mod sqlite;

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

type Result<T = (), E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// A store in a folder of its own.
trait Store: Sync {
    /// Puts one record; it survives a power cut when this returns.
    fn insert(&self, number: u64, record: &str) -> Result;
}

fn main() -> Result {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder, producers] = arguments.as_slice() else {
        return Err("usage: lanceq-peers sqlite|fjall FOLDER PRODUCERS < RECORDS".into());
    };
    let (folder, producers) = (PathBuf::from(folder), producers.parse()?);
    let records = io::stdin().lock().lines().collect::<io::Result<Vec<String>>>()?;
    let store = open(name, &folder)?;
    // The first insert creates files.
    store.insert(0, "{}")?;
    let begun = Instant::now();
    let took = insert_all(store.as_ref(), &records, producers)?;
    let whole = begun.elapsed();
    let mut out = io::stdout().lock();
    writeln!(out, "{}", whole.as_secs_f64())?;
    took.iter().try_for_each(|took| writeln!(out, "{}", took.as_nanos()))?;
    Ok(())
}

fn open(name: &str, folder: &Path) -> Result<Box<dyn Store>> {
    match name {
        "sqlite" => Ok(Box::new(sqlite::Sqlite::open(folder)?)),
        "fjall" => Ok(Box::new(fjall::Fjall::open(folder)?)),
        _ => Err(format!("there is no store `{name}`").into()),
    }
}

fn insert_all(store: &dyn Store, records: &[String], producers: usize) -> Result<Vec<Duration>> {
    let share = |producer: usize| {
        let numbered = records.iter().enumerate().skip(producer).step_by(producers.max(1));
        numbered.map(|(number, record)| timed(store, number as u64 + 1, record)).collect()
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..producers)
            .map(|producer| scope.spawn(move || -> Result<Vec<Duration>> { share(producer) }))
            .collect();
        let mut all = Vec::with_capacity(records.len());
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a producer panicked")??);
        }
        Ok(all)
    })
}

fn timed(store: &dyn Store, number: u64, record: &str) -> Result<Duration> {
    let begun = Instant::now();
    store.insert(number, record)?;
    Ok(begun.elapsed())
}
