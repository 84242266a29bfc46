//! A line a minute, by which a cost that grows is seen.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const MIB: f64 = 1024.0 * 1024.0;
const HEADING: &str = "| min | puts/s | put p99, ms | flush, ms | MiB of a process | MiB on disk | fragments | versions | lost or doubled |";

/// What was timed since the last line, and the lines so far.
#[derive(Default)]
pub(crate) struct Minutes(Mutex<State>);

#[derive(Default)]
struct State {
    puts: Vec<Duration>,
    flushes: Vec<Duration>,
    lines: Vec<String>,
}

/// What is there at the end of a minute.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Left {
    /// Resident memory of the largest process.
    pub(crate) mib: u64,
    pub(crate) disk: u64,
    pub(crate) fragments: u64,
    pub(crate) versions: u64,
    /// Promises broken.
    pub(crate) broken: u8,
}

impl Minutes {
    /// A record was acknowledged so long after it was given.
    pub(crate) fn put(&self, took: Duration) {
        self.state().puts.push(took);
    }

    /// A flush took so long, with the start of its process.
    pub(crate) fn flushed(&self, took: Duration) {
        self.state().flushes.push(took);
    }

    /// Ends a minute, or what there was of it; its line, with the heading before the first.
    pub(crate) fn end(&self, lasted: Duration, left: Left) -> String {
        let mut state = self.state();
        let (mut puts, mut flushes) =
            (std::mem::take(&mut state.puts), std::mem::take(&mut state.flushes));
        let rate = puts.len() as f64 / lasted.as_secs_f64().max(1e-3);
        let (p99, flush) = (percentile(&mut puts, 99), percentile(&mut flushes, 50));
        let Left { mib, disk, fragments, versions, broken } = left;
        let (number, disk) = (state.lines.len() + 1, disk as f64 / MIB);
        let line = format!(
            "| {number} | {rate:.0} | {p99:.1} | {flush:.0} | {mib} | {disk:.1} | {fragments} | {versions} | {broken} |"
        );
        state.lines.push(line.clone());
        if number == 1 { format!("{HEADING}\n{line}") } else { line }
    }

    /// All lines.
    pub(crate) fn table(&self) -> String {
        let rule = format!("|{}", "---|".repeat(HEADING.matches(" |").count()));
        [HEADING.to_owned(), rule]
            .into_iter()
            .chain(self.state().lines.clone())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In milliseconds; 0 of nothing.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let index = (times.len().saturating_sub(1) * percent + 50) / 100;
    times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// Bytes of all files below a folder. What goes away meanwhile does not count.
pub(crate) fn disk(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => disk(&entry.path()),
        Ok(_) => entry.metadata().map_or(0, |data| data.len()),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// How many versions a dataset has: manifests by their names.
pub(crate) fn versions(dataset: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dataset.join("_versions")) else { return 0 };
    let is_manifest =
        |entry: &fs::DirEntry| entry.path().extension().is_some_and(|e| e == "manifest");
    entries.flatten().filter(is_manifest).count() as u64
}

/// The first number of a name in JSON.
pub(crate) fn number(json: &str, name: &str) -> Option<u64> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    rest.trim_start().split(|sign: char| !sign.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_a_line_and_the_next_one_begins_anew() {
        let minutes = Minutes::default();
        for millis in 1..=100 {
            minutes.put(Duration::from_millis(millis));
        }
        minutes.flushed(Duration::from_millis(40));
        let left = Left { mib: 90, disk: 3 << 20, fragments: 7, versions: 12, broken: 0 };
        let first = minutes.end(Duration::from_secs(10), left);
        assert_eq!(first, format!("{HEADING}\n| 1 | 10 | 99.0 | 40 | 90 | 3.0 | 7 | 12 | 0 |"));
        let second = minutes.end(Duration::from_secs(10), Left { broken: 1, ..left });
        assert_eq!(second, "| 2 | 0 | 0.0 | 0 | 90 | 3.0 | 7 | 12 | 1 |");
        let table = minutes.table();
        let columns: Vec<_> = table.lines().map(|line| line.matches('|').count()).collect();
        assert_eq!(columns, [10, 10, 10, 10], "{table}");
    }

    #[test]
    fn a_number_is_found_in_json() {
        assert_eq!(number("{\"fragments\": 12, \"x\": 3}", "fragments"), Some(12));
        assert_eq!(number("{\"fragments\":null}", "fragments"), None);
    }
}
