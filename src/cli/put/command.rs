//! The command: opens both ends, puts, flushes, and says what was kept.

use std::path::Path;
use std::time::Duration;

use super::file;
use super::job::Job;
use super::listing::Listing;
use super::load::Load;
use super::outcome::Outcome;
use super::resumable;
use crate::cli::args::PutArgs;
use crate::cli::failure::{Failure, Result};
use crate::cli::given_schema::given_schema;
use crate::cli::import::{Feed, Meter, Origin, Pace, Pipe};
use crate::cli::progress::Progress;
use crate::cli::recovery;
use crate::cli::screen::Pool;
use crate::{Durability, Engine, Import, Strictness, TopicSchema, Writer};

/// Records of a file that start a flush, where their bytes have not done so before.
const FILE_THRESHOLD: usize = 100_000;

/// How old a record from a pipe gets before it is flushed, where there is no log in which other
/// processes could see it.
const PIPE_AGE: Duration = Duration::from_secs(1);

/// Bytes that a bucket may buffer: an import waits for its flushes rather than take more memory.
const BUFFER_LIMIT: u64 = 64 << 20;

/// Puts what the arguments name.
pub(crate) async fn run(engine: &Engine, args: &PutArgs, screens: &Pool) -> Result {
    keeps_what_it_acknowledges(args)?;
    let given = args.schema.as_deref().map(given_schema).transpose()?;
    let import = resumable::import(args)?;
    let writer = open(engine, args, given.clone(), import).await?;
    recovery::tell(&writer);
    if resumable::is_over(args, &writer) {
        return Ok(());
    }
    let origin = Origin::find(args)?;
    if let Origin::Again(source) = &origin {
        source.screen(screens).await?;
    }
    let mut job = Job::new(engine, args, writer, given).await?;
    let result = match origin {
        Origin::Again(source) => file::put(&mut job, source).await,
        Origin::Once(pipe) if args.dry_run => file::put(&mut job, pipe.spool()?).await,
        Origin::Once(pipe) => put_pipe(&mut job, pipe).await,
    };
    Outcome::of(job, result.is_ok()).await.tell(result)
}

/// Refuses what would lose the last records on purpose.
fn keeps_what_it_acknowledges(args: &PutArgs) -> Result {
    if args.promise.no_flush && args.promise.durability == Some(Durability::Memory) {
        return Err(Failure::wrong_use(
            "--no-flush with --durability memory would lose the last records",
        )
        .hint("leave one of them out: without a log, what is not flushed ends with the process"));
    }
    Ok(())
}

async fn open(
    engine: &Engine,
    args: &PutArgs,
    given: Option<TopicSchema>,
    import: Option<Import>,
) -> Result<Writer> {
    let options = &args.topic_options;
    let strictness = if args.coerce { Strictness::Coerce } else { Strictness::Strict };
    let mut writer = engine.writer(&args.topic).strictness(strictness).buffer_limit(BUFFER_LIMIT);
    writer = writer.maintenance(!options.no_maintenance);
    if let Some(schema) = given {
        writer = writer.schema(schema);
    }
    if let Some(import) = import {
        writer = writer.import(import);
    }
    if let Some(buckets) = options.buckets {
        writer = writer.num_buckets(buckets);
    }
    if let Some(column) = &options.bucket_column {
        writer = writer.bucket_column(column);
    }
    if let Some(records) = options.flush_threshold.or(file_threshold(args)) {
        writer = writer.flush_threshold(records);
    }
    if let Some(retention) = options.keeping.of(engine, args).await? {
        writer = writer.retention(retention);
    }
    if let Some(rule) = options.keeping.records_of(engine, args).await? {
        writer = writer.record_retention(rule);
    }
    if let Some(durability) = args.promise.durability {
        writer = writer.durability(durability);
    }
    if file_threshold(args).is_none() && args.promise.durability == Some(Durability::Memory) {
        writer = writer.flush_age(PIPE_AGE);
    }
    Ok(args.waiting.of(writer).open().await?)
}

/// A file is there already, so nobody waits for fresh versions of it: few large ones serve better,
/// each of as many bytes as a bucket buffers before it flushes.
fn file_threshold(args: &PutArgs) -> Option<usize> {
    args.file.as_deref().is_some_and(Path::is_file).then_some(FILE_THRESHOLD)
}

/// Puts records as they come; the schema is that of the first, and grows with those behind it.
async fn put_pipe(job: &mut Job<'_>, pipe: Pipe) -> Result {
    let name = pipe.name.clone();
    let fit = job.fit(job.base.clone());
    let listing = Listing::of(job.args, &name)?;
    let pace = if job.args.promise.ack { Pace::Answered } else { Pace::Live };
    let feed = Feed::start(pipe.entries(), pace)?;
    Load { job, fit, listing, progress: Progress::none(), meter: Meter::default() }
        .run(feed)
        .await?;
    if job.tally.seen == 0 {
        return Err(Failure::failed(format!("{name} is empty: there is no record in it")));
    }
    Ok(())
}
