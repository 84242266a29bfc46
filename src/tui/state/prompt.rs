//! A prompt of one line: what is being typed, what was typed before, and what is wrong with it.

use std::collections::VecDeque;
use std::ops::Range;

use tui_input::{Input, InputRequest};

use crate::Estimate;

/// Texts that are remembered.
const REMEMBERED: usize = 50;

/// Texts that were taken, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Earlier(VecDeque<String>);

impl Earlier {
    /// Remembers a text, once.
    pub(crate) fn note(&mut self, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.0.retain(|known| known != text);
        self.0.push_front(text.into());
        self.0.truncate(REMEMBERED);
    }
}

/// The prompt.
#[derive(Debug, Default)]
pub(crate) struct Prompt {
    input: Input,
    earlier: Earlier,
    /// How far back the text comes from; 0 is what is being typed.
    back: usize,
    /// What was being typed when one began to go back.
    begun: String,
    /// Why the last try was refused.
    pub(crate) error: Option<String>,
    /// Which part of the text that is about, in bytes, where it is known.
    pub(crate) fault: Option<Range<usize>>,
    /// What the text would come to.
    pub(crate) outlook: Option<Outlook>,
}

/// What is known of a condition that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// So many records would match.
    Matches(Estimate),
    /// It is none yet, for this reason.
    Unfinished(String),
}

impl Prompt {
    /// An empty prompt that remembers what was typed before.
    pub(crate) fn after(earlier: &Earlier) -> Self {
        Self { earlier: earlier.clone(), ..Self::default() }
    }

    /// The same prompt with a text to change.
    pub(crate) fn with(mut self, text: &str) -> Self {
        self.input = Input::new(text.into());
        self
    }

    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// Characters before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Changes the text; an error belongs to the text before.
    pub(crate) fn edit(&mut self, request: InputRequest) {
        self.forget();
        self.input.handle(request);
    }

    /// Goes to the text that was taken before, or back on to what is being typed.
    pub(crate) fn recall(&mut self, way: Recall) {
        let back = match way {
            Recall::Earlier => (self.back + 1).min(self.earlier.0.len()),
            Recall::Later => self.back.saturating_sub(1),
        };
        if back == self.back {
            return;
        }
        if self.back == 0 {
            self.begun = self.text().into();
        }
        self.back = back;
        let text = back.checked_sub(1).and_then(|at| self.earlier.0.get(at));
        self.input = Input::new(text.unwrap_or(&self.begun).clone());
        self.forget();
    }

    /// What was said of the text before is not said of this one.
    fn forget(&mut self) {
        (self.error, self.fault, self.outlook) = (None, None, None);
    }
}

/// A direction through what was typed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recall {
    Earlier,
    Later,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(prompt: &mut Prompt, text: &str) {
        text.chars().for_each(|c| prompt.edit(InputRequest::InsertChar(c)));
    }

    #[test]
    fn what_was_taken_comes_back_and_what_is_being_typed_is_not_lost() {
        let mut earlier = Earlier::default();
        for text in ["10", "20", " ", "10", "30"] {
            earlier.note(text);
        }
        let mut prompt = Prompt::after(&earlier);
        typed(&mut prompt, "99");
        let mut seen = Vec::new();
        for way in [Recall::Earlier; 4].into_iter().chain([Recall::Later; 4]) {
            prompt.recall(way);
            seen.push(prompt.text().to_owned());
        }
        assert_eq!(seen, ["30", "10", "20", "20", "10", "30", "99", "99"]);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut earlier = Earlier::default();
        (0..200).for_each(|number| earlier.note(&number.to_string()));
        assert_eq!((earlier.0.len(), earlier.0[0].as_str()), (REMEMBERED, "199"));
    }

    #[test]
    fn an_error_goes_with_the_text_it_was_about() {
        let mut prompt = Prompt::default();
        typed(&mut prompt, "x");
        prompt.error = Some("wrong".into());
        typed(&mut prompt, "y");
        assert_eq!((prompt.text(), &prompt.error), ("xy", &None));
    }
}
