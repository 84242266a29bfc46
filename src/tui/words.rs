//! The search for records whose texts match words best.

use std::collections::BTreeSet;
use std::time::Instant;

use super::data::{Fault, Finds, FoundText};
use super::effect::WordSearch;
use super::event::Answer;
use super::history;
use crate::{Columns, Engine, FoundBy, IndexUse, Reader, TextSearch};

/// Records that are found at most.
const BEST: usize = 50;

/// Finds the best in a topic, or in one bucket of it: as it is, or as it was at a version.
///
/// Cancel: safe to drop at any await.
pub(super) async fn words(engine: &Engine, search: &WordSearch) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let topic = &search.place.topic;
    let reader = match search.place.bucket {
        Some(bucket) => history::bucket(engine, topic, bucket, search.version.as_ref()).await?,
        None => engine.reader(topic.as_str()).await?,
    };
    let columns = text_columns(&reader).await?;
    if columns.is_empty() {
        return Err(Fault::new(format!("`{topic}` has no column of texts")));
    }
    // What is shown of a hit are its texts: the rest need not be read.
    let reader = reader.columns(Columns::Only(columns.clone()));
    let mut wanted = TextSearch::new(&search.text).k(BEST);
    if let Some(column) = &search.column {
        wanted = wanted.column(column);
    }
    let found = reader.search_text(&wanted).await?;
    let hits = found.hits.iter().map(FoundText::of).collect();
    let by = asked(&found.found_by);
    let (matching, searched, took) = (found.matching, found.searched, begun.elapsed());
    let read = found.found_by.compared;
    Ok(Answer::Words(Finds { columns, hits, matching, searched, read, by, took }))
}

/// The indices that were asked, each named once.
fn asked(found_by: &FoundBy) -> Option<String> {
    let name = |index: &IndexUse| format!("{} ({})", index.name, index.kind);
    let names: BTreeSet<String> = found_by.indices.iter().map(name).collect();
    (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(", "))
}

async fn text_columns(reader: &Reader) -> Result<Vec<String>, Fault> {
    let schema = reader.schema().await?;
    Ok(TextSearch::searched(&schema))
}
