//! Records that are like another one, as the explorer shows them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::Record;
use crate::tui::text::sanitize;

/// Cells of a text that are kept.
const PREVIEW: u16 = 200;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Likes {
    /// The vector column that was searched.
    pub(crate) column: String,
    /// All vector columns of the topic.
    pub(crate) columns: Vec<String>,
    /// The nearest first.
    pub(crate) hits: Vec<Like>,
    /// How many records were compared.
    pub(crate) searched: u64,
    /// The indices that named them; none where all were compared.
    pub(crate) by: Option<String>,
    pub(crate) took: Duration,
}

/// One record that is like another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Like {
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
    pub(crate) buffered: bool,
    pub(crate) distance: f32,
    /// What it says: its text in the column that says most.
    pub(crate) text: String,
}

impl Like {
    /// Hits as they are shown: each with its text in the column that has the longest texts.
    pub(crate) fn of_hits(hits: Vec<(Record, f32)>) -> Vec<Self> {
        let wordy = wordiest(hits.iter().map(|(record, _)| record));
        let like = |(record, distance): (Record, f32)| Self {
            bucket: record.bucket,
            offset: record.offset,
            buffered: record.buffered,
            distance,
            text: text(&record, wordy.as_deref()),
        };
        hits.into_iter().map(like).collect()
    }
}

/// Lets the record that others are like stand first, also where others are as near to it as it is itself.
pub(crate) fn lead_with(hits: &mut Vec<Like>, bucket: u32, offset: u64) {
    let is_it = |hit: &Like| (hit.bucket, hit.offset) == (bucket, offset);
    if let Some(at) = hits.iter().position(is_it) {
        let it = hits.remove(at);
        hits.insert(0, it);
    }
}

fn text(record: &Record, column: Option<&str>) -> String {
    let value = column.and_then(|column| record.fields.get(column));
    match value {
        Some(Value::String(text)) => sanitize::clip(text, PREVIEW),
        Some(Value::Null) | None => String::new(),
        Some(other) => sanitize::clip(&other.to_string(), PREVIEW),
    }
}

/// The column with the longest texts; none where there is no text at all.
fn wordiest<'a>(records: impl Iterator<Item = &'a Record>) -> Option<String> {
    let mut lengths: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, value) in records.flat_map(|record| &record.fields) {
        if let Value::String(text) = value {
            *lengths.entry(name.as_str()).or_default() += text.len().min(usize::from(PREVIEW));
        }
    }
    lengths.into_iter().max_by_key(|(_, length)| *length).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(offset: u64, fields: &Value) -> Record {
        let fields = fields.as_object().unwrap().clone().into_iter().collect();
        Record { bucket: 0, offset, buffered: false, fields }
    }

    #[test]
    fn a_hit_is_shown_by_the_column_that_says_most() {
        let hits = vec![
            (
                record(1, &json!({"id": "a-long-id", "title": "Up", "plot": "A house flies away"})),
                0.0,
            ),
            (record(2, &json!({"id": "another-long-id", "title": "Jaws", "plot": null})), 0.5),
        ];
        let texts: Vec<String> = Like::of_hits(hits).into_iter().map(|like| like.text).collect();
        assert_eq!(texts, ["a-long-id", "another-long-id"], "the ids are longer in all");
        let hits = vec![(record(1, &json!({"n": 1})), 0.0)];
        assert_eq!(Like::of_hits(hits)[0].text, "");
    }

    #[test]
    fn the_record_itself_leads_also_where_others_are_as_near() {
        let hits = (1..4).map(|offset| (record(offset, &json!({"n": 1})), 0.0)).collect();
        let mut likes = Like::of_hits(hits);
        lead_with(&mut likes, 0, 3);
        lead_with(&mut likes, 1, 2);
        let offsets: Vec<u64> = likes.iter().map(|like| like.offset).collect();
        assert_eq!(offsets, [3, 1, 2]);
    }
}
