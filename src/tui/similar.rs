//! The search for records that are like another one, or like several.

use std::collections::BTreeSet;
use std::time::Instant;

use arrow_schema::DataType;

use super::data::{Fault, Like, Likes, lead_with};
use super::effect::{Exemplar, RecordId};
use super::event::Answer;
use super::history;
use crate::{Columns, Engine, FoundBy, IndexUse, Likeness, Reader, Search};

/// Records that are found at most.
const NEAREST: usize = 50;

/// Finds the records nearest to a record, in its whole topic, or in its bucket where it is looked at
/// at a version; or those nearest to the mean of several records of a topic.
pub(super) async fn similar(
    engine: &Engine,
    like: &Exemplar,
    column: Option<&str>,
) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let reader = match like {
        Exemplar::Record(RecordId { topic, bucket, version: Some(version), .. }) => {
            history::bucket(engine, topic, *bucket, Some(version)).await?
        }
        _ => engine.reader(like.topic().as_str()).await?,
    };
    let columns = vector_columns(&reader).await?;
    let wanted = column.filter(|column| columns.iter().any(|known| known == column));
    let Some(column) = wanted.map(str::to_owned).or_else(|| columns.first().cloned()) else {
        return Err(Fault::new(format!("`{}` has no vector column", like.topic())));
    };
    let likeness = likeness(like);
    // What is shown of a hit is text: the numbers need not be read.
    let reader = reader.columns(Columns::Except(columns.clone()));
    let found = match reader.search(&Search::like(&column, likeness).k(NEAREST)).await {
        Ok(found) => found,
        // The record may have a vector in another column.
        Err(error) => return Ok(Answer::Unlike { column, columns, fault: error.into() }),
    };
    let hits = found.hits.into_iter().map(|hit| (hit.record, hit.distance)).collect();
    let mut hits = Like::of_hits(hits);
    if let Exemplar::Record(record) = like {
        lead_with(&mut hits, record.bucket, record.offset);
    }
    let took = begun.elapsed();
    let (searched, by) = (found.searched, asked(&found.found_by));
    Ok(Answer::Similar(Likes { column, columns, hits, searched, by, took }))
}

fn likeness(like: &Exemplar) -> Likeness {
    match like {
        Exemplar::Record(record) => {
            Likeness::Record { bucket: record.bucket, offset: record.offset }
        }
        Exemplar::Mean { records, .. } => Likeness::Records(records.clone()),
    }
}

/// The indices that were asked, each named once.
fn asked(found_by: &FoundBy) -> Option<String> {
    let name = |index: &IndexUse| format!("{} ({})", index.name, index.kind);
    let names: BTreeSet<String> = found_by.indices.iter().map(name).collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

async fn vector_columns(reader: &Reader) -> Result<Vec<String>, Fault> {
    let schema = reader.schema().await?;
    let is_vector = |kind: &DataType| match kind {
        DataType::FixedSizeList(item, _) => item.data_type().is_floating(),
        _ => false,
    };
    let vectors = schema.fields().iter().filter(|field| is_vector(field.data_type()));
    Ok(vectors.map(|field| field.name().clone()).collect())
}
