//! Puts an input that can be read again: learns its schema, checks all of it, then puts.

use super::columns;
use super::job::Job;
use super::judge::judge;
use super::listing::Listing;
use super::load::Load;
use super::refusal::Refusal;
use super::survey::survey;
use crate::TopicSchema;
use crate::cli::args::OnError;
use crate::cli::count::counted;
use crate::cli::failure::{Failure, Result};
use crate::cli::import::{Feed, Meter, Pace, Source};
use crate::cli::output;
use crate::cli::progress::Progress;

/// Puts a source, or only checks it where that is asked for.
pub(super) async fn put(job: &mut Job<'_>, mut source: Source) -> Result {
    if let Some(whole) = source.columns()?
        && let Some(schema) = columns::matching(job, &whole)?
    {
        if job.args.dry_run {
            return output::json(&schema);
        }
        return columns::put(job, &source, whole).await;
    }
    source.learn(job.base.as_arrow())?;
    let on_error = if job.args.dry_run { OnError::Skip } else { job.args.on_error };
    let schema = target(job, &source, &survey(job, &source, on_error)?)?;
    if job.args.dry_run {
        output::json(&schema)?;
    }
    // What was begun was checked whole before.
    let is_to_fit = job.args.on_error == OnError::Stop && job.from() == 0;
    if job.args.dry_run || is_to_fit {
        check(job, &source, &schema).await?;
    }
    if job.args.dry_run { Ok(()) } else { load(job, &source, schema).await }
}

/// The schema that the topic will have with this input in it.
fn target(job: &Job<'_>, source: &Source, own: &TopicSchema) -> Result<TopicSchema> {
    let grown = job.base.merge_new_fields(own);
    let grown = grown.map_err(|error| Failure::failed(format!("{}: {error}", source.name)))?;
    Ok(grown.schema)
}

/// Fits every record without putting any. A dry run lists all that do not fit.
async fn check(job: &mut Job<'_>, source: &Source, schema: &TopicSchema) -> Result {
    let (meter, mut fit) = (Meter::default(), job.fit(schema.clone()));
    let mut progress = Progress::start("checking", source.bytes);
    let mut feed = Feed::start(source.entries(meter.clone())?, Pace::Full)?;
    let mut listing = Listing::of(job.args, &source.name)?;
    let (mut first, mut refused, mut seen) = (None, 0, 0);
    while let Some(batch) = feed.next().await? {
        job.go_on()?;
        seen += batch.entries.len() as u64;
        let refusals = judge(batch.entries, &mut fit).refusals;
        if job.args.dry_run {
            listing.add(&refusals, &progress)?;
        }
        refused += refusals.len() as u64;
        first = first.or_else(|| refusals.into_iter().next());
        progress.at(meter.bytes());
    }
    drop(progress);
    let verdict = Verdict { seen, refused, first };
    if job.args.dry_run {
        let (fit, records) = (seen - refused, counted(seen, "record"));
        let verb = if fit == 1 { "fits" } else { "fit" };
        output::narrate(format!("{}: {fit} of {records} {verb}", source.name));
    }
    if job.args.on_error == OnError::Stop { verdict.judge(&source.name) } else { Ok(()) }
}

/// What a check has found.
struct Verdict {
    seen: u64,
    refused: u64,
    first: Option<Refusal>,
}

impl Verdict {
    /// The failure of an input of which a record was refused.
    fn judge(self, input: &str) -> Result {
        let Self { seen, refused, first } = self;
        let Some(first) = first else { return Ok(()) };
        if seen == 1 {
            return Err(first.failure(input, "; nothing was put"));
        }
        let failure =
            Failure::failed(format!("{refused} of {seen} records do not fit; nothing was put"))
                .because(first.told(input));
        Err(first.hint().into_iter().fold(failure, Failure::hint))
    }
}

async fn load(job: &mut Job<'_>, source: &Source, schema: TopicSchema) -> Result {
    let meter = Meter::default();
    let progress = Progress::start("putting", source.bytes);
    let feed = Feed::start(source.entries(meter.clone())?, Pace::Full)?;
    let (fit, listing) = (job.fit(schema), Listing::of(job.args, &source.name)?);
    Load { job, fit, listing, progress, meter }.run(feed).await
}
