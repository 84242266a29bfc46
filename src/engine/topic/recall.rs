//! How much of what is nearest a search by index finds: tried with vectors of the topic itself.

use std::time::{Duration, Instant};

use super::reader::Reader;
use super::search::{invalid, vector_length};
use crate::engine::bucket::Snapshot;
use crate::engine::error::Result;
use crate::engine::index_facts::IndexUse;
use crate::engine::job::Job;
use crate::engine::recall::{Recall, RecallOptions};
use crate::engine::record::Found;
use crate::engine::search::{Likeness, Search};

impl Reader {
    /// Searches for some of the topic's own vectors, exactly and by index, and says how much of what is nearest the index
    /// finds, and how long both take. Filters of the reader hold.
    ///
    /// Cost: for each vector of the sample, one exact search and one by index. `job` counts these vectors.
    /// Cancel: [`Error::Cancelled`](crate::Error::Cancelled).
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) where no index with that metric could be asked, or no record has a vector, and as
    /// [`search`](Self::search).
    pub async fn recall(&self, options: &RecallOptions, job: &Job) -> Result<Recall> {
        let snapshots = self.snapshots_to_read().await?;
        vector_length(&self.whole_schema(&snapshots), &snapshots, &options.column)?;
        if options.sample == 0 {
            let reason = "it counts the vectors to try, from 1 on";
            return Err(invalid("sample", "0".into(), reason.into()));
        }
        let sample = self.sample(options, &snapshots).await?;
        job.expect(sample.len() as u64);
        let mut trial = Trial::default();
        for vector in sample {
            job.unless_cancelled(self.try_one(&mut trial, vector, options, &snapshots)).await?;
            job.advance(1);
        }
        trial.judge(options)
    }

    async fn try_one(
        &self,
        trial: &mut Trial,
        vector: Vec<f32>,
        options: &RecallOptions,
        snapshots: &[Snapshot],
    ) -> Result<()> {
        let search = Search::like(&options.column, Likeness::Vector(vector)).k(options.k);
        let search = search.metric(options.metric).effort(options.effort);
        let begun = Instant::now();
        let by_index = self.find(&search, snapshots).await?;
        let between = Instant::now();
        let exact = self.find(&search.exact(true), snapshots).await?;
        trial.exact.push(between.elapsed());
        trial.by_index.push(between - begun);
        trial.count(&exact.found, &by_index.found);
        (trial.indices, trial.passed_over) = (by_index.by.indices, by_index.by.passed_over);
        Ok(())
    }

    /// Vectors of records that lie evenly among all.
    async fn sample(
        &self,
        options: &RecallOptions,
        snapshots: &[Snapshot],
    ) -> Result<Vec<Vec<f32>>> {
        let rows: Vec<u64> = snapshots.iter().map(Snapshot::rows).collect();
        let all: u64 = rows.iter().sum();
        let mut sample = Vec::new();
        for at in places(all, options.sample as u64) {
            let Some((number, row)) = located(at, &rows) else { break };
            let buckets = self.buckets.get(number).zip(snapshots.get(number));
            let Some((bucket, snapshot)) = buckets else { break };
            let place = (bucket.place.id, snapshot.offset_at(row).await?);
            let vector = self.vector_of(place, &options.column, snapshots).await?;
            #[expect(clippy::cast_possible_truncation, reason = "it need not be the record's own")]
            let vector = vector.map(|v| v.into_iter().map(|real| real as f32).collect::<Vec<_>>());
            sample.extend(vector.filter(|vector| vector.iter().all(|real| real.is_finite())));
        }
        Ok(sample)
    }
}

/// Row numbers that lie evenly among so many.
fn places(all: u64, wanted: u64) -> impl Iterator<Item = u64> {
    let wanted = wanted.min(all);
    (0..wanted).map(move |number| {
        let at = u128::from(number) * u128::from(all) / u128::from(wanted);
        u64::try_from(at).unwrap_or(u64::MAX)
    })
}

/// In which bucket a row lies, and which row of it that is, where all rows are numbered through.
fn located(row: u64, rows: &[u64]) -> Option<(usize, u64)> {
    let mut before = 0;
    for (bucket, rows) in rows.iter().enumerate() {
        if row - before < *rows {
            return Some((bucket, row - before));
        }
        before += rows;
    }
    None
}

/// What was tried so far.
#[derive(Default)]
struct Trial {
    indices: Vec<IndexUse>,
    passed_over: Vec<String>,
    exact: Vec<Duration>,
    by_index: Vec<Duration>,
    nearest: usize,
    found: usize,
}

impl Trial {
    /// Counts which of the nearest were found, or others that are as near.
    fn count(&mut self, exact: &[Found], by_index: &[Found]) {
        let Some(last) = exact.last() else { return };
        let near = by_index.iter().filter(|found| found.distance <= last.distance);
        self.nearest += exact.len();
        self.found += near.count().min(exact.len());
    }

    fn judge(self, options: &RecallOptions) -> Result<Recall> {
        let value = format!("over `{}` ({})", options.column, options.metric.name());
        if self.nearest == 0 {
            return Err(invalid("recall", value, "no record has a vector".into()));
        }
        if self.indices.is_empty() {
            let reason = match self.passed_over.first() {
                Some(reason) => format!("no index could be asked; {reason}"),
                None => "there is no index".into(),
            };
            return Err(invalid("recall", value, reason));
        }
        Ok(Recall {
            column: options.column.clone(),
            metric: options.metric,
            sample: self.exact.len(),
            k: options.k,
            recall: self.found as f64 / self.nearest as f64,
            exact: median(self.exact),
            by_index: median(self.by_index),
            indices: self.indices,
        })
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_lies_evenly_among_all() {
        assert_eq!(places(10, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(places(3, 100).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(places(0, 100).count(), 0);
        assert_eq!(places(u64::MAX, 2).last(), Some(u64::MAX / 2));
        let rows = [2, 0, 3];
        let found: Vec<_> = (0..6).map(|row| located(row, &rows)).collect();
        let there = [(0, 0), (0, 1), (2, 0), (2, 1), (2, 2)].map(Some);
        assert_eq!(found, [&there[..], &[None]].concat());
    }

    #[test]
    fn what_is_as_near_as_the_last_counts_as_found() {
        let found = |distances: &[f32]| -> Vec<Found> {
            let one =
                |(offset, distance): (u64, &f32)| Found { distance: *distance, bucket: 0, offset };
            (0..).zip(distances).map(one).collect()
        };
        let mut trial = Trial::default();
        trial.count(&found(&[0.0, 1.0, 1.0]), &found(&[0.0, 1.0, 2.0]));
        trial.count(&found(&[5.0]), &found(&[4.0, 4.5]));
        trial.count(&[], &[]);
        assert_eq!((trial.nearest, trial.found), (4, 3));
    }
}
