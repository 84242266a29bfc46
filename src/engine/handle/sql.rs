//! Queries in SQL over the topics of a root.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::{Stream, StreamExt};

use super::engine::Engine;
use crate::engine::error::{Error, Result};
use crate::engine::options::At;
use crate::engine::query_fault::QueryFault;
use crate::engine::store::{Answer, Batches, Session, Statement};
use crate::engine::topic::Reader;

/// Memory for what a query sorts, groups and joins, by default.
const MEMORY: usize = 1 << 30;

/// What a query may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlOptions {
    memory: usize,
}

impl Default for SqlOptions {
    fn default() -> Self {
        Self { memory: MEMORY }
    }
}

impl SqlOptions {
    /// Bytes of memory for what a query sorts, groups and joins; default 1 GiB. What does not fit goes into temporary files
    /// of the system's folder for these, where it can, and ends the query where it cannot. What is read ahead, and the batch
    /// that is in hand, do not count.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }
}

/// The answer to a query, batch after batch. Dropping it ends what is read and computed for it.
pub struct Query {
    schema: SchemaRef,
    batches: Batches,
}

impl Query {
    /// The names and types of the answer's columns; of several with one name, those behind the first have a number, as `id_2`.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows; `None` at the end.
    ///
    /// Cancel: safe to drop; the rows come with the next call.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) where something cannot be computed for a row: a division by zero, a text
    ///   that is no number.
    /// - [`OutOfRange`](crate::ErrorKind::OutOfRange) where it needs more memory than it may have.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where a dataset cannot be read.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        self.batches.next().await.transpose()
    }

    /// The batches as a stream.
    pub fn stream(self) -> impl Stream<Item = Result<RecordBatch>> + Send {
        self.batches
    }
}

impl Engine {
    /// Answers a query in SQL over topics: `select model, avg(latency_ms) from traces group by model`.
    ///
    /// A topic is a table of all its buckets, buffered records included; `"traces/2"` is one bucket, `"traces@nightly"` what
    /// there was at a tag, `"traces/2@v41"` at a version, which is a bucket's own. Each is read as of the moment at which the query began, once,
    /// however often it is named. Where the query names them, there are three more columns: `_bucket`, `_offset` and
    /// `_buffered` say where a record lies.
    ///
    /// The language is DataFusion's: joins, windows, grouping, `with`, nested fields as `usage['tokens']`, `explain analyze`. Names keep
    /// their case, and stand in double quotes or backticks where they are no plain words; text stands in single quotes.
    /// Nothing can be changed, and no file be named.
    ///
    /// Shape: batches of whatever is selected. Cost: the columns that it names of the records that it looks at, of all
    /// buckets beside each other; memory as `options` say. Nothing is read before the first rows are asked for.
    /// Cancel: drop what it returns.
    ///
    /// ```
    /// # use lanceq::{Engine, SqlOptions};
    /// # use serde_json::json;
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("traces").open().await?;
    /// writer.put(json!({"id": "a", "model": "haiku", "ms": 96})).await?;
    /// writer.put(json!({"id": "b", "model": "opus", "ms": 3012})).await?;
    ///
    /// let mut slow = engine.sql("select id, _offset from traces where ms > 1000", &SqlOptions::default()).await?;
    /// let batch = slow.next().await?.unwrap();
    /// assert_eq!(lanceq::records(&batch).next().unwrap()["_offset"], 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for what cannot be parsed or planned, with the place where that is known, and for
    ///   what would change something.
    /// - [`NotFound`](crate::ErrorKind::NotFound) for a topic, a version or a tag that is not there.
    pub async fn sql(&self, text: &str, options: &SqlOptions) -> Result<Query> {
        let statement = Statement::parse(text)?;
        let session = Session::new(options.memory)?;
        for name in statement.tables() {
            let reader = self.named_in_sql(name).await?;
            let table = reader.queried(|label| statement.names(label)).await?;
            session.add(name, Arc::new(table))?;
        }
        let Answer { schema, batches } = session.answer(statement)?;
        Ok(Query { schema, batches })
    }

    /// What a table's name names: a topic, a bucket of it, either at a version or a tag.
    async fn named_in_sql(&self, name: &str) -> Result<Reader> {
        if let Ok(reader) = self.reader(name).await {
            return Ok(reader);
        }
        let (place, at) = match name.rsplit_once('@') {
            Some((place, at)) => (place, Some(at)),
            None => (name, None),
        };
        let reader = match place.rsplit_once('/').map(|(topic, bucket)| (topic, bucket.parse())) {
            Some((topic, Ok(bucket))) => self.reader(topic).await?.bucket(bucket)?,
            Some((topic, Err(_))) => return Err(no_bucket(topic, place)),
            None => self.reader(place).await?,
        };
        match at {
            Some(at) => reader.at(moment(at)).await,
            None => Ok(reader),
        }
    }
}

/// `v41` is a version, what reads as a time is a time, and the rest is a tag.
fn moment(text: &str) -> At {
    let version = text.strip_prefix('v').and_then(|number| number.parse().ok());
    let time = || chrono::DateTime::parse_from_rfc3339(text).ok();
    match version {
        Some(version) => At::Version(version),
        None => time().map_or_else(|| At::Tag(text.into()), |time| At::Time(time.to_utc())),
    }
}

fn no_bucket(topic: &str, place: &str) -> Error {
    let bucket = place.get(topic.len() + 1..).unwrap_or_default();
    let reason = format!("`{bucket}` in `{place}` is no number of a bucket: write \"{topic}/0\"");
    Error::Query(QueryFault::Invalid { reason, place: None })
}
