//! A topic as one moment's table, for a query in SQL.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use futures::StreamExt;

use super::reader::Reader;
use crate::engine::bucket::{Bucket, BucketScan, Condition, Selection, Snapshot};
use crate::engine::error::{Error, Result};
use crate::engine::name::TopicName;
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, conform};
use crate::engine::store::{Batches, Predicate, TableSource};

/// Columns that say where a record lies, as other reads label it.
const LABELS: [&str; 3] = ["_bucket", "_offset", "_buffered"];

/// All records of a reader as they were when it was made, buffered ones included; a bucket is a part.
pub(crate) struct Queried {
    topic: TopicName,
    /// The records' own columns.
    own: SchemaRef,
    /// These, and the labels that are wanted.
    whole: SchemaRef,
    buckets: Vec<(Arc<Bucket>, Snapshot)>,
}

/// What is left of one bucket.
struct Part {
    scan: BucketScan,
    ready: VecDeque<Chunk>,
    topic: TopicName,
    /// The records' own columns among those that are wanted.
    own: SchemaRef,
    wanted: SchemaRef,
}

impl Reader {
    /// The records that it reads as a table, with those labels that `names` says yes to and that are no columns of theirs.
    pub(crate) async fn queried(&self, names: impl Fn(&str) -> bool) -> Result<Queried> {
        let snapshots = self.snapshots_to_read().await?;
        let own = self.chosen(&self.whole_schema(&snapshots))?;
        let mut fields: Vec<Arc<Field>> = own.fields().to_vec();
        let is_wanted = |label: &&str| names(label) && own.column_with_name(label).is_none();
        fields.extend(LABELS.into_iter().filter(is_wanted).map(label));
        let buckets = self.buckets.iter().cloned().zip(snapshots).collect();
        let whole = Arc::new(Schema::new(fields));
        Ok(Queried { topic: self.name.clone(), own, whole, buckets })
    }
}

fn label(name: &str) -> Arc<Field> {
    let data_type = if name == "_buffered" { DataType::Boolean } else { DataType::Int64 };
    Arc::new(Field::new(name, data_type, false))
}

impl TableSource for Queried {
    fn schema(&self) -> SchemaRef {
        self.whole.clone()
    }

    fn own_columns(&self) -> usize {
        self.own.fields().len()
    }

    fn rows(&self) -> Vec<u64> {
        self.buckets.iter().map(|(_, snapshot)| snapshot.rows()).collect()
    }

    fn read(&self, part: usize, columns: &[usize], filter: Option<&Predicate>) -> Batches {
        match self.part(part, columns, filter) {
            Ok(Some(part)) => futures::stream::try_unfold(part, Part::next).boxed(),
            Ok(None) => futures::stream::empty().boxed(),
            Err(error) => futures::stream::iter([Err(error)]).boxed(),
        }
    }
}

impl Queried {
    fn part(
        &self,
        part: usize,
        columns: &[usize],
        filter: Option<&Predicate>,
    ) -> Result<Option<Part>> {
        let Some((bucket, snapshot)) = self.buckets.get(part) else { return Ok(None) };
        let wanted = self.whole.project(columns).map_err(|error| self.impossible(&error))?;
        let is_own = |field: &&Arc<Field>| self.own.column_with_name(field.name()).is_some();
        let own: Vec<Arc<Field>> = wanted.fields().iter().filter(is_own).cloned().collect();
        let names = own.iter().map(|field| field.name().clone()).collect();
        let filter = Condition::of(filter.cloned(), Vec::new(), &self.own).map(Arc::new);
        let selection = Selection { columns: Columns::Only(names), filter };
        Ok(Some(Part {
            scan: BucketScan::new(bucket.clone(), snapshot.clone(), selection),
            ready: VecDeque::new(),
            topic: self.topic.clone(),
            own: Arc::new(Schema::new(own)),
            wanted: Arc::new(wanted),
        }))
    }

    fn impossible(&self, error: &arrow_schema::ArrowError) -> Error {
        let what = format!("these columns of topic `{}`", self.topic);
        Error::Unsupported { what, reason: error.to_string() }
    }
}

impl Part {
    /// The next batch, and what is left.
    async fn next(mut self) -> Result<Option<(RecordBatch, Self)>> {
        loop {
            while let Some(chunk) = self.ready.pop_front() {
                if !chunk.offsets.is_empty() {
                    return Ok(Some((self.labelled(&chunk)?, self)));
                }
            }
            match self.scan.next().await? {
                Some(portion) => self.ready.extend(portion.chunks),
                None => return Ok(None),
            }
        }
    }

    /// The wanted columns of a chunk, in their order.
    fn labelled(&self, chunk: &Chunk) -> Result<RecordBatch> {
        let own = conform(&chunk.batch, &self.own);
        let own = own.map_err(|error| error.in_topic(self.topic.as_str()))?;
        let column = |field: &Arc<Field>| match own.column_by_name(field.name()) {
            Some(column) => column.clone(),
            None => labels(field.name(), chunk),
        };
        let columns = self.wanted.fields().iter().map(column).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(chunk.offsets.len()));
        let batch = RecordBatch::try_new_with_options(self.wanted.clone(), columns, &options);
        batch.map_err(|error| Error::Unsupported {
            what: format!("a record of topic `{}`", self.topic),
            reason: error.to_string(),
        })
    }
}

/// One label of all records of a chunk.
fn labels(name: &str, chunk: &Chunk) -> ArrayRef {
    let rows = chunk.offsets.len();
    match name {
        "_bucket" => Arc::new(Int64Array::from(vec![i64::from(chunk.bucket); rows])),
        "_buffered" => Arc::new(BooleanArray::from(vec![chunk.buffered; rows])),
        _ => Arc::new(chunk.offsets.iter().map(|o| i64::try_from(*o).ok()).collect::<Int64Array>()),
    }
}

impl fmt::Debug for Queried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queried").field("topic", &self.topic).finish_non_exhaustive()
    }
}
