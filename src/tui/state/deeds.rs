//! What the explorer did, each as a command that does the same, and how it is taken back.

use std::collections::VecDeque;

use chrono::NaiveDateTime;

/// Deeds that are kept.
const KEPT: usize = 500;

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) when: NaiveDateTime,
    /// The command that does the same.
    pub(crate) command: String,
    pub(crate) undo: Undo,
}

/// How it is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undo {
    /// By this command.
    Command(String),
    /// Not at all, for this reason.
    Nothing(&'static str),
}

impl Undo {
    /// By a command, where there is one.
    pub(crate) fn of(command: Option<String>, or: &'static str) -> Self {
        command.map_or(Self::Nothing(or), Self::Command)
    }
}

/// What was done, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Deeds(VecDeque<Deed>);

impl Deeds {
    /// Notes it; of many, the oldest is forgotten.
    pub(crate) fn note(&mut self, when: NaiveDateTime, command: String, undo: Undo) {
        self.0.push_front(Deed { when, command, undo });
        self.0.truncate(KEPT);
    }

    /// All of them, the newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Deed> {
        self.0.iter()
    }

    /// The one in a line of the list.
    pub(crate) fn get(&self, line: u64) -> Option<&Deed> {
        self.0.get(usize::try_from(line).ok()?)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_are_kept() {
        let mut deeds = Deeds::default();
        for number in 0..1_000 {
            deeds.note(NaiveDateTime::default(), number.to_string(), Undo::Nothing("so"));
        }
        let first = deeds.get(0).map(|deed| deed.command.as_str());
        assert_eq!((deeds.len(), first), (KEPT as u64, Some("999")));
    }
}
