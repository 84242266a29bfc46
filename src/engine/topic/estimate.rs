//! How many records match, told from a sample of them.

use std::ops::Range;
use std::time::{Duration, Instant};

use super::reader::Reader;
use crate::engine::bucket::{Selection, Snapshot};
use crate::engine::error::Result;

/// Records that lie beside each other and are looked at together.
const RUN: u64 = 64;
/// Bytes that a sample looks at, at most.
const BYTES: u64 = 64 << 20;

/// How many records match, of those that were looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Records that were looked at and match.
    pub matches: u64,
    /// Records that were looked at.
    pub looked_at: u64,
    /// Records that there are.
    pub total: u64,
}

impl Estimate {
    /// Whether every record was looked at.
    pub fn is_exact(&self) -> bool {
        self.looked_at >= self.total
    }
}

impl Reader {
    /// How many records match, told from about `rows` of them: runs of 64 that lie evenly among all, buffered ones
    /// included. Where there are no more than `rows`, every one is looked at.
    ///
    /// Looks for `within` at most, and at 64 MiB; what it has not come to by then lies evenly among the others.
    /// Cost: what the filter looks at of these records; a read under way when the time is over comes to its end.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub async fn estimate(&self, rows: u64, within: Duration) -> Result<Estimate> {
        let begun = Instant::now();
        let snapshots = self.snapshots_to_read().await?;
        let selection = self.selection(&snapshots)?;
        let total = snapshots.iter().map(Snapshot::rows).sum();
        let mut seen = Estimate { total, ..Estimate::default() };
        let mut bytes = 0;
        for run in runs(total, rows) {
            bytes += self.glance(&snapshots, (run, &selection), &mut seen).await?;
            if bytes >= BYTES || begun.elapsed() >= within {
                break;
            }
        }
        Ok(seen)
    }

    /// Looks at a run of rows, counted bucket after bucket; returns what they took in memory.
    async fn glance(
        &self,
        snapshots: &[Snapshot],
        (run, selection): (Range<u64>, &Selection),
        seen: &mut Estimate,
    ) -> Result<u64> {
        let (mut before, mut bytes) = (0, 0);
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let behind = before + snapshot.rows();
            let mut at = run.start.max(before);
            while at < run.end.min(behind) {
                let rows = at - before..run.end.min(behind) - before;
                let glance = snapshot.glance(bucket, rows, selection).await?;
                if glance.rows == 0 {
                    break;
                }
                at += glance.rows;
                seen.looked_at += glance.rows;
                seen.matches += glance.matches;
                bytes += glance.bytes;
            }
            before = behind;
        }
        Ok(bytes)
    }
}

/// The runs of a sample of about so many rows out of `total`, in an order that leaves no part of them for the end.
fn runs(total: u64, rows: u64) -> impl Iterator<Item = Range<u64>> {
    let all = total.min(rows).div_ceil(RUN);
    let start = move |at: u64| scaled(at, total, all);
    let run = move |at: u64| start(at)..start(at + 1).min(start(at) + RUN);
    let step = step(all);
    (0..all).map(move |number| run(scaled_mod(number, step, all)))
}

/// `at * total / all`, which may be more than 64 bits hold in between.
fn scaled(at: u64, total: u64, all: u64) -> u64 {
    let exact = u128::from(at) * u128::from(total) / u128::from(all.max(1));
    u64::try_from(exact).unwrap_or(u64::MAX)
}

fn scaled_mod(number: u64, step: u64, all: u64) -> u64 {
    let place = u128::from(number) * u128::from(step) % u128::from(all.max(1));
    u64::try_from(place).unwrap_or_default()
}

/// A step that comes to each of so many places once, and is far from the last ones each time: near the golden ratio.
fn step(all: u64) -> u64 {
    let golden = all - scaled(all, 382, 1000);
    (golden.max(1)..=all.max(1)).find(|step| gcd(*step, all) == 1).unwrap_or(1)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(total: u64, rows: u64) -> u64 {
        runs(total, rows).map(|run| run.end - run.start).sum()
    }

    #[test]
    fn of_few_rows_each_is_in_one_run() {
        for total in [0, 1, 63, 64, 65, 1000, 4096] {
            let mut runs: Vec<_> = runs(total, 4096).collect();
            runs.sort_by_key(|run| run.start);
            let mut end = 0;
            for run in runs {
                assert_eq!(run.start, end, "of {total}");
                end = run.end;
            }
            assert_eq!(end, total);
        }
    }

    #[test]
    fn of_many_rows_runs_lie_evenly_whenever_one_stops() {
        for total in [4097, 10_000, 1_000_000, u64::MAX] {
            assert!((4000..=4096).contains(&lengths(total, 4096)), "of {total}");
            for stop in [8, 16, 33] {
                let mut starts: Vec<u64> =
                    runs(total, 4096).take(stop).map(|run| run.start).collect();
                starts.sort_unstable();
                starts.dedup();
                assert_eq!(starts.len(), stop, "no run comes twice");
                let widest = starts.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap();
                assert!(widest < total / stop as u64 * 3, "{stop} of {total}: {widest}");
            }
        }
    }
}
