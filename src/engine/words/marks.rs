//! Where a record has what was looked for.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use serde::Serialize;
use serde_json::{Map, Value};

use super::counter::starts;
use super::lexicon::{Analyzer, Kind, Lexicon};
use super::query::{Leaf, TextQuery};
use super::split::words;
use super::texts::{Step, each_text, path};

/// The words in one text of a record that a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The column that it is in.
    pub column: String,
    /// Where the text stands: the column's name, or a path into its value, such as `turns[0].text`.
    pub path: String,
    /// Which bytes of it the words are, ascending. Of a phrase each word is one.
    pub words: Vec<Range<usize>>,
    /// The way from the column to the text.
    #[serde(skip)]
    way: Vec<Turn>,
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Turn {
    Field(String),
    Item(usize),
}

impl Mark {
    /// The text that the words are in, of the record's fields; `None` where the reader did not choose its column.
    pub fn text_in<'a>(&self, fields: &'a Map<String, Value>) -> Option<&'a str> {
        let mut value = fields.get(&self.column)?;
        for turn in &self.way {
            value = match turn {
                Turn::Field(name) => value.get(name)?,
                Turn::Item(number) => value.get(number)?,
            };
        }
        value.as_str()
    }
}

impl Turn {
    fn of(step: &Step<'_>) -> Self {
        match step {
            Step::Field(name) => Self::Field((*name).to_owned()),
            Step::Item(number) => Self::Item(*number),
        }
    }
}

/// Marks words in records.
#[derive(Debug)]
pub(crate) struct Marker {
    query: Arc<TextQuery>,
    wanted: Vec<bool>,
    lexicon: Lexicon,
}

impl Marker {
    pub(crate) fn new(query: Arc<TextQuery>, analyzer: Analyzer) -> Self {
        let (wanted, lexicon) = (query.wanted(), Lexicon::new(&query.terms, analyzer));
        Self { query, wanted, lexicon }
    }

    /// The texts of a row that have what is looked for.
    pub(crate) fn marks(&mut self, batch: &RecordBatch, row: usize) -> Vec<Mark> {
        let mut marks = Vec::new();
        let schema = batch.schema();
        for (field, values) in schema.fields().iter().zip(batch.columns()) {
            let column = field.name();
            each_text(values.as_ref(), row, &mut Vec::new(), &mut |way, text| {
                let words = self.places(text);
                if !words.is_empty() {
                    let (column, path) = (column.clone(), path(column, way));
                    let way = way.iter().map(Turn::of).collect();
                    marks.push(Mark { column, path, words, way });
                }
            });
        }
        marks
    }

    /// The words of a text that are looked for.
    fn places(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut positions: Vec<Vec<u32>> = vec![Vec::new(); self.query.terms.len()];
        let mut places: Vec<(u32, Range<usize>)> = Vec::new();
        for word in words(text) {
            if let Kind::Wanted(term) = self.lexicon.kind(word.text) {
                positions.iter_mut().skip(term).take(1).for_each(|at| at.push(word.position));
                places.push((word.position, word.place));
            }
        }
        let mut found: Vec<u32> = Vec::new();
        for (leaf, _) in self.query.leaves.iter().zip(&self.wanted).filter(|(_, wanted)| **wanted) {
            let behind: Vec<u32> = match leaf {
                Leaf::Term(_) => vec![0],
                Leaf::Phrase(parts) => parts.iter().map(|(_, behind)| *behind).collect(),
            };
            let starts = starts(leaf, &positions);
            found.extend(starts.flat_map(|start| behind.iter().map(move |b| start + b)));
        }
        found.sort_unstable();
        places.retain(|(position, _)| found.binary_search(position).is_ok());
        places.into_iter().map(|(_, place)| place).collect()
    }
}
