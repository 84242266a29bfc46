//! What was said, so that nothing is lost to the next key.

use std::collections::VecDeque;

use chrono::NaiveDateTime;

use super::app::Notice;

/// Sentences that are kept.
const KEPT: usize = 200;

/// A sentence, and when it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) when: NaiveDateTime,
    pub(crate) notice: Notice,
}

/// The last sentences, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Log(VecDeque<Said>);

impl Log {
    /// Notes a sentence; of many, the oldest is forgotten.
    pub(crate) fn note(&mut self, when: NaiveDateTime, notice: Notice) {
        self.0.push_front(Said { when, notice });
        self.0.truncate(KEPT);
    }

    /// All of them, the newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Said> {
        self.0.iter()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::tui::state::Severity;

    #[test]
    fn only_the_newest_are_kept() {
        let mut log = Log::default();
        for number in 0..1_000 {
            let notice = Notice { severity: Severity::Done, text: number.to_string() };
            log.note(DateTime::UNIX_EPOCH.naive_utc(), notice);
        }
        let first = log.iter().next().map(|said| said.notice.text.as_str());
        assert_eq!((log.len(), first), (KEPT as u64, Some("999")));
    }
}
