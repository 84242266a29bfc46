//! Records whose texts were found, as the explorer shows them.

use std::ops::Range;
use std::time::Duration;

use crate::{Mark, TextHit};

/// Bytes of a text that are kept before the first word that was found, and from there on.
const BEFORE: usize = 200;
const BEHIND: usize = 800;

/// What a text search found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finds {
    /// All columns of the topic that hold texts.
    pub(crate) columns: Vec<String>,
    /// The best first.
    pub(crate) hits: Vec<FoundText>,
    /// How many records match.
    pub(crate) matching: u64,
    /// How many records have words.
    pub(crate) searched: u64,
    /// How many texts were read: fewer than there are where indices were asked.
    pub(crate) read: u64,
    /// The indices that were asked; none where all were read.
    pub(crate) by: Option<String>,
    pub(crate) took: Duration,
}

/// A record that has the words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FoundText {
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
    pub(crate) buffered: bool,
    pub(crate) score: f32,
    /// Where the first of its texts stands that has them.
    pub(crate) path: String,
    pub(crate) passage: Passage,
}

/// A part of a text round the words that were found in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Passage {
    pub(crate) text: String,
    /// Which bytes of it were looked for.
    pub(crate) words: Vec<Range<usize>>,
}

impl FoundText {
    pub(crate) fn of(hit: &TextHit) -> Self {
        let fields = &hit.record.fields;
        let first = hit.marks.first();
        let passage = first.and_then(|mark| Some(Passage::of(mark.text_in(fields)?, mark)));
        Self {
            bucket: hit.record.bucket,
            offset: hit.record.offset,
            buffered: hit.record.buffered,
            score: hit.score,
            path: first.map(|mark| mark.path.clone()).unwrap_or_default(),
            passage: passage.unwrap_or_default(),
        }
    }
}

impl Passage {
    /// The part of a text that may be shown.
    fn of(text: &str, mark: &Mark) -> Self {
        let first = mark.words.first().map_or(0, |word| word.start);
        let start = text.floor_char_boundary(first.saturating_sub(BEFORE));
        let end = text.floor_char_boundary(first.saturating_add(BEHIND));
        let cut = text.get(start..end).unwrap_or_default();
        let words = mark.words.iter().filter(|word| word.end <= end);
        let words = words.map(|word| word.start - start..word.end - start).collect();
        Self { text: cut.to_owned(), words }
    }
}
