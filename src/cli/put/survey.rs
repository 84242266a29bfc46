//! The first pass over an input: the schema that all of its records have.

use super::job::Job;
use super::refusal::{Original, Refusal};
use crate::cli::args::OnError;
use crate::cli::failure::{Failure, Result};
use crate::cli::import::{Entry, Meter, Source};
use crate::cli::progress::Progress;
use crate::{JsonObject, SchemaError, SchemaInference, TopicSchema};

/// Records between two looks at Ctrl-C.
const STRIDE: u64 = 1000;

/// Infers the schema of all records; what is no record, or breaks a rule alone, is left out, or
/// stops where refusals do.
pub(super) fn survey(job: &Job<'_>, source: &Source, on_error: OnError) -> Result<TopicSchema> {
    let mut inference = SchemaInference::new();
    pass(job, source, on_error, |record| {
        inference.observe(record);
        Ok(())
    })?;
    match inference.finish() {
        Ok(schema) => Ok(schema),
        Err(_) => survey_each(job, source, on_error),
    }
}

/// Finds the records that break a rule alone, and infers the schema of the others.
fn survey_each(job: &Job<'_>, source: &Source, on_error: OnError) -> Result<TopicSchema> {
    let mut inference = SchemaInference::new();
    pass(job, source, on_error, |record| {
        let mut own = SchemaInference::new();
        own.observe(record);
        own.finish()?;
        inference.observe(record);
        Ok(())
    })?;
    let broken = |error: SchemaError| Failure::failed(format!("{}: {error}", source.name));
    inference.finish().map_err(broken)
}

fn pass(
    job: &Job<'_>,
    source: &Source,
    on_error: OnError,
    mut observe: impl FnMut(&JsonObject) -> Result<(), SchemaError>,
) -> Result {
    let meter = Meter::default();
    let mut progress = Progress::start("reading", source.bytes);
    let mut count = 0;
    for entry in source.entries(meter.clone())? {
        let entry = entry?;
        count += 1;
        let refusal = refusal(entry, &mut observe);
        if let Some(refusal) = refusal.filter(|_| on_error == OnError::Stop) {
            return Err(refusal.failure(&source.name, "; nothing was put"));
        }
        if count % STRIDE == 0 {
            job.go_on()?;
            progress.at(meter.bytes());
        }
    }
    if count == 0 { Err(source.empty()) } else { Ok(()) }
}

fn refusal(
    entry: Entry,
    observe: &mut impl FnMut(&JsonObject) -> Result<(), SchemaError>,
) -> Option<Refusal> {
    let place = entry.place;
    match entry.record {
        Err(unreadable) => {
            let original = Original::Text(unreadable.text);
            Some(Refusal { place, reason: unreadable.reason, original })
        }
        Ok(record) => {
            let error = observe(&record).err()?;
            let original = Original::Record(record.into());
            Some(Refusal { place, reason: error.to_string(), original })
        }
    }
}
