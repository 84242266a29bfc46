//! `lanceq create`: a topic without a record, with the schema of a file or of what a file holds.

use std::path::{Path, PathBuf};

use arrow_schema::Schema;
use clap::Args;

use super::args::{InputFormat, buckets};
use super::count::counted;
use super::failure::{Failure, Result};
use super::given_schema::given_schema;
use super::import::{Meter, Origin, Source};
use super::interrupt::Interrupt;
use super::output;
use super::progress::Progress;
use super::put::Keeping;
use super::screen::Pool;
use crate::{
    Engine, RecordRetention, Retention, SchemaError, SchemaInference, TopicSchema, TopicSpec,
};

/// Records between two looks at Ctrl-C.
const STRIDE: u64 = 1000;

/// Make a topic without a record
///
/// `lanceq put` makes its topic by itself; this is for one whose schema and buckets are to be there before. Without --schema and --like
/// it has no column yet, and grows with the records that are put.
#[derive(Debug, Args)]
pub(crate) struct CreateArgs {
    /// The topic
    pub(crate) topic: String,

    /// Give it this schema, as `lanceq schema TOPIC --json` prints it
    #[arg(long, value_name = "FILE", conflicts_with = "like")]
    pub(crate) schema: Option<PathBuf>,

    /// Give it the schema of all records of this file; nothing of it is put
    #[arg(long, value_name = "FILE")]
    pub(crate) like: Option<PathBuf>,

    /// What that file is [default: by extension, else by its first bytes]
    #[arg(long, value_name = "FORMAT", requires = "like")]
    pub(crate) input_format: Option<InputFormat>,

    /// How many buckets it gets, which can never be changed [default: 1]
    #[arg(long, value_name = "N", value_parser = buckets, allow_negative_numbers = true)]
    pub(crate) buckets: Option<u32>,

    /// Which field of a record chooses the bucket, which can never be changed [default: id]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) bucket_column: Option<String>,

    #[command(flatten)]
    pub(crate) keeping: Keeping,
}

/// Makes the topic, and says so.
pub(crate) async fn run(engine: &Engine, args: &CreateArgs, screens: &Pool) -> Result {
    let schema = match (&args.schema, &args.like) {
        (Some(path), _) => given_schema(path)?,
        (None, Some(path)) => like(path, args.input_format, screens).await?,
        (None, None) => no_columns()?,
    };
    let columns = schema.as_arrow().fields().len() as u64;
    let buckets = args.buckets.unwrap_or(1);
    let mut spec = TopicSpec::of(schema).num_buckets(buckets);
    if let Some(column) = &args.bucket_column {
        spec = spec.bucket_column(column);
    }
    if let Some(retention) = args.keeping.versions.over(Retention::default()) {
        spec = spec.retention(retention);
    }
    if let Some(rule) = args.keeping.records.over(RecordRetention::default()) {
        spec = spec.record_retention(rule);
    }
    engine.create_topic(&args.topic, &spec).await?;
    output::narrate(format!(
        "made {}: {}, {}",
        args.topic,
        counted(u64::from(buckets), "bucket"),
        counted(columns, "column")
    ));
    Ok(())
}

fn no_columns() -> Result<TopicSchema> {
    TopicSchema::new(&Schema::empty()).map_err(|error| Failure::failed(error.to_string()))
}

/// The schema that a topic of this file's records would have.
async fn like(path: &Path, format: Option<InputFormat>, screens: &Pool) -> Result<TopicSchema> {
    let mut source = match Origin::of_path(path, format)? {
        Origin::Again(source) => source,
        Origin::Once(pipe) => pipe.spool()?,
    };
    source.screen(screens).await?;
    let broken = |error: SchemaError| Failure::failed(format!("{}: {error}", path.display()));
    if let Some(columns) = source.columns()? {
        return TopicSchema::new(&columns.schema).map_err(broken);
    }
    source.learn(&Schema::empty())?;
    infer(&source)?.finish().map_err(broken)
}

/// Reads all records; one that is none ends it.
fn infer(source: &Source) -> Result<SchemaInference> {
    let interrupt = Interrupt::listen(Some("stopping; nothing is made"));
    let meter = Meter::default();
    let mut progress = Progress::start("reading", source.bytes);
    let (mut inference, mut count) = (SchemaInference::new(), 0);
    for entry in source.entries(meter.clone())? {
        let entry = entry?;
        let record = entry.record.map_err(|unreadable| {
            let place = entry.place.of(&source.name);
            Failure::failed(format!("{place}: {}", unreadable.reason))
        })?;
        inference.observe(&record);
        count += 1;
        if count % STRIDE == 0 {
            if interrupt.is_asked() {
                return Err(Failure::Interrupted);
            }
            progress.at(meter.bytes());
        }
    }
    if count == 0 { Err(source.empty()) } else { Ok(inference) }
}
