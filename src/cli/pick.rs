//! Which records a reading command reads, and which of their fields: options that several commands share.

use clap::Args;

use super::failure::Result;
use super::moment::Place;
use crate::{Columns, Engine, Reader};

/// What of a topic is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct Pick {
    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Read a branch that another program made; --at is then a version, a tag or a time of the branch
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// Read at a version's number, a tag, or a time: 2026-01-31T12:00:00Z, or `2h ago`; also --until
    #[arg(long, alias = "until", value_name = "VERSION|TAG|TIME")]
    pub(crate) at: Option<Place>,

    #[command(flatten)]
    pub(crate) matching: Matching,

    #[command(flatten)]
    pub(crate) fields: Fields,
}

/// Which fields of records are printed.
#[derive(Debug, Clone, Args)]
pub(crate) struct Fields {
    /// Print these fields only
    #[arg(long, value_name = "A,B", value_delimiter = ',', conflicts_with = "exclude")]
    pub(crate) columns: Vec<String>,

    /// Print all fields but these
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
}

/// Which of the records are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct Matching {
    /// Only records that match, such as "year > 1990 and Title like 'Toy%'"; names with spaces in backticks
    #[arg(long, value_name = "SQL")]
    filter: Option<String>,

    /// Only records that have this text in a field; without capitals, in any case. Several: all of them
    #[arg(long, value_name = "TEXT", value_parser = text, allow_hyphen_values = true)]
    find: Vec<String>,
}

impl Matching {
    /// Whether not all records are.
    pub(crate) fn asks(&self) -> bool {
        self.filter.is_some() || !self.find.is_empty()
    }

    /// A reader of just those.
    pub(crate) async fn reader(&self, mut reader: Reader) -> Result<Reader> {
        if let Some(filter) = &self.filter {
            reader = reader.filter(filter).await?;
        }
        for text in &self.find {
            reader = reader.containing(text);
        }
        Ok(reader)
    }
}

/// A reader of a topic or one bucket of it, and there of the records of now or of a branch.
pub(crate) async fn line(
    engine: &Engine,
    topic: &str,
    bucket: Option<u32>,
    branch: Option<&str>,
) -> Result<Reader> {
    let mut reader = engine.reader(topic).await?;
    if let Some(bucket) = bucket {
        reader = reader.bucket(bucket)?;
    }
    match branch {
        Some(branch) => Ok(reader.branch(branch).await?),
        None => Ok(reader),
    }
}

fn text(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("every record has the empty text".into()) } else { Ok(text.into()) }
}

impl Pick {
    /// A reader of just that.
    pub(crate) async fn reader(&self, engine: &Engine, topic: &str) -> Result<Reader> {
        let mut reader = line(engine, topic, self.bucket, self.branch.as_deref()).await?;
        if let Some(place) = &self.at {
            reader = reader.at(place.seen_at(chrono::Utc::now())).await?;
        }
        let reader = self.matching.reader(reader).await?;
        Ok(reader.columns(self.fields.chosen()))
    }
}

impl Fields {
    /// The columns that are meant.
    pub(crate) fn chosen(&self) -> Columns {
        match (self.columns.as_slice(), self.exclude.as_slice()) {
            ([], []) => Columns::All,
            ([], exclude) => Columns::Except(exclude.to_vec()),
            (only, _) => Columns::Only(only.to_vec()),
        }
    }
}
