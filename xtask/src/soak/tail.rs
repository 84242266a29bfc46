//! A process that follows the topic until it is killed, and the next one, from where that stood.

use std::io::{BufRead, BufReader};
use std::process::ChildStdout;
use std::time::{Duration, Instant};

use super::Soak;
use super::book::Row;
use super::process::Dice;

/// In the end, a tail must have delivered everything within this time.
const CATCH_UP: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

/// Keeps a tail alive and kills it; in the end, lets it come to the end.
pub(crate) fn follow(soak: &Soak, tail: usize) {
    let mut dice = Dice(1000 + u64::try_from(tail).unwrap_or_default());
    // There is nothing to follow before the first record.
    while !soak.book.has_begun() && soak.clock.wait(LOOK) {}
    while soak.clock.goes_on() {
        let lived = live(soak, tail, dice.pause(4000, 60_000));
        soak.clock.check(lived);
    }
}

fn live(soak: &Soak, tail: usize, life: Duration) -> Result<(), String> {
    let from = soak.book.next(tail).to_string();
    let mut command = soak.program.command("tail", &["--from", &from, "--with-offset"]);
    let mut child = command.spawn().map_err(|cause| cause.to_string())?;
    let out = child.stdout.take().ok_or("a tail has no output")?;
    soak.usage.born("tail", child.id());
    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read(soak, tail, out));
        if !soak.clock.wait(life) && soak.clock.broken().is_none() {
            catch_up(soak, tail);
        }
        let is_alive = matches!(child.try_wait(), Ok(None));
        drop(child.kill());
        drop(child.wait());
        let read = reader.join().unwrap_or_else(|_| Err("a reader panicked".to_owned()));
        if is_alive { read } else { read.and(Err(format!("tail {tail} ended by itself"))) }
    });
    soak.usage.died(child.id());
    soak.book.count(|counts| counts.tail_kills += 1);
    read
}

/// The writers are being killed by now: what they had acknowledged must come.
#[expect(clippy::disallowed_methods, reason = "the pipe's reader tells nobody")]
fn catch_up(soak: &Soak, tail: usize) {
    let begun = Instant::now();
    // They may still answer while they are killed.
    std::thread::sleep(Duration::from_secs(3));
    while !soak.book.is_all_delivered(tail) {
        if begun.elapsed() > CATCH_UP {
            let next = soak.book.next(tail);
            soak.clock.fail(format!("tail {tail} is stuck at offset {next}"));
            return;
        }
        std::thread::sleep(LOOK);
    }
}

/// Notes what it delivers. A last line that the kill cut short was not delivered: the next tail delivers it.
fn read(soak: &Soak, tail: usize, out: ChildStdout) -> Result<(), String> {
    let mut out = BufReader::new(out);
    let mut line = String::new();
    while out.read_line(&mut line).is_ok() && line.ends_with('\n') {
        let row = Row::of(&line).ok_or_else(|| format!("a tail printed {line}"))?;
        soak.book.delivered(tail, row)?;
        line.clear();
    }
    Ok(())
}
