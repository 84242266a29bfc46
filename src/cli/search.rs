//! `lanceq search`: the records nearest to one or to a vector, those whose texts match best, or both.

use std::collections::BTreeMap;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::args::PrintArgs;
use super::count::counted;
use super::failure::{Failure, Result};
use super::format::Printer;
use super::output;
use super::pick::Pick;
use super::search_words;
use crate::{Engine, FoundBy, Likeness, Reader, Search};

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// The topic
    pub(crate) topic: String,

    /// The column of vectors to compare, or of texts to search; without it, --text searches all texts. For both at once, give
    /// it once for each
    #[arg(long, value_name = "COLUMN", required_unless_present = "text")]
    pub(crate) column: Vec<String>,

    /// The words to look for; "a phrase", +must and -mustnot. Along with --like or --vector, both count
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    pub(crate) text: Option<String>,

    /// Like the record at this offset; in a topic of several buckets BUCKET:OFFSET. Of several, divided by commas, like the
    /// mean of their vectors
    #[arg(
        long,
        value_name = "[BUCKET:]OFFSET,…",
        value_delimiter = ',',
        group = "likeness",
        required_unless_present_any = ["vector", "text"],
        conflicts_with = "vector",
        allow_hyphen_values = true
    )]
    pub(crate) like: Vec<Like>,

    /// Like this vector, a JSON array of numbers
    #[arg(long, value_name = "[0.1,…]", group = "likeness", allow_hyphen_values = true)]
    pub(crate) vector: Option<Vector>,

    /// How many records to find
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = super::args::positive, allow_negative_numbers = true)]
    pub(crate) k: usize,

    /// What "near" means: the square of the distance, the angle, or the scalar product
    #[arg(long, value_enum, default_value_t, value_name = "METRIC", requires = "likeness")]
    pub(crate) metric: Metric,

    /// Compare every vector, or read every text, also where there is an index
    #[arg(long)]
    pub(crate) exact: bool,

    /// How much of an index to look into: from 0, its nearest part, to 1, all of it
    #[arg(long, value_name = "SHARE", default_value = "0.5", value_parser = effort, allow_negative_numbers = true, requires = "likeness")]
    pub(crate) effort: f64,

    #[command(flatten)]
    pub(crate) pick: Pick,

    #[command(flatten)]
    pub(crate) print: PrintArgs,
}

/// A record that others are to be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Like {
    bucket: Option<u32>,
    offset: u64,
}

/// A vector that records are to be like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vector(Vec<f32>);

/// What "near" means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Metric {
    /// The square of the Euclidean distance
    #[default]
    L2,
    /// 1 minus the cosine of the angle
    Cosine,
    /// 1 minus the scalar product
    Dot,
}

/// Prints the records that were found, the nearest or best first.
pub(crate) async fn run(engine: &Engine, args: &SearchArgs) -> Result {
    let reader = args.pick.reader(engine, &args.topic).await?;
    let is_like = args.vector.is_some() || !args.like.is_empty();
    match &args.text {
        Some(text) if is_like => search_words::both(&reader, args, text).await,
        Some(text) => search_words::run(&reader, args, text).await,
        None => nearest(&reader, args).await,
    }
}

async fn nearest(reader: &Reader, args: &SearchArgs) -> Result {
    let [column] = args.column.as_slice() else {
        return Err(Failure::wrong_use(
            "vectors are compared in one column; name it with --column",
        ));
    };
    let found = reader.search(&like(reader, args, column)?).await?;
    let mut printer = Printer::new(args.print);
    printer.found(&found, reader.buckets().len())?;
    printer.finish()?;
    if found.hits.is_empty() {
        output::narrate(format!("{}: no record with a vector matches", args.topic));
    }
    told(&found.found_by, Compared::Vectors).into_iter().for_each(output::narrate);
    Ok(())
}

/// What a search goes through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    Vectors,
    Texts,
}

/// The search by likeness that the arguments ask for.
pub(super) fn like(reader: &Reader, args: &SearchArgs, column: &str) -> Result<Search> {
    let search = Search::like(column, likeness(args, reader)?).k(args.k);
    Ok(search.metric(args.metric.into()).exact(args.exact).effort(args.effort))
}

/// How records were found, where that was not simply by comparing all of these: in sentences.
pub(super) fn told(found_by: &FoundBy, compared: Compared) -> Vec<String> {
    let (one, done, all) = match compared {
        Compared::Vectors => ("vector", "compared", "exact"),
        Compared::Texts => ("text", "read", "every text read"),
    };
    let by_index = (!found_by.is_exact()).then(|| {
        // Those of one bucket cover the same records.
        let by_bucket: BTreeMap<_, _> =
            found_by.indices.iter().map(|index| (index.bucket_id, index.covered)).collect();
        let covered: u64 = by_bucket.into_values().sum();
        let mut names: Vec<_> = found_by
            .indices
            .iter()
            .map(|index| format!("{} ({})", index.name, index.kind))
            .collect();
        names.sort();
        names.dedup();
        format!(
            "by {} over {}; {} {done}",
            names.join(", "),
            counted(covered, "record"),
            counted(found_by.compared, one),
        )
    });
    let notes = found_by.passed_over.iter().map(|reason| format!("note: {all} in {reason}"));
    by_index.into_iter().chain(notes).collect()
}

fn likeness(args: &SearchArgs, reader: &Reader) -> Result<Likeness> {
    if let Some(Vector(vector)) = &args.vector {
        return Ok(Likeness::Vector(vector.clone()));
    }
    let places = args.like.iter().map(|like| place(args, *like, reader));
    match places.collect::<Result<Vec<_>>>()?.as_slice() {
        [] => Err(Failure::wrong_use("--like or --vector is missing")),
        [(bucket, offset)] => Ok(Likeness::Record { bucket: *bucket, offset: *offset }),
        several => Ok(Likeness::Records(several.to_vec())),
    }
}

fn place(args: &SearchArgs, like: Like, reader: &Reader) -> Result<(u32, u64)> {
    match (like, reader.buckets()) {
        (Like { bucket: Some(bucket), offset }, _) => Ok((bucket, offset)),
        (Like { offset, .. }, [bucket]) => Ok((*bucket, offset)),
        (Like { offset, .. }, buckets) => Err(Failure::wrong_use(format!(
            "`--like {offset}` does not say of which bucket; {} has {} buckets",
            args.topic,
            buckets.len()
        ))
        .hint(format!("write `--like BUCKET:{offset}`, or choose one with --bucket"))),
    }
}

/// A share of an index.
pub(super) fn effort(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1, such as 0.8".into())
}

impl From<Metric> for crate::Metric {
    fn from(metric: Metric) -> Self {
        match metric {
            Metric::L2 => Self::L2,
            Metric::Cosine => Self::Cosine,
            Metric::Dot => Self::Dot,
        }
    }
}

impl FromStr for Like {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "expected an offset such as 17, or BUCKET:OFFSET such as 0:17".to_owned();
        let (bucket, offset) = match text.split_once([':', '·']) {
            Some((bucket, offset)) => (Some(bucket.parse().map_err(|_| wrong())?), offset),
            None => (None, text),
        };
        Ok(Self { bucket, offset: offset.parse().map_err(|_| wrong())? })
    }
}

impl FromStr for Vector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let vector = serde_json::from_str(text)
            .map_err(|error| format!("expected a JSON array of numbers, [0.1, -2, 3e-4]: {error}"));
        vector.map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IndexUse;

    #[test]
    fn a_record_is_named_with_or_without_its_bucket() {
        for (text, bucket, offset) in [("17", None, 17), ("3:17", Some(3), 17), ("3·0", Some(3), 0)]
        {
            assert_eq!(text.parse(), Ok(Like { bucket, offset }), "{text}");
        }
        for wrong in ["", "-1", "1:", ":1", "a", "1:2:3", "1.5"] {
            assert!(wrong.parse::<Like>().is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn how_records_were_found_is_told_where_it_is_not_by_comparing_all() {
        let index = |bucket_id| IndexUse {
            bucket_id,
            name: "v_idx".into(),
            kind: "IVF_SQ".into(),
            covered: 20_000,
        };
        let mut found_by = FoundBy { compared: 1076, ..FoundBy::default() };
        assert_eq!(told(&found_by, Compared::Vectors), [""; 0]);
        found_by.indices = vec![index(0), index(1)];
        found_by.passed_over = vec!["bucket 2: `v_idx` is for the metric dot".into()];
        assert_eq!(
            told(&found_by, Compared::Vectors),
            [
                "by v_idx (IVF_SQ) over 40000 records; 1076 vectors compared",
                "note: exact in bucket 2: `v_idx` is for the metric dot",
            ]
        );
    }

    #[test]
    fn indices_of_words_are_told_with_how_many_texts_were_read() {
        let index = |name: &str| IndexUse {
            bucket_id: 0,
            name: name.into(),
            kind: "Inverted".into(),
            covered: 20_000,
        };
        let mut found_by = FoundBy { compared: 1, ..FoundBy::default() };
        found_by.indices = vec![index("title_idx"), index("text_idx")];
        found_by.passed_over = vec!["bucket 1: nothing vouches for its files".into()];
        assert_eq!(
            told(&found_by, Compared::Texts),
            [
                "by text_idx (Inverted), title_idx (Inverted) over 20000 records; 1 text read",
                "note: every text read in bucket 1: nothing vouches for its files",
            ]
        );
    }

    #[test]
    fn a_vector_is_an_array_of_numbers() {
        assert_eq!("[1, -0.5, 2e3]".parse(), Ok(Vector(vec![1.0, -0.5, 2000.0])));
        for wrong in ["", "1", "[1, \"a\"]", "[1,", "[null]", "{}"] {
            assert!(wrong.parse::<Vector>().is_err(), "{wrong:?} was accepted");
        }
    }
}
