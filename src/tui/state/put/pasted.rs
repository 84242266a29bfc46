//! Records that were pasted as JSON Lines: which lines are records, and which are refused, and why.

use std::collections::BTreeMap;

use crate::tui::data::{Refusal, Trial, plainly};
use crate::tui::state::Scroll;
use crate::{JsonLines, JsonObject, Located, ReadError, parse_record};

/// Bytes of a paste at most.
pub(crate) const MOST_BYTES: usize = 4 << 20;
/// Records of a paste at most.
pub(crate) const MOST_RECORDS: usize = 10_000;
/// Characters of a line that are kept to be shown.
const SHOWN: usize = 400;

/// Lines that are put together or not at all.
#[derive(Debug, Clone)]
pub(crate) struct Pasted {
    lines: Vec<Line>,
    records: Vec<JsonObject>,
    pub(crate) bytes: usize,
    pub(crate) scroll: Scroll,
    /// What would become of them, once that is known.
    pub(crate) trial: Option<Trial>,
}

/// One line that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// Its number in what was pasted, from 1.
    pub(crate) number: u64,
    /// Its beginning.
    pub(crate) text: String,
    /// Why it cannot be put.
    pub(crate) refusal: Option<String>,
    /// Its place among the records; none where it is no record.
    record: Option<usize>,
}

/// What a text that was pasted is.
#[derive(Debug, Clone)]
pub(crate) enum Recognised {
    /// Nothing that is known: a text like any other.
    Text,
    Record(JsonObject),
    Lines(Box<Pasted>),
    /// Records, but more than may be pasted.
    TooMany,
}

/// Finds out what a text is. Several lines are records where most of them are: then the others are mistakes.
pub(crate) fn recognise(text: &str) -> Recognised {
    if !text.trim_start().starts_with('{') {
        return Recognised::Text;
    }
    if text.len() > MOST_BYTES {
        return Recognised::TooMany;
    }
    if let Ok(record) = parse_record(text.trim()) {
        return Recognised::Record(record);
    }
    let pasted = Pasted::of(text);
    let (all, records) = (pasted.lines.len(), pasted.records.len());
    if all < 2 || records * 2 <= all {
        return Recognised::Text;
    }
    if records > MOST_RECORDS { Recognised::TooMany } else { Recognised::Lines(Box::new(pasted)) }
}

impl Pasted {
    fn of(text: &str) -> Self {
        let (mut lines, mut records) = (Vec::new(), Vec::new());
        let mut source = text.lines();
        let mut passed = 0;
        // Lines come in order, so the source is gone through once.
        let mut take = |number: u64| -> String {
            let skip = usize::try_from(number - 1 - passed).unwrap_or(usize::MAX);
            passed = number;
            source.nth(skip).unwrap_or_default().chars().take(SHOWN).collect()
        };
        for read in JsonLines::new(text.as_bytes()) {
            let (number, refusal, record) = match read {
                Ok(Located { line, record }) => {
                    records.push(record);
                    (line, None, Some(records.len() - 1))
                }
                Err(ReadError::Record { error, .. }) => {
                    let why = format!("column {}: {}", error.column, plainly(&error.reason));
                    (error.line, Some(why), None)
                }
                Err(ReadError::Array { .. } | ReadError::Io { .. }) => break,
            };
            lines.push(Line { number, text: take(number), refusal, record });
        }
        let mut all =
            Self { lines, records, bytes: text.len(), scroll: Scroll::default(), trial: None };
        all.go_to_refused();
        all
    }

    /// The lines, in order.
    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The records of those that are some.
    pub(crate) fn records(&self) -> &[JsonObject] {
        &self.records
    }

    /// How many lines cannot be put.
    pub(crate) fn refused(&self) -> usize {
        self.lines.iter().filter(|line| line.refusal.is_some()).count()
    }

    /// Takes what a check of the records has found.
    pub(crate) fn take(&mut self, found: Result<Trial, Vec<Refusal>>) {
        match found {
            Ok(trial) => self.trial = Some(trial),
            Err(refused) => {
                let mut reasons: BTreeMap<usize, String> =
                    refused.iter().map(|refusal| (refusal.record, refusal.sentence())).collect();
                for line in &mut self.lines {
                    if let Some(reason) = line.record.and_then(|record| reasons.remove(&record)) {
                        line.refusal = Some(reason);
                    }
                }
                self.go_to_refused();
            }
        }
    }

    /// Selects the next line that cannot be put, the first one behind the last.
    pub(crate) fn next_refused(&mut self) {
        let at = self.scroll.selected;
        let rows = |(row, line): (u64, &Line)| line.refusal.is_some().then_some(row);
        let refused: Vec<u64> = (0..).zip(&self.lines).filter_map(rows).collect();
        let next = refused.iter().find(|row| **row > at).or(refused.first());
        self.scroll.selected = next.copied().unwrap_or(at);
    }

    fn go_to_refused(&mut self) {
        let first = self.lines.iter().position(|line| line.refusal.is_some());
        self.scroll.selected = first.map_or(0, |at| at as u64);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(text: &str) -> Pasted {
        match recognise(text) {
            Recognised::Lines(pasted) => *pasted,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn records_are_told_from_texts() {
        for text in [
            "",
            "12",
            "[1]",
            "{",
            "{\"a\": 1",
            "{\n  \"a\": [\n    {}\n  ],\n  \"b\"\n}",
            "x\n{}\n{}",
        ] {
            assert!(matches!(recognise(text), Recognised::Text), "{text}");
        }
        let pretty = "\n{\n  \"a\": [\n    {}\n  ]\n}\n";
        assert!(
            matches!(recognise(pretty), Recognised::Record(record) if record["a"] == json!([{}]))
        );
        assert_eq!(lines("{\"a\": 1}\n\n{\"a\": 2}\r\n").records().len(), 2);
        let many = "{}\n".repeat(MOST_RECORDS + 1);
        assert!(matches!(recognise(&many), Recognised::TooMany));
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(MOST_BYTES));
        assert!(matches!(recognise(&long), Recognised::TooMany));
    }

    #[test]
    fn a_line_that_is_none_says_why_with_its_number_and_is_selected() {
        let mut pasted = lines("{\"a\": 1}\n\n{\"a\": tru}\n{\"a\": \"x\"}\n{\"a\": 4}\n{\"a\" 5}");
        let told = |pasted: &Pasted| -> Vec<(u64, Option<String>)> {
            pasted.lines().iter().map(|line| (line.number, line.refusal.clone())).collect()
        };
        let broken = Some("column 10: expected true, false or null".to_owned());
        let colon = Some("column 6: expected `:`".to_owned());
        assert_eq!(
            told(&pasted),
            [(1, None), (3, broken.clone()), (4, None), (5, None), (6, colon.clone())]
        );
        assert_eq!((pasted.refused(), pasted.scroll.selected), (2, 1));
        let reason = "expected int64, found text \"x\"".to_owned();
        pasted.take(Err(vec![Refusal { record: 1, field: Some("a".into()), reason }]));
        let wrong = Some("field `a`: expected int64, found text \"x\"".to_owned());
        assert_eq!(told(&pasted), [(1, None), (3, broken), (4, wrong), (5, None), (6, colon)]);
        let mut seen = Vec::new();
        for _ in 0..4 {
            pasted.next_refused();
            seen.push(pasted.scroll.selected);
        }
        assert_eq!(seen, [2, 4, 1, 2]);
    }
}
