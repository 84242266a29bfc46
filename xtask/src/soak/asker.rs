//! Gets, searches and flushes, one after the other.

use std::time::{Duration, Instant};

use super::Soak;
use super::book::Row;
use super::process::Dice;

const ASK: Duration = Duration::from_millis(400);
/// Records of one get.
const PAGE: u64 = 200;

/// Gets and searches at random places.
pub(crate) fn ask(soak: &Soak) {
    let mut dice = Dice(7);
    while soak.clock.wait(ASK) {
        let Some(row) = soak.book.some(dice.roll(u64::from(u32::MAX))) else { continue };
        let asked = if dice.roll(2) == 0 { get(soak, row) } else { search(soak, row) };
        soak.clock.check(asked);
    }
}

/// Flushes, so that there are versions and segments come and go.
pub(crate) fn flush(soak: &Soak) {
    let mut dice = Dice(9);
    while soak.clock.wait(dice.pause(300, 4000)) {
        let begun = Instant::now();
        let outcome = printed(soak, "flush", &[]).map(drop);
        soak.minutes.flushed(begun.elapsed());
        // Before the first record there is no topic.
        if soak.book.some(0).is_some() {
            soak.clock.check(outcome);
        }
        soak.book.count(|counts| counts.flushes += 1);
    }
}

/// A page is what the tails saw, from its offset on without a hole.
fn get(soak: &Soak, first: Row) -> Result<(), String> {
    let (offset, page) = (first.offset.to_string(), PAGE.to_string());
    let found = rows(soak, "get", &["--offset", &offset, "-n", &page, "--with-offset"])?;
    for (row, wanted) in found.iter().zip(first.offset..) {
        if row.offset != wanted {
            return Err(format!("get printed {row:?}, and offset {wanted} was to come"));
        }
        soak.book.printed(*row, "get printed")?;
    }
    soak.book.count(|counts| counts.gets += 1);
    if found.first() == Some(&first) { Ok(()) } else { Err(format!("get misses {first:?}")) }
}

/// The nearest to a record's own vector is the record.
fn search(soak: &Soak, wanted: Row) -> Result<(), String> {
    let vector = format!("[{},{}]", wanted.id.0, wanted.id.1);
    let arguments = ["--column", "v", "--vector", &vector, "--k", "1", "--with-offset"];
    let found = rows(soak, "search", &arguments)?;
    soak.book.count(|counts| counts.searches += 1);
    if found == [wanted] { Ok(()) } else { Err(format!("search found {found:?}, not {wanted:?}")) }
}

/// The rows that a command prints.
fn rows(soak: &Soak, verb: &str, arguments: &[&str]) -> Result<Vec<Row>, String> {
    let row = |line: &str| Row::of(line).ok_or_else(|| format!("{verb} printed {line}"));
    printed(soak, verb, arguments)?.lines().map(row).collect()
}

/// Runs a command to its end; what it printed.
pub(super) fn printed(soak: &Soak, verb: &str, arguments: &[&str]) -> Result<String, String> {
    let mut command = soak.program.command(verb, arguments);
    let output = command.stderr(std::process::Stdio::piped()).output();
    let output = output.map_err(|cause| format!("{command:?}: {cause}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}: {}", output.status, said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
