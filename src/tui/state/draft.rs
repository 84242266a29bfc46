//! The put prompt: a record as it is being written, and what is known of it.

use tui_input::{Input, InputRequest};

use crate::{JsonObject, JsonReason, TopicName, parse_record};

/// A draft on its way into a topic.
#[derive(Debug)]
pub(crate) struct PutPrompt {
    pub(crate) topic: TopicName,
    pub(crate) draft: Draft,
}

/// One line of JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    input: Input,
    pub(crate) verdict: Verdict,
}

/// What is known of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing: there is no text, or it is being checked.
    #[default]
    Open,
    /// So far it is right, and something is missing at its end.
    Unfinished(String),
    /// It cannot be put.
    Wrong(String),
    /// It can be put.
    Fits,
}

impl Draft {
    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// Characters before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Changes the text; what was known of it is known no more.
    pub(crate) fn edit(&mut self, request: InputRequest) {
        self.input.handle(request);
    }

    /// Writes a text where the cursor stands.
    pub(crate) fn insert(&mut self, text: &str) {
        let (before, behind): (Vec<_>, Vec<_>) =
            self.text().chars().enumerate().partition(|(index, _)| *index < self.cursor());
        let cursor = before.len() + text.chars().count();
        let part = |part: Vec<(usize, char)>| part.into_iter().map(|(_, c)| c).collect::<String>();
        let whole = format!("{}{text}{}", part(before), part(behind));
        self.input = Input::new(whole).with_cursor(cursor);
    }

    /// The record, where the text is one; else the verdict says what it lacks.
    pub(crate) fn record(&mut self) -> Option<JsonObject> {
        self.verdict = Verdict::Open;
        if self.text().trim().is_empty() {
            return None;
        }
        match parse_record(self.text()) {
            Ok(record) => Some(record),
            Err(error) => {
                self.verdict = match error.reason {
                    JsonReason::Syntax { message } if message.starts_with("EOF") => {
                        Verdict::Unfinished(message)
                    }
                    reason => Verdict::Wrong(format!("column {}: {reason}", error.column)),
                };
                None
            }
        }
    }

    /// Calls a text wrong that is not finished: it is to be put as it stands.
    pub(crate) fn insist(&mut self) {
        self.verdict = match std::mem::take(&mut self.verdict) {
            Verdict::Unfinished(reason) => Verdict::Wrong(reason),
            Verdict::Open if self.text().trim().is_empty() => {
                Verdict::Wrong("a record is a JSON object; type one, or leave with esc".into())
            }
            other => other,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        let mut draft = Draft::default();
        draft.insert(text);
        draft
    }

    #[test]
    fn a_text_is_a_record_unfinished_or_wrong() {
        let mut record = draft(r#"{"a": 1}"#);
        assert_eq!(record.record().map(|record| record.len()), Some(1));
        for text in ["{", r#"{"a""#, r#"{"a": "#, r#"{"a": 1"#, r#"{"a": 1,"#, r#"{"a": [1, 2"#] {
            let mut draft = draft(text);
            assert_eq!(draft.record(), None);
            assert!(matches!(draft.verdict, Verdict::Unfinished(_)), "{text}: {draft:?}");
        }
        for (text, reason) in [
            ("[1]", "column 1: expected an object, found list of 1"),
            (r#"{"a": 1} x"#, "column 10: trailing characters"),
            (r#"{"a": 1, "a": 2}"#, "column 12: the key a is there twice"),
        ] {
            let mut draft = draft(text);
            assert_eq!(draft.record(), None);
            assert_eq!(draft.verdict, Verdict::Wrong(reason.into()), "{text}");
        }
    }

    #[test]
    fn what_is_pasted_stands_where_the_cursor_was() {
        let mut draft = draft("äb");
        draft.edit(InputRequest::GoToPrevChar);
        draft.insert("💡💡");
        assert_eq!((draft.text(), draft.cursor()), ("ä💡💡b", 3));
    }

    #[test]
    fn an_empty_or_unfinished_text_is_wrong_once_it_is_to_be_put() {
        for text in ["", "  ", "{"] {
            let mut draft = draft(text);
            assert_eq!(draft.record(), None);
            draft.insist();
            assert!(matches!(draft.verdict, Verdict::Wrong(_)), "{text}");
        }
    }
}
