//! Search by similarity over the buckets of a topic.

use std::collections::HashMap;

use arrow_schema::{Field, SchemaRef};

use super::reader::Reader;
use crate::engine::bucket::{Bag, Hunt, Snapshot};
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, Found, Hit, Matches, Page, Record, dimension, type_text};
use crate::engine::search::Search;

impl Reader {
    /// The records whose vectors are nearest to a record's or to a given one, nearest first.
    ///
    /// Where an index over the column has the search's metric, it names candidates of what it covers, and may miss some of
    /// the nearest: [`recall`](Self::recall) says how many. All other vectors are compared, of buffered records as well; with
    /// [`Search::exact`], or without such an index, all of them are. Distances are worked out from the vectors in every case,
    /// and do not change when a record is flushed or indexed. [`Matches::found_by`] says how it was done.
    /// Records whose vector is null, or has no distance because a number of it is none, are no hits. A
    /// record is its own nearest neighbour: it is among the hits, with distance 0.
    ///
    /// Shape: the columns that the reader chose; the searched one need not be among them.
    /// Cost: one pass over the column, or the candidates and the rows that no index covers; one over those columns that a
    /// filter names; in bounded memory. Then the hits, of which `k` are held.
    /// The files of an index are read through the first time that a process asks it. What searches need of them is kept: a
    /// sixteenth of the memory, from 64 MiB to 1 GiB, for all indices of a process.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a column that is not there or holds no vectors, a vector of
    ///   another length or with a number that is none, a record without one, no record at all, a `k` of 0, an effort that is
    ///   not between 0 and 1, and as [`filter`](Self::filter).
    /// - [`OutOfRange`](crate::ErrorKind::OutOfRange) where a record that others are to be like is not there.
    ///
    /// An index that cannot be asked is no error: every vector is compared then.
    ///
    /// # Examples
    /// ```
    /// use lanceq::{Engine, IndexKind, IndexSpec, Job, Likeness, Search};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("points").open().await?;
    /// let points = (0..1000).map(|n| json!({"id": n, "vector": [n, n * 7 % 10, 1]}));
    /// writer.put_batch(points.collect()).await?;
    /// writer.flush().await?;
    /// writer.put(json!({"id": 1000, "vector": [17, 9, 1.5]})).await?;
    ///
    /// let spec = IndexSpec::on("vector").kind(IndexKind::IvfFlat);
    /// engine.create_index("points", None, &spec, &Job::new()).await?;
    ///
    /// let reader = engine.reader("points").await?;
    /// let search = Search::like("vector", Likeness::Record { bucket: 0, offset: 17 }).k(2);
    /// let found = reader.search(&search).await?;
    /// assert_eq!(found.hits[0].record.offset, 17);
    /// // The second is buffered: no index covers it, and it is found all the same.
    /// assert_eq!((found.hits[1].record.offset, found.hits[1].distance), (1000, 0.25));
    /// assert_eq!(found.found_by.indices[0].name, "vector_idx");
    /// assert!(reader.search(&search.exact(true)).await?.found_by.is_exact());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search(&self, search: &Search) -> Result<Matches> {
        let snapshots = self.snapshots_to_read().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        let Bag { found, by } = self.find(search, &snapshots).await?;
        let places: Vec<_> = found.iter().map(|found| (found.bucket, found.offset)).collect();
        let (mut records, non_finite) = self.records_at(&places, &snapshots, &schema).await?;
        let hit = |found: &Found| {
            let record = records.remove(&(found.bucket, found.offset))?;
            Some(Hit { record, distance: found.distance })
        };
        let hits = found.iter().filter_map(hit).collect();
        Ok(Matches { hits, searched: by.compared, non_finite, found_by: by })
    }

    /// Where the nearest lie.
    pub(super) async fn find(&self, search: &Search, snapshots: &[Snapshot]) -> Result<Bag> {
        let whole = self.whole_schema(snapshots);
        let length = vector_length(&whole, snapshots, &search.column)?;
        check(search)?;
        let mut conditions = self.filters.clone();
        conditions.extend(search.filter.as_deref().map(Into::into));
        let filter = self.condition(&conditions, snapshots)?;
        let vector = self.wanted(search, length, snapshots).await?;
        let mut hunt = Hunt::new(search, vector, filter);
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            hunt.through(bucket, snapshot).await?;
        }
        Ok(hunt.end())
    }

    /// The records at these places, and how many of their numbers JSON cannot say.
    pub(super) async fn records_at(
        &self,
        places: &[(u32, u64)],
        snapshots: &[Snapshot],
        schema: &SchemaRef,
    ) -> Result<(HashMap<(u32, u64), Record>, usize)> {
        let chunks = self.chunks_at(places, snapshots, &self.columns).await?;
        let page = self.uniform(Page { chunks }, schema)?;
        let mut records: HashMap<(u32, u64), Record> = HashMap::new();
        let mut non_finite = 0;
        for chunk in &page.chunks {
            let (own, lost) = chunk.counted_records();
            records.extend(own.into_iter().map(|record| ((record.bucket, record.offset), record)));
            non_finite += lost;
        }
        Ok((records, non_finite))
    }

    /// Columns of the records at these places, bucket after bucket, each by offset.
    pub(super) async fn chunks_at(
        &self,
        places: &[(u32, u64)],
        snapshots: &[Snapshot],
        columns: &Columns,
    ) -> Result<Vec<Chunk>> {
        let mut chunks = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
            let own = places.iter().filter(|(number, _)| *number == bucket.place.id);
            let mut offsets: Vec<u64> = own.map(|(_, offset)| *offset).collect();
            offsets.sort_unstable();
            chunks.extend(snapshot.take(bucket, &offsets, columns).await?);
        }
        Ok(chunks)
    }
}

pub(super) fn check_k(k: usize) -> Result<()> {
    if k == 0 {
        let reason = "it counts the records to find, from 1 on";
        return Err(invalid("k", "0".into(), reason.into()));
    }
    Ok(())
}

fn check(search: &Search) -> Result<()> {
    check_k(search.k)?;
    if !(0.0..=1.0).contains(&search.effort) {
        let reason = "it goes from 0, the nearest part of an index, to 1, all of them";
        return Err(invalid("effort", search.effort.to_string(), reason.into()));
    }
    Ok(())
}

/// How many numbers the vectors of a column have, in every bucket.
pub(super) fn vector_length(
    whole: &SchemaRef,
    snapshots: &[Snapshot],
    column: &str,
) -> Result<usize> {
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

pub(super) fn listed<T: ToString>(things: &[T]) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn invalid(option: &'static str, value: String, reason: String) -> Error {
    Error::InvalidOption { option, value, reason }
}
