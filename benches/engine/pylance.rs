//! pylance looking for the nearest vectors: a process that stays, opens the dataset as a program of its own, and is told what
//! to look for turn by turn.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use crate::clusters::LENGTH;
use crate::python;

/// What queries took, one by one, and the numbers of the records that each found, nearest first.
#[derive(Default)]
pub(crate) struct Turn {
    pub(crate) took: Vec<Duration>,
    pub(crate) found: Vec<Vec<u64>>,
}

impl Turn {
    pub(crate) fn extend(&mut self, other: Self) {
        self.took.extend(other.took);
        self.found.extend(other.found);
    }
}

/// The process.
pub(crate) struct Pylance {
    child: Child,
    asked: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
}

impl Pylance {
    /// On a dataset, with the queries that it will be told the numbers of; none where Python cannot be had, which is said.
    pub(crate) fn start(dataset: &Path, queries: &Path) -> Option<Self> {
        let mut script = python::script("similar.py")?;
        script.arg(dataset).arg(queries).arg(LENGTH.to_string()).stdin(Stdio::piped());
        let mut child = script.spawn().unwrap();
        let asked = child.stdin.take().unwrap();
        let told = BufReader::new(child.stdout.take().unwrap()).lines();
        Some(Self { child, asked, told })
    }

    /// Opens the dataset as it is now; how many rows it has.
    pub(crate) fn open(&mut self) -> u64 {
        self.ask("open");
        self.line().parse().unwrap()
    }

    /// Makes the queries from a number on, comparing every vector.
    pub(crate) fn exact(&mut self, k: usize, (first, count): (usize, usize)) -> Turn {
        self.ask(&format!("exact {k} {first} {count}"));
        self.turn(count)
    }

    /// The same by the index, taking so many times `k` candidates, whose vectors are compared then.
    pub(crate) fn indexed(
        &mut self,
        (k, refine): (usize, u64),
        (first, count): (usize, usize),
    ) -> Turn {
        self.ask(&format!("indexed {k} {refine} {first} {count}"));
        self.turn(count)
    }

    fn ask(&mut self, line: &str) {
        writeln!(self.asked, "{line}").unwrap();
    }

    fn turn(&mut self, count: usize) -> Turn {
        let mut turn = Turn::default();
        for _ in 0..count {
            let line = self.line();
            let mut words = line.split(' ').map(|word| word.parse().unwrap());
            turn.took.push(Duration::from_nanos(words.next().unwrap()));
            turn.found.push(words.collect());
        }
        turn
    }

    fn line(&mut self) -> String {
        self.told.next().unwrap().unwrap()
    }
}

impl Drop for Pylance {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
