//! `lanceq storage`: what a topic takes on disk, by column and by version, and what can be done about it.

use clap::Args;

use super::args::{FactsArgs, bucket};
use super::count::counted;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use crate::tui::bytes;
use crate::{BucketStorage, Engine, VersionBytes};

/// Versions that are listed for people.
const SHOWN: usize = 20;

/// Show what a topic takes on disk, by column and by version, and what can be done about it
///
/// Of a bucket with more than 512 data files, some speak for all. What came with a version is what the one before does not
/// need; what is only there for it goes when it is cleaned up. Each advice names the command that acts on it.
#[derive(Debug, Args)]
pub(crate) struct StorageArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints what each bucket takes.
pub(crate) async fn run(engine: &Engine, args: &StorageArgs) -> Result {
    let reader = engine.reader(&args.topic).await?;
    let reader = args.bucket.map_or(Ok(reader.clone()), |bucket| reader.bucket(bucket))?;
    let storage = reader.storage().await?;
    if args.facts.json {
        return output::json(&storage);
    }
    facts(
        &["BUCKET", "WHAT", "OF", "DISK", "NOTE"],
        &storage.iter().flat_map(rows).collect::<Vec<_>>(),
    )?;
    for bucket in &storage {
        for advice in &bucket.advice {
            output::narrate(format!(
                "{}, bucket {}: {}: `{}`",
                args.topic, bucket.bucket_id, advice.why, advice.command
            ));
        }
    }
    Ok(())
}

/// A bucket's lines: columns, what else the head has, versions, the log.
fn rows(bucket: &BucketStorage) -> Vec<Vec<Cell>> {
    let line = |what: &str, of: &str, size: Option<u64>, note: String| {
        vec![
            Cell::number(&bucket.bucket_id),
            Cell::Text(what.into()),
            Cell::Text(of.into()),
            Cell::Number(size.map_or_else(|| "?".into(), bytes)),
            Cell::Text(note),
        ]
    };
    let mut rows = Vec::new();
    let note = if bucket.files_read < bucket.files {
        format!("by {} of {} files", bucket.files_read, bucket.files)
    } else {
        String::new()
    };
    for column in &bucket.columns {
        let note = [column.r#type.clone(), note.clone()];
        let note = note.iter().filter(|note| !note.is_empty()).cloned().collect::<Vec<_>>();
        rows.push(line("column", &column.column, Some(column.bytes), note.join(", ")));
    }
    rows.push(line("data", "head", Some(bucket.data_bytes), fragments(bucket)));
    for index in &bucket.indices {
        let note = format!("{} covered, {} not", index.covered, index.open);
        rows.push(line("index", &index.name, Some(index.bytes), note));
    }
    for version in bucket.versions.iter().take(SHOWN) {
        let added =
            version.added_bytes.map_or_else(String::new, |added| format!(" +{}", bytes(added)));
        let note = format!("{}{added}{}", version.operation, tagged(version));
        rows.push(line("version", &version.version.to_string(), version.only_here_bytes, note));
    }
    let older = bucket.versions.len().saturating_sub(SHOWN) as u64 + bucket.versions_left_out;
    if older > 0 {
        rows.push(line("version", "older", None, format!("{} more", counted(older, "version"))));
    }
    let freed = bucket.cleanup.as_ref().map_or_else(String::new, |cleaned| {
        format!("a clean-up would free {}", bytes(cleaned.bytes))
    });
    rows.push(line("older", "versions", Some(bucket.older_bytes), freed));
    rows.push(line("manifests", "all", Some(bucket.manifest_bytes), String::new()));
    let waiting = counted(bucket.buffer_count, "record");
    rows.push(line("log", "buffered", Some(bucket.wal_bytes), waiting));
    rows
}

fn fragments(bucket: &BucketStorage) -> String {
    let found = bucket.fragments;
    let mut words = vec![counted(found.count, "fragment")];
    if found.small > 0 {
        words.push(format!("{} small", found.small));
    }
    if found.deleted > 0 {
        words.push(counted(found.deleted, "deleted record"));
    }
    words.join(", ")
}

fn tagged(version: &VersionBytes) -> String {
    match version.tags.as_slice() {
        [] => String::new(),
        tags => format!(", tagged {}", tags.join(" ")),
    }
}
