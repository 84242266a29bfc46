//! The put prompt: a record as it is being written, and what is known of it.

use tui_input::{Input, InputRequest};

use crate::{JsonError, JsonObject, JsonReason, TopicName, parse_record};

/// A draft on its way into a topic.
#[derive(Debug)]
pub(crate) struct PutPrompt {
    pub(crate) topic: TopicName,
    pub(crate) draft: Draft,
    /// What is to be said of it while nothing is wrong.
    pub(crate) note: Option<String>,
}

/// One line of JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Draft {
    input: Input,
    pub(crate) verdict: Verdict,
    /// Characters before the one at which the text stops being JSON.
    pub(crate) wrong_at: Option<usize>,
    /// Whether nobody has changed the text since it was made.
    pub(crate) untouched: bool,
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
    /// It can be put, and its topic then has these fields more, which stay.
    Adds(String),
}

impl Draft {
    /// A text that nobody has typed, with the cursor at its start.
    pub(crate) fn made(text: String) -> Self {
        Self { input: Input::new(text).with_cursor(0), untouched: true, ..Self::default() }
    }

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
        let change = self.input.handle(request);
        self.untouched &= !change.is_some_and(|change| change.value);
    }

    /// Puts the cursor where the text stops being JSON.
    pub(crate) fn go_to_fault(&mut self) {
        if let Some(at) = self.wrong_at {
            self.input.handle(InputRequest::SetCursor(at));
        }
    }

    /// Writes a text where the cursor stands.
    pub(crate) fn insert(&mut self, text: &str) {
        let (before, behind): (Vec<_>, Vec<_>) =
            self.text().chars().enumerate().partition(|(index, _)| *index < self.cursor());
        let cursor = before.len() + text.chars().count();
        let part = |part: Vec<(usize, char)>| part.into_iter().map(|(_, c)| c).collect::<String>();
        let whole = format!("{}{text}{}", part(before), part(behind));
        self.input = Input::new(whole).with_cursor(cursor);
        self.untouched = false;
    }

    /// The record, where the text is one; else the verdict says what it lacks.
    pub(crate) fn record(&mut self) -> Option<JsonObject> {
        self.verdict = Verdict::Open;
        self.wrong_at = None;
        if self.text().trim().is_empty() {
            return None;
        }
        match parse_record(self.text()) {
            Ok(record) => Some(record),
            Err(error) => {
                self.doubt(error);
                None
            }
        }
    }

    /// Takes why the text is no record.
    fn doubt(&mut self, error: JsonError) {
        let before = usize::try_from(error.column).unwrap_or(usize::MAX).saturating_sub(1);
        let before = self.text().get(..self.text().floor_char_boundary(before));
        let at = before.map_or(0, |before| before.chars().count());
        self.verdict = match error.reason {
            JsonReason::Syntax { message } if message.starts_with("EOF") => {
                Verdict::Unfinished(message)
            }
            JsonReason::Syntax { message } if message == "expected ident" => {
                Verdict::Wrong(format!("column {}: expected true, false or null", at + 1))
            }
            JsonReason::Syntax { message } if message == "trailing characters" => {
                Verdict::Wrong(format!("column {}: {message}: one record at a time", at + 1))
            }
            reason => Verdict::Wrong(format!("column {}: {reason}", at + 1)),
        };
        self.wrong_at = matches!(self.verdict, Verdict::Wrong(_)).then_some(at);
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
            (r#"{"a": 1} x"#, "column 10: trailing characters: one record at a time"),
            (r#"{"a": tru, "b": 1}"#, "column 10: expected true, false or null"),
            (r#"{"ä": 1, "b" 2}"#, "column 14: expected `:`"),
            (r#"{"a": 1, "a": 2}"#, "column 12: the key a is there twice"),
        ] {
            let mut draft = draft(text);
            assert_eq!(draft.record(), None);
            assert_eq!(draft.verdict, Verdict::Wrong(reason.into()), "{text}");
        }
    }

    #[test]
    fn the_place_of_a_fault_is_a_character_and_the_cursor_can_go_there() {
        let mut draft = draft(r#"{"äöü": tru, "b": 1}"#);
        assert_eq!(draft.record(), None);
        assert_eq!(draft.wrong_at, Some(11));
        draft.go_to_fault();
        assert_eq!(draft.cursor(), 11);
        draft.edit(InputRequest::InsertChar('e'));
        assert!(draft.record().is_some() && draft.wrong_at.is_none());
    }

    #[test]
    fn only_a_change_touches_a_text_that_was_made() {
        let mut draft = Draft::made("{}".into());
        draft.edit(InputRequest::GoToNextChar);
        assert!(draft.untouched);
        draft.edit(InputRequest::InsertChar(' '));
        assert!(!draft.untouched);
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
