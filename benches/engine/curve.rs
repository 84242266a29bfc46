//! Flush times and disk against the flush's number: what `cargo xtask plot` draws.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::figures::median;

/// Points of a whole curve.
const POINTS: u64 = 100;

/// One side's flushes.
pub(crate) struct Curve {
    side: &'static str,
    /// Flushes of one point.
    every: u64,
    /// Of all flushes, in milliseconds.
    pub(crate) times: Vec<f64>,
    points: Vec<Point>,
}

struct Point {
    flush: u64,
    ms: f64,
    bytes: u64,
}

impl Curve {
    /// A curve of a side that flushes so often.
    pub(crate) fn new(side: &'static str, flushes: u64) -> Self {
        let every = flushes.div_ceil(POINTS);
        Self { side, every, times: Vec::new(), points: Vec::new() }
    }

    /// How many flushes are one point.
    pub(crate) fn every(&self) -> u64 {
        self.every
    }

    /// Takes the next flush; looks at the disk where a point is due.
    pub(crate) fn add(&mut self, took: Duration, folder: &Path) {
        let due = (self.times.len() as u64 + 1).is_multiple_of(self.every);
        self.add_with(took.as_secs_f64() * 1e3, if due { disk(folder) } else { 0 });
    }

    /// Takes the next flush, of a side that looked at the disk itself.
    pub(crate) fn add_with(&mut self, ms: f64, bytes: u64) {
        self.times.push(ms);
        let flush = self.times.len() as u64;
        if flush.is_multiple_of(self.every) {
            let window = self.times.len() - self.every as usize;
            self.points.push(Point { flush, ms: median(&self.times[window..]), bytes });
        }
    }

    /// The median of the flushes from one number to another, both included, from 1 on.
    pub(crate) fn median(&self, from: usize, to: usize) -> f64 {
        median(&self.times[from - 1..to])
    }

    /// Bytes on the disk at the last point.
    pub(crate) fn bytes(&self) -> u64 {
        self.points.last().map_or(0, |point| point.bytes)
    }

    /// Its lines: side, flush, milliseconds, bytes.
    pub(crate) fn csv(&self) -> String {
        self.points.iter().fold(String::new(), |mut text, point| {
            let Point { flush, ms, bytes } = point;
            writeln!(text, "{},{flush},{ms:.3},{bytes}", self.side).unwrap();
            text
        })
    }
}

/// Bytes of all files below a folder. What goes away meanwhile does not count.
pub(crate) fn disk(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let size = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => disk(&entry.path()),
        Ok(_) => entry.metadata().map_or(0, |data| data.len()),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}
