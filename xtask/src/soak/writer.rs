//! A process that puts until it is killed, and the next one in its place.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use super::Soak;
use super::book::Row;
use super::process::Dice;

/// Records that are given before their answers are awaited.
const BURST: u64 = 20;
/// So that the machine has time for the others.
const PAUSE: Duration = Duration::from_millis(40);
/// Series of one writer, so that each life has its own.
const LIVES: u64 = 100_000;

/// Keeps a writer alive and kills it, until it is over.
pub(crate) fn write(soak: &Soak, number: usize, level: &str) {
    let number = u64::try_from(number).unwrap_or_default();
    let mut dice = Dice(number);
    for life in 0.. {
        if !soak.clock.goes_on() {
            return;
        }
        let lived = live(soak, number * LIVES + life, level, dice.pause(300, 6000));
        soak.clock.check(lived);
    }
}

fn live(soak: &Soak, series: u64, level: &str, life: Duration) -> Result<(), String> {
    let mut command = soak.program.command("put", &["-", "--ack", "--flush-threshold", "2000"]);
    command.args(["--durability", level]).arg("--schema").arg(&soak.program.schema);
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(|cause| cause.to_string())?;
    let (Some(into), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("a writer has no pipes".to_owned());
    };
    soak.usage.born("writer", child.id());
    let fed = std::thread::scope(|scope| {
        let feeder = scope.spawn(|| feed(soak, series, into, from));
        soak.clock.wait(life);
        let is_alive = matches!(child.try_wait(), Ok(None));
        drop(child.kill());
        drop(child.wait());
        let fed = feeder.join().unwrap_or_else(|_| Err("a feeder panicked".to_owned()));
        if is_alive { fed } else { fed.and(Err(format!("a writer ended by itself, at {level}"))) }
    });
    soak.usage.died(child.id());
    soak.book.count(|counts| counts.writer_kills += 1);
    fed
}

/// Gives records and notes their answers, until the process is gone.
fn feed(soak: &Soak, series: u64, mut into: ChildStdin, from: ChildStdout) -> Result<(), String> {
    let mut answers = BufReader::new(from).lines().map_while(Result::ok);
    for burst in 0.. {
        let numbers = burst * BURST..(burst + 1) * BURST;
        let line = |n| format!("{{\"series\":{series},\"n\":{n},\"v\":[{series},{n}]}}\n");
        let given = Instant::now();
        if into.write_all(numbers.clone().map(line).collect::<String>().as_bytes()).is_err() {
            break;
        }
        for n in numbers {
            // A line that the kill cut short is no answer.
            let offset = answers.next().and_then(|line| line.split_once(' ')?.1.parse().ok());
            let Some(offset) = offset else { return Ok(()) };
            soak.minutes.put(given.elapsed());
            soak.book.acked(Row { offset, id: (series, n) })?;
        }
        soak.clock.wait(PAUSE);
    }
    Ok(())
}
