//! `lanceq index`: the indexes of a topic, listed, made, dropped and tried.

use clap::Args;

use super::args::{FactsArgs, bucket, positive};
use super::count::counted;
use super::failure::{Failure, Result};
use super::format::{Cell, facts};
use super::output;
use super::progress::Progress;
use super::recall;
use super::search::{Metric, effort};
use super::watched::watched;
use crate::tui::bytes;
use crate::{
    Dropped, Engine, IndexInfo, IndexKind, IndexSpec, Indexed, Job, Reader, WORTH_AN_INDEX,
};

/// List, make, drop or try indexes of vectors and of words
///
/// Without COLUMN the indexes of the topic are listed, also those of other programs. With it, an index over that column is
/// made in each bucket, in the place of one with the same metric; searches with that metric then look into a part of the
/// vectors only. With `--kind text` it is one of the words of a column of texts, in the place of one of words; searches for
/// words then read only texts that may match, and find the same. Records that it does not cover, buffered ones too, are found all the same, and programs that put extend it to
/// them in the background.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "the help shows it as it stands")]
pub(crate) struct IndexArgs {
    /// The topic
    pub(crate) topic: String,

    /// The column of vectors or texts; without it the indexes are listed
    pub(crate) column: Option<String>,

    /// How it keeps the vectors: IVF_FLAT, IVF_SQ, IVF_PQ, IVF_RQ, IVF_HNSW_SQ, IVF_HNSW_PQ; or `text` for words [default:
    /// IVF_SQ]
    #[arg(long, value_name = "KIND", requires = "column", conflicts_with_all = ["drop", "recall"])]
    pub(crate) kind: Option<IndexKind>,

    /// What "near" means; only searches with the same metric use it [default: l2; with --drop and --recall: each]
    #[arg(long, value_enum, value_name = "METRIC", requires = "column")]
    pub(crate) metric: Option<Metric>,

    /// Divide the vectors into so many parts [default: by their number]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true, requires = "column", conflicts_with_all = ["drop", "recall"])]
    pub(crate) partitions: Option<usize>,

    /// Drop the indexes over the column
    #[arg(long, requires = "column", conflicts_with = "recall")]
    pub(crate) drop: bool,

    /// Search for some of the topic's own vectors, exactly and by index, and say how much of what is nearest the index finds
    #[arg(long, requires = "column")]
    pub(crate) recall: bool,

    /// How many vectors to try
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = positive, allow_negative_numbers = true, requires = "recall")]
    pub(crate) sample: usize,

    /// How many of the nearest to look for
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = positive, allow_negative_numbers = true, requires = "recall")]
    pub(crate) k: usize,

    /// How much of the index to look into, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value = "0.5", value_parser = effort, allow_negative_numbers = true, requires = "recall")]
    pub(crate) effort: f64,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Does what the arguments say.
pub(crate) async fn run(engine: &Engine, args: &IndexArgs) -> Result {
    match &args.column {
        None => list(engine, args).await,
        Some(column) if args.drop => drop_index(engine, args, column).await,
        Some(column) if args.recall => recall::run(engine, args, column).await,
        Some(column) => create(engine, args, column).await,
    }
}

/// A reader of the topic, or of the bucket.
pub(super) async fn reader(engine: &Engine, args: &IndexArgs) -> Result<Reader> {
    let reader = engine.reader(&args.topic).await?;
    Ok(match args.bucket {
        Some(bucket) => reader.bucket(bucket)?,
        None => reader,
    })
}

async fn list(engine: &Engine, args: &IndexArgs) -> Result {
    let indices = reader(engine, args).await?.indices().await?;
    if args.facts.json {
        return output::json(&indices);
    }
    if indices.is_empty() {
        output::narrate(format!("{} has no indexes", args.topic));
        return Ok(());
    }
    let rows: Vec<_> = indices.iter().map(row).collect();
    let header =
        ["BUCKET", "NAME", "COLUMN", "KIND", "METRIC", "COVERED", "OPEN", "SEGMENTS", "DISK"];
    facts(&header, &rows)
}

fn row(index: &IndexInfo) -> Vec<Cell> {
    vec![
        Cell::number(&index.bucket_id),
        Cell::Text(index.name.clone()),
        Cell::Text(index.column.clone()),
        Cell::Text(index.kind.clone()),
        Cell::Text(index.metric.map_or("", crate::Metric::name).into()),
        Cell::number(&index.covered),
        Cell::number(&index.open),
        Cell::number(&index.segments),
        Cell::Text(bytes(index.bytes)),
    ]
}

async fn create(engine: &Engine, args: &IndexArgs, column: &str) -> Result {
    let counts = reader(engine, args).await?.counts().await?;
    if let Some(note) = advice(&args.topic, counts.total_count) {
        output::narrate(note);
    }
    let stopping = "stopping; indexes that were finished stay, the others are as they were";
    let job = Job::new();
    let mut spec = IndexSpec::on(column).kind(args.kind.unwrap_or_default());
    if let Some(metric) = args.metric {
        spec = spec.metric(metric.into());
    }
    if let Some(partitions) = args.partitions {
        spec = spec.partitions(partitions);
    }
    let work = engine.create_index(&args.topic, args.bucket, &spec, &job);
    let done = watched(stopping, Progress::records("indexing", 0), &job, work).await?;
    if args.facts.json {
        output::json(&done)?;
    } else {
        for index in &done {
            output::narrate(created(&args.topic, index));
        }
    }
    if done.is_empty() {
        let what = if args.kind == Some(IndexKind::Text) { "texts" } else { "vectors" };
        let reason = format!("{} has no persisted {what} in `{column}`", args.topic);
        return Err(Failure::failed(reason).hint("`lanceq flush` persists what is buffered"));
    }
    Ok(())
}

/// What is to be said of an index over so few records.
fn advice(topic: &str, records: u64) -> Option<String> {
    (records < WORTH_AN_INDEX).then(|| {
        format!(
            "note: {topic} has {}: so few are searched quickly without an index, which is made for some {WORTH_AN_INDEX} and more",
            counted(records, "record")
        )
    })
}

fn created(topic: &str, done: &Indexed) -> String {
    let Indexed { bucket_id, name, kind, rows, version, .. } = done;
    let made = if done.replaced { "made anew" } else { "made" };
    let metric = done.metric.map_or_else(String::new, |metric| format!(", {}", metric.name()));
    let parts = |partitions| format!(" in {}", counted(partitions as u64, "partition"));
    format!(
        "{topic}, bucket {bucket_id}: {made} {name} ({kind}{metric}) over {}{}: {}, version {version}",
        counted(*rows, "record"),
        done.partitions.map_or_else(String::new, parts),
        bytes(done.bytes),
    )
}

async fn drop_index(engine: &Engine, args: &IndexArgs, column: &str) -> Result {
    let metric = args.metric.map(Into::into);
    let done = engine.drop_index(&args.topic, args.bucket, column, metric).await?;
    if args.facts.json {
        return output::json(&done);
    }
    for bucket in done.iter().filter(|bucket| !bucket.names.is_empty()) {
        output::narrate(dropped(&args.topic, bucket));
    }
    Ok(())
}

fn dropped(topic: &str, done: &Dropped) -> String {
    let Dropped { bucket_id, names, version } = done;
    format!("{topic}, bucket {bucket_id}: dropped {}, version {version}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_a_sentence() {
        let done = Indexed {
            bucket_id: 0,
            name: "vector_idx".into(),
            column: "vector".into(),
            kind: IndexKind::IvfPq,
            metric: Some(crate::Metric::Cosine),
            partitions: Some(1),
            version: 3,
            rows: 3201,
            bytes: 200_000,
            replaced: false,
        };
        assert_eq!(
            created("films", &done),
            "films, bucket 0: made vector_idx (IVF_PQ, cosine) over 3201 records in 1 partition: 200 kB, version 3"
        );
        let again = Indexed { replaced: true, partitions: Some(2), ..done };
        assert!(created("films", &again).contains("made anew vector_idx (IVF_PQ"));
        let kind = IndexKind::Text;
        let words = Indexed { kind, metric: None, partitions: None, replaced: false, ..again };
        assert_eq!(
            created("films", &words),
            "films, bucket 0: made vector_idx (INVERTED) over 3201 records: 200 kB, version 3"
        );
        let gone = Dropped { bucket_id: 1, names: vec!["a".into(), "b".into()], version: 9 };
        assert_eq!(dropped("films", &gone), "films, bucket 1: dropped a, b, version 9");
    }

    #[test]
    fn an_index_over_few_records_is_advised_against() {
        let note = advice("films", 3201).unwrap();
        assert!(note.starts_with("note: films has 3201 records: so few are searched"), "{note}");
        assert_eq!(advice("films", WORTH_AN_INDEX), None);
    }
}
