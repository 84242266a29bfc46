//! `lanceq search`: the records nearest to one, or to a vector.

use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::args::PrintArgs;
use super::failure::{Failure, Result};
use super::format::Printer;
use super::output;
use super::pick::Pick;
use crate::{Engine, Likeness, Reader, Search};

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// The topic
    pub(crate) topic: String,

    /// The column of vectors to compare
    #[arg(long, value_name = "COLUMN")]
    pub(crate) column: String,

    /// Like the record at this offset; in a topic of several buckets BUCKET:OFFSET
    #[arg(
        long,
        value_name = "[BUCKET:]OFFSET",
        required_unless_present = "vector",
        conflicts_with = "vector",
        allow_hyphen_values = true
    )]
    pub(crate) like: Option<Like>,

    /// Like this vector, a JSON array of numbers
    #[arg(long, value_name = "[0.1,…]", allow_hyphen_values = true)]
    pub(crate) vector: Option<Vector>,

    /// How many records to find
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = super::args::positive, allow_negative_numbers = true)]
    pub(crate) k: usize,

    /// What "near" means: the square of the distance, the angle, or the scalar product
    #[arg(long, value_enum, default_value_t, value_name = "METRIC")]
    pub(crate) metric: Metric,

    /// Compare every vector. For now that is always done
    #[arg(long)]
    pub(crate) exact: bool,

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

/// Prints the records that were found, nearest first.
pub(crate) async fn run(engine: &Engine, args: &SearchArgs) -> Result {
    let reader = args.pick.reader(engine, &args.topic).await?;
    let search = Search::like(&args.column, likeness(args, &reader)?).k(args.k);
    let found = reader.search(&search.metric(args.metric.into())).await?;
    let mut printer = Printer::new(args.print);
    printer.found(&found, reader.buckets().len())?;
    printer.finish()?;
    if found.hits.is_empty() {
        output::narrate(format!("{}: no record with a vector matches", args.topic));
    }
    Ok(())
}

fn likeness(args: &SearchArgs, reader: &Reader) -> Result<Likeness> {
    if let Some(Vector(vector)) = &args.vector {
        return Ok(Likeness::Vector(vector.clone()));
    }
    match (args.like, reader.buckets()) {
        (Some(Like { bucket: Some(bucket), offset }), _) => Ok(Likeness::Record { bucket, offset }),
        (Some(Like { offset, .. }), [bucket]) => Ok(Likeness::Record { bucket: *bucket, offset }),
        (Some(Like { offset, .. }), buckets) => Err(Failure::wrong_use(format!(
            "`--like {offset}` does not say of which bucket; {} has {} buckets",
            args.topic,
            buckets.len()
        ))
        .hint(format!("write `--like BUCKET:{offset}`, or choose one with --bucket"))),
        (None, _) => Err(Failure::wrong_use("--like or --vector is missing")),
    }
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
    fn a_vector_is_an_array_of_numbers() {
        assert_eq!("[1, -0.5, 2e3]".parse(), Ok(Vector(vec![1.0, -0.5, 2000.0])));
        for wrong in ["", "1", "[1, \"a\"]", "[1,", "[null]", "{}"] {
            assert!(wrong.parse::<Vector>().is_err(), "{wrong:?} was accepted");
        }
    }
}
