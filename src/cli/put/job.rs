//! One run of `put`: what it works on, and how far it is.

use std::num::NonZeroU32;

use arrow_array::RecordBatch;

use super::acks::Acks;
use super::fit::{Fit, Routing};
use crate::cli::args::PutArgs;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::{Engine, Error, ErrorKind, Strictness, TopicSchema, Writer};

/// The bucket column of a topic that is made without naming one.
const BUCKET_COLUMN: &str = "id";

/// What is put into, and what was.
pub(super) struct Job<'a> {
    pub(super) args: &'a PutArgs,
    pub(super) writer: Writer,
    pub(super) interrupt: Interrupt,
    /// The schema that records must fit: the topic's, and what was given; empty where neither is.
    pub(super) base: TopicSchema,
    pub(super) routing: Routing,
    pub(super) tally: Tally,
    /// Where each record is answered, if that is asked for.
    acks: Option<Acks>,
}

/// How many records there were, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// In the input so far, good or bad.
    pub(super) seen: u64,
    pub(super) put: u64,
    pub(super) refused: u64,
}

impl<'a> Job<'a> {
    /// Looks at the topic, and takes Ctrl-C over.
    pub(super) async fn new(
        engine: &Engine,
        args: &'a PutArgs,
        writer: Writer,
        given: Option<TopicSchema>,
    ) -> Result<Self> {
        let routing = routing(engine, args, &writer).await?;
        let base = base(&writer, given)?;
        let interrupt = Interrupt::listen(Some("stopping; Ctrl-C again ends at once"));
        let acks = args.promise.ack.then(Acks::stdout);
        Ok(Self { args, writer, interrupt, base, routing, tally: Tally::default(), acks })
    }

    /// Puts records, and answers them. `numbers` are theirs in the input, of which all in front of `upto` was looked at.
    pub(super) async fn put(&mut self, batch: RecordBatch, numbers: &[u64], upto: u64) -> Result {
        if self.args.resume {
            let receipts = self.writer.put_numbered(batch, numbers, upto).await?;
            self.tally.put += receipts.iter().map(|receipt| receipt.rows).sum::<u64>();
            return Ok(());
        }
        let receipts = self.writer.put_arrow(batch.clone()).await?;
        self.tally.put += batch.num_rows() as u64;
        self.acks.as_mut().map_or(Ok(()), |acks| acks.tell(&self.writer, &batch, &receipts))
    }

    /// Where to go on with the input: records in front of that were put, or refused, by an earlier run.
    pub(super) fn from(&self) -> u64 {
        self.writer.import_progress().map_or(0, |progress| progress.next)
    }

    /// Waits until it is to stop: somebody asked for it, or nobody reads the answers any more.
    /// Cancel-safe.
    pub(super) async fn stopped(&mut self) -> Failure {
        let reader_gone = async {
            match &mut self.acks {
                Some(acks) => acks.reader_gone.noticed().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.interrupt.asked() => Failure::Interrupted,
            () = reader_gone => Failure::BrokenPipe,
        }
    }

    /// A judge of records against a schema, as strict as the command line says.
    pub(super) fn fit(&self, schema: TopicSchema) -> Fit {
        let strictness = if self.args.coerce { Strictness::Coerce } else { Strictness::Strict };
        Fit::new(schema, strictness, self.routing.clone())
    }

    /// Ends with [`Failure::Interrupted`] after Ctrl-C.
    pub(super) fn go_on(&self) -> Result {
        if self.interrupt.is_asked() { Err(Failure::Interrupted) } else { Ok(()) }
    }
}

fn base(writer: &Writer, given: Option<TopicSchema>) -> Result<TopicSchema> {
    let topic = writer.topic().as_str();
    let broken = |error: crate::SchemaError| Error::InvalidSchema {
        topic: topic.into(),
        reason: error.to_string(),
    };
    let own = writer.schema().map(|schema| TopicSchema::new(&schema)).transpose();
    let base = match (own.map_err(broken)?, given) {
        (Some(own), Some(given)) => own.merge_new_fields(&given).map(|extended| extended.schema),
        (Some(own), None) => Ok(own),
        (None, Some(given)) => Ok(given),
        (None, None) => TopicSchema::new(&arrow_schema::Schema::empty()),
    };
    Ok(base.map_err(broken)?)
}

async fn routing(engine: &Engine, args: &PutArgs, writer: &Writer) -> Result<Routing> {
    match engine.topic(&args.topic).await {
        Ok(topic) if topic.buckets == 1 => Ok(Routing::One),
        Ok(_) => Ok(Routing::Topic(writer.clone())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(new_routing(args)),
        Err(error) => Err(error.into()),
    }
}

fn new_routing(args: &PutArgs) -> Routing {
    let options = &args.topic_options;
    match options.buckets.and_then(NonZeroU32::new) {
        None => Routing::One,
        Some(buckets) if buckets.get() == 1 => Routing::One,
        Some(buckets) => {
            let column = options.bucket_column.clone().unwrap_or_else(|| BUCKET_COLUMN.into());
            Routing::New { column, buckets }
        }
    }
}
