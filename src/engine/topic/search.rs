//! Search by similarity over the buckets of a topic: exact, by one pass over the vectors.

use std::collections::HashMap;

use arrow_schema::{Field, SchemaRef};

use super::reader::Reader;
use crate::engine::bucket::{Hunt, Snapshot};
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::{
    Found, Hit, Matches, Page, Record, Target, Vectors, dimension, type_text,
};
use crate::engine::search::{Likeness, Search};

impl Reader {
    /// The records whose vectors are nearest to a record's or to a given one, nearest first.
    ///
    /// Exact: every vector is compared, of buffered records as well, and a record's distance does not change when it
    /// is flushed. Records whose vector is null, or has no distance because a number of it is none, are no hits. A
    /// record is its own nearest neighbour: it is among the hits, with distance 0.
    ///
    /// Shape: the columns that the reader chose; the searched one need not be among them.
    /// Cost: one pass over the column, and over those that a filter names, in bounded memory; then the hits, of
    /// which `k` are held.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a column that is not there or holds no vectors, a vector of
    ///   another length or with a number that is none, a record without one, a `k` of 0, and as
    ///   [`filter`](Self::filter).
    /// - [`OutOfRange`](crate::ErrorKind::OutOfRange) where the record that others are to be like is not there.
    pub async fn search(&self, search: &Search) -> Result<Matches> {
        let snapshots = self.snapshots_to_read().await?;
        let whole = self.whole_schema(&snapshots);
        let schema = self.chosen(&whole)?;
        let length = vector_length(&whole, &snapshots, &search.column)?;
        if search.k == 0 {
            return Err(invalid(
                "k",
                "0".into(),
                "it counts the records to find, from 1 on".into(),
            ));
        }
        let mut conditions = self.filters.clone();
        conditions.extend(search.filter.as_deref().map(Into::into));
        let filter = self.condition(&conditions, &snapshots)?;
        let vector = self.wanted(search, length, &snapshots).await?;
        let target = Target::new(vector, search.metric);
        let mut hunt = Hunt::new(&search.column, target, filter, search.k);
        for (bucket, snapshot) in self.buckets.iter().zip(&snapshots) {
            hunt.through(bucket, snapshot).await?;
        }
        let (searched, found) = hunt.end();
        let (hits, non_finite) = self.fetch(&found, &snapshots, &schema).await?;
        Ok(Matches { hits, searched, non_finite })
    }

    /// The vector that is searched for.
    async fn wanted(
        &self,
        search: &Search,
        length: usize,
        snapshots: &[Snapshot],
    ) -> Result<Vec<f64>> {
        match &search.likeness {
            Likeness::Vector(vector) => given(vector, &search.column, length),
            Likeness::Record { bucket, offset } => {
                let found = self.vector_of((*bucket, *offset), &search.column, snapshots).await?;
                let unfit = |reason: String| invalid("like", format!("{bucket}:{offset}"), reason);
                let column = &search.column;
                let none = || unfit(format!("the record has no vector in `{column}`"));
                let vector = found.ok_or_else(none)?;
                if vector.iter().any(|number| !number.is_finite()) {
                    return Err(unfit(format!(
                        "the record's vector in `{column}` holds NaN or infinity: nothing has a distance from it"
                    )));
                }
                Ok(vector)
            }
        }
    }

    async fn vector_of(
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
            let (first, end) = (snapshot.first_offset(), snapshot.end());
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

    /// The records that were found, in their order, and how many of their numbers JSON cannot say.
    async fn fetch(
        &self,
        found: &[Found],
        snapshots: &[Snapshot],
        schema: &SchemaRef,
    ) -> Result<(Vec<Hit>, usize)> {
        let mut page = Page::default();
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let own = found.iter().filter(|found| found.bucket == bucket.place.id);
            let mut offsets: Vec<u64> = own.map(|found| found.offset).collect();
            offsets.sort_unstable();
            page.chunks.extend(snapshot.take(bucket, &offsets, &self.columns).await?);
        }
        let page = self.uniform(page, schema)?;
        let mut records: HashMap<(u32, u64), Record> = HashMap::new();
        let mut non_finite = 0;
        for chunk in &page.chunks {
            let (own, lost) = chunk.counted_records();
            records.extend(own.into_iter().map(|record| ((record.bucket, record.offset), record)));
            non_finite += lost;
        }
        let hit = |found: &Found| {
            let record = records.remove(&(found.bucket, found.offset))?;
            Some(Hit { record, distance: found.distance })
        };
        Ok((found.iter().filter_map(hit).collect(), non_finite))
    }

    fn no_record(&self, (bucket, offset): (u32, u64), reason: String) -> Error {
        Error::RecordNotFound { topic: self.name.to_string(), bucket, offset, reason }
    }
}

/// How many numbers the vectors of a column have, in every bucket.
fn vector_length(whole: &SchemaRef, snapshots: &[Snapshot], column: &str) -> Result<usize> {
    let Ok(field) = whole.field_with_name(column) else {
        return Err(no_vectors(whole, column, "there is no such column"));
    };
    let Some(length) = dimension(field.data_type()) else {
        let reason = format!("it holds {}, no vectors of one length", type_text(field.data_type()));
        return Err(no_vectors(whole, column, &reason));
    };
    let schemas = snapshots.iter().filter_map(Snapshot::schema);
    for schema in schemas {
        if let Ok(own) = schema.field_with_name(column)
            && dimension(own.data_type()) != Some(length)
        {
            let (one, other) = (type_text(field.data_type()), type_text(own.data_type()));
            let reason = format!("it holds {one} in one bucket and {other} in another");
            return Err(no_vectors(whole, column, &reason));
        }
    }
    Ok(length)
}

fn no_vectors(whole: &SchemaRef, column: &str, reason: &str) -> Error {
    let is_vector = |field: &&std::sync::Arc<Field>| dimension(field.data_type()).is_some();
    let names: Vec<_> = whole.fields().iter().filter(is_vector).map(|f| f.name()).collect();
    let advice = match names.as_slice() {
        [] => "the topic has no column of vectors".to_owned(),
        names => format!("vectors are in {}", listed(names)),
    };
    invalid("column", format!("`{column}`"), format!("{reason}; {advice}"))
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

fn listed<T: ToString>(things: &[T]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn invalid(option: &'static str, value: String, reason: String) -> Error {
    Error::InvalidOption { option, value, reason }
}
