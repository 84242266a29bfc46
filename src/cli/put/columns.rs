//! Puts Arrow batches as they are, where the topic has their types or takes them.

use arrow_schema::Fields;

use super::job::Job;
use crate::TopicSchema;
use crate::cli::failure::{Failure, Result};
use crate::cli::import::{Columns, Source};
use crate::cli::progress::Progress;

/// The schema that the topic will have with these columns, if none of their values needs to be
/// converted; else they are to be put as records, one by one.
pub(super) fn matching(job: &Job<'_>, columns: &Columns) -> Result<Option<TopicSchema>> {
    let broken = |error: crate::SchemaError| {
        Failure::failed(format!("{}: {error}", columns.name))
            .hint("name the column otherwise, or leave it out, where the file is written")
    };
    let own = TopicSchema::new(&columns.schema).map_err(broken)?;
    let grown = job.base.merge_new_fields(&own).map_err(broken)?.schema;
    let same = has_all(grown.as_arrow().fields(), own.as_arrow().fields());
    Ok(same.then_some(grown))
}

/// Whether `fields` has all of `wanted`, so that no value could be refused.
fn has_all(fields: &Fields, wanted: &Fields) -> bool {
    wanted.iter().all(|wanted| {
        fields.find(wanted.name()).is_some_and(|(_, field)| {
            field.data_type() == wanted.data_type()
                && (field.is_nullable() || !wanted.is_nullable())
        })
    })
}

/// Puts all batches.
pub(super) async fn put(job: &mut Job<'_>, source: &Source, columns: Columns) -> Result {
    let rows = columns.rows.unwrap_or_default();
    let mut progress = Progress::start("putting", source.bytes);
    for batch in columns {
        job.go_on()?;
        let batch = batch?;
        let first = job.tally.seen;
        job.tally.seen += batch.num_rows() as u64;
        if job.tally.seen > job.from() {
            let numbers: Vec<u64> = (first..job.tally.seen).collect();
            job.put(batch, &numbers, job.tally.seen).await?;
        }
        let done = u128::from(job.tally.seen) * u128::from(source.bytes) / u128::from(rows.max(1));
        progress.at(u64::try_from(done).unwrap_or(source.bytes));
    }
    if job.tally.seen == 0 { Err(source.empty()) } else { Ok(()) }
}
