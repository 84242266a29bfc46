//! What a run came to: a table for people, JSON for programs.

use serde::Serialize;

use super::machine::Machine;
use super::plan::{Plan, What};
use super::side::{Figures, Spread};
use crate::cli::failure::Result;
use crate::cli::format::{Cell, facts};
use crate::cli::output;

/// A whole run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    lanceq: &'static str,
    machine: Machine,
    records: u64,
    rounds: usize,
    results: Vec<Measured>,
}

/// One measurement: medians of its turns, and the ratio of those that followed each other.
#[derive(Debug, Serialize)]
pub(super) struct Measured {
    what: What,
    lanceq: Figures,
    raw: Figures,
    raw_is: &'static str,
    /// The speed of lanceq over that of the raw side.
    ratio: Spread,
}

impl Measured {
    /// Of the turns of both sides, in the order in which they were taken.
    pub(super) fn of(what: What, lanceq: &[Figures], raw: &[Figures]) -> Self {
        let speeds = lanceq.iter().zip(raw).map(|(lanceq, raw)| lanceq.rate / raw.rate);
        Self {
            what,
            lanceq: Figures::medians(lanceq),
            raw: Figures::medians(raw),
            raw_is: raw_is(what),
            ratio: Spread::of(speeds),
        }
    }

    fn row(&self) -> Vec<Cell> {
        let Spread { median, smallest, largest } = self.ratio;
        let mut cells = vec![Cell::Text(name(self.what).into())];
        for Figures { rate, p50_ms, p99_ms } in [self.lanceq, self.raw] {
            cells.push(Cell::Number(format!("{rate:.0}")));
            cells.extend([p50_ms, p99_ms].map(|millis| Cell::Number(format!("{millis:.3}"))));
        }
        cells.push(Cell::Number(format!("{median:.2}")));
        cells.push(Cell::Text(format!("{smallest:.2} to {largest:.2}")));
        cells.push(Cell::Text(self.raw_is.into()));
        cells
    }
}

impl Report {
    /// Of measurements on a machine.
    pub(super) fn of(machine: Machine, plan: Plan, results: Vec<Measured>) -> Self {
        let Plan { records, rounds } = plan;
        Self { lanceq: env!("CARGO_PKG_VERSION"), machine, records, rounds, results }
    }

    /// Prints it as JSON.
    pub(super) fn json(&self) -> Result {
        output::json(self)
    }

    /// Prints a line about the machine, and a table.
    pub(super) fn table(&self) -> Result {
        let Self { lanceq, machine, records, rounds, .. } = self;
        let told = machine.told();
        output::lines(&[format!(
            "lanceq {lanceq}, {told}; {records} records, medians of {rounds} rounds"
        )])?;
        let header = [
            "WHAT", "LANCEQ/S", "P50 MS", "P99 MS", "RAW/S", "P50 MS", "P99 MS", "RATIO", "SPREAD",
            "RAW IS",
        ];
        let rows: Vec<_> = self.results.iter().map(Measured::row).collect();
        facts(&header, &rows)
    }
}

/// What it is called on the command line.
pub(super) fn name(what: What) -> &'static str {
    match what {
        What::Put => "put",
        What::Durable => "durable",
        What::Flush => "flush",
        What::Get => "get",
        What::Stream => "stream",
        What::Tail => "tail",
    }
}

/// What stands on the other side. Lance itself cannot: the engine hands out none of it.
fn raw_is(what: What) -> &'static str {
    match what {
        What::Put => "a line appended to a file",
        What::Durable => "a line appended, and fdatasync",
        What::Flush => "a new file, fsync, rename, fsync",
        What::Get => "the same lines of a file",
        What::Stream => "the file from end to end",
        What::Tail => "a line to `cat` and back",
    }
}
