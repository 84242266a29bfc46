//! Records of the fixed root that have words.

use std::time::Duration;

use super::data::{Fault, Finds, FoundText, Passage};
use super::effect::WordSearch;
use super::event::Answer;
use super::sample::{PROMPTS, dice, pick, shape};

/// Records whose prompt has one of the words, as they are written but for the case.
pub(crate) fn found(search: &WordSearch) -> Result<Answer, Fault> {
    let (buckets, rows, buffered) = shape(&search.place.topic)?;
    let text = search.text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let hit = |number: u64| {
        let text = pick(&PROMPTS, number);
        let lower = text.to_lowercase();
        let mut places: Vec<_> = words
            .iter()
            .filter_map(|word| lower.find(word).map(|at| at..at + word.len()))
            .collect();
        places.sort_by_key(|place| place.start);
        let dice = dice(0, number, 7);
        let bucket = u32::try_from(dice % u64::from(buckets)).unwrap_or(0);
        let offset = if number == 1 { rows - 2 } else { dice % rows.max(1) };
        let hit = FoundText {
            bucket: search.place.bucket.unwrap_or(bucket),
            offset,
            buffered: offset + buffered >= rows,
            score: places.len() as f32 * 3.107 / (1.0 + number as f32 * 0.03),
            path: search.column.clone().unwrap_or_else(|| "prompt".into()),
            passage: Passage { text: text.into(), words: places.clone() },
        };
        (!places.is_empty()).then_some(hit)
    };
    let mut hits: Vec<FoundText> = (0..60).filter_map(hit).collect();
    hits.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(Answer::Words(Finds {
        columns: vec!["id".into(), "model".into(), "prompt".into()],
        matching: hits.len() as u64,
        hits,
        searched: rows * u64::from(buckets),
        read: rows * u64::from(buckets),
        by: None,
        took: Duration::from_millis(38),
    }))
}
