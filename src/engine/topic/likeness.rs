//! The vector that a search is for: a given one, a record's, or the mean of several records'.

use super::reader::Reader;
use super::search::{invalid, listed};
use crate::engine::bucket::Snapshot;
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::Vectors;
use crate::engine::search::{Likeness, Search};

impl Reader {
    /// The vector that is searched for.
    pub(super) async fn wanted(
        &self,
        search: &Search,
        length: usize,
        snapshots: &[Snapshot],
    ) -> Result<Vec<f64>> {
        let column = search.column.as_str();
        match &search.likeness {
            Likeness::Vector(vector) => given(vector, column, length),
            Likeness::Record { bucket, offset } => {
                self.own_vector((*bucket, *offset), column, snapshots).await
            }
            Likeness::Records(records) => {
                let mut vectors = Vec::new();
                for record in records {
                    vectors.push(self.own_vector(*record, column, snapshots).await?);
                }
                let none = || invalid("like", "no record".into(), "it takes one at least".into());
                mean(&vectors).ok_or_else(none)
            }
        }
    }

    /// A record's vector, which has a distance from others.
    async fn own_vector(
        &self,
        (bucket, offset): (u32, u64),
        column: &str,
        snapshots: &[Snapshot],
    ) -> Result<Vec<f64>> {
        let unfit = |reason: String| invalid("like", format!("{bucket}:{offset}"), reason);
        let found = self.vector_of((bucket, offset), column, snapshots).await?;
        let none = || unfit(format!("the record has no vector in `{column}`"));
        let vector = found.ok_or_else(none)?;
        if vector.iter().any(|number| !number.is_finite()) {
            return Err(unfit(format!(
                "the record's vector in `{column}` holds NaN or infinity: nothing has a distance from it"
            )));
        }
        Ok(vector)
    }

    pub(super) async fn vector_of(
        &self,
        (number, offset): (u32, u64),
        column: &str,
        snapshots: &[Snapshot],
    ) -> Result<Option<Vec<f64>>> {
        let mut all = self.buckets.iter().zip(snapshots);
        let Some((bucket, snapshot)) = all.find(|(bucket, _)| bucket.place.id == number) else {
            let reason = format!("the buckets that are read are {}", listed(self.buckets()));
            return Err(self.no_record((number, offset), reason));
        };
        let columns = Columns::Only(vec![column.into()]);
        let chunks = snapshot.take(bucket, &[offset], &columns).await?;
        let Some(chunk) = chunks.first() else {
            let (first, end) = (snapshot.first_offset().await?, snapshot.end());
            let reason = match end.checked_sub(1) {
                Some(last) if first <= last && !(first..=last).contains(&offset) => {
                    format!("the bucket's offsets are {first} to {last}")
                }
                Some(last) if first <= last => "it was deleted".into(),
                _ => "the bucket is empty".into(),
            };
            return Err(self.no_record((number, offset), reason));
        };
        let vectors = chunk.batch.columns().first().and_then(|c| Vectors::of(c.as_ref()));
        Ok(vectors.and_then(|vectors| vectors.get(0)))
    }

    fn no_record(&self, (bucket, offset): (u32, u64), reason: String) -> Error {
        Error::RecordNotFound { topic: self.name.to_string(), bucket, offset, reason }
    }
}

/// A vector as it was given, where it can be compared with those of the column.
fn given(vector: &[f32], column: &str, length: usize) -> Result<Vec<f64>> {
    if vector.len() != length {
        let (found, all) = (vector.len(), if vector.len() == 1 { "number" } else { "numbers" });
        let reason = format!("those in `{column}` have {length}");
        return Err(invalid("vector", format!("of {found} {all}"), reason));
    }
    if let Some(index) = vector.iter().position(|number| !number.is_finite()) {
        let reason = format!("its number {index}, counted from 0, is NaN or infinite");
        return Err(invalid("vector", "searched for".into(), reason));
    }
    Ok(vector.iter().map(|number| f64::from(*number)).collect())
}

/// The mean of vectors of one length, number by number; `None` of none.
fn mean(vectors: &[Vec<f64>]) -> Option<Vec<f64>> {
    let count = vectors.len() as f64;
    let mut means = vec![0.0; vectors.first()?.len()];
    for vector in vectors {
        // A sum of large numbers would be none.
        means.iter_mut().zip(vector).for_each(|(mean, number)| *mean += number / count);
    }
    Some(means)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_one_number_by_number() {
        assert_eq!(mean(&[vec![1.0, -2.0], vec![2.0, 4.0]]), Some(vec![1.5, 1.0]));
        assert_eq!(mean(&[vec![0.1, 0.2]]), Some(vec![0.1, 0.2]), "of one it is that one");
        assert_eq!(mean(&[]), None);
    }
}
