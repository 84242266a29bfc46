//! The tour of the demo: five things to do, each of which ends when the person has done it.

use crate::tui::input::actions;
use crate::tui::text::sanitize;

/// One thing to do.
struct Step {
    /// What is to be seen, and what to do; `{id}` stands for the key of that action.
    says: &'static str,
    /// The actions that end it, by their ids.
    ends: &'static [&'static str],
}

/// A step whose actions are not there is left out.
const STEPS: &[Step] = &[
    Step {
        says: "Another process is putting records into these topics at this very moment: watch the counts grow. \
               {open} opens the topic that is selected.",
        ends: &["open", "tail"],
    },
    Step {
        says: "A table of all its records, however many; new ones come at its end. {tail} follows them live.",
        ends: &["tail"],
    },
    Step {
        says: "● is buffered, ■ is in a version: with each flush one turns into the other. {open} holds the tail still \
               and shows a record in full.",
        ends: &["open"],
    },
    Step {
        says: "{flush} persists now whatever that process has buffered. Or {put} puts a record of your own beside it.",
        ends: &["flush", "put-record"],
    },
    Step {
        says: "Each flush made a version, and none is gone. {tail} goes back to the table, {older} shows it as it was \
               one version before.",
        ends: &["older"],
    },
];
const FAREWELL: &str = "That was the tour. {help} lists all keys. Records of your own: lanceq put my_topic file.jsonl, then lanceq.";

/// How far the person has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tour {
    done: usize,
}

/// A word of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Whether it names a key.
    pub(crate) is_key: bool,
    /// Whether it stands right behind the word before: a comma behind a key.
    pub(crate) is_glued: bool,
}

impl Tour {
    /// Which step it is at, from 1, and of how many; none once all are done.
    pub(crate) fn place(self) -> Option<(usize, usize)> {
        let all = steps().count();
        (self.done < all).then_some((self.done + 1, all))
    }

    /// Notes that an action was done: each step that it ends has ended.
    pub(crate) fn did(&mut self, id: &str) {
        while steps().nth(self.done).is_some_and(|step| step.ends.contains(&id)) {
            self.done += 1;
        }
    }

    /// What it says, in lines of at most so many cells.
    pub(crate) fn lines(self, width: u16) -> Vec<Vec<Word>> {
        let says = steps().nth(self.done).map_or(FAREWELL, |step| step.says);
        let mut lines = vec![Vec::new()];
        let mut used = 0;
        for unit in says.split_whitespace() {
            let unit: Vec<Word> = words(unit).collect();
            let wide = unit.iter().fold(0, |sum, word| sum + sanitize::width(&word.text));
            if used > 0 && used + 1 + wide > width {
                lines.push(Vec::new());
                used = 0;
            }
            used += wide + u16::from(used > 0);
            if let Some(line) = lines.last_mut() {
                line.extend(unit);
            }
        }
        lines
    }
}

fn steps() -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(|step| step.ends.iter().any(|id| key(id).is_some()))
}

/// The first key of an action.
fn key(id: &str) -> Option<String> {
    let entry = actions().find(|entry| entry.id == id)?;
    entry.keys.first().map(ToString::to_string)
}

/// A word, and what follows it where it is a key.
fn words(word: &'static str) -> impl Iterator<Item = Word> {
    let named = word.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let (key, rest) = match named {
        Some((id, rest)) => (key(id), rest),
        None => (None, word),
    };
    let is_glued = key.is_some();
    let key = key.map(|text| Word { text, is_key: true, is_glued: false });
    let rest = (!rest.is_empty()).then(|| Word { text: rest.into(), is_key: false, is_glued });
    key.into_iter().chain(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_names_keys_that_there_are_and_ends_with_actions_that_there_are() {
        assert_eq!(steps().count(), STEPS.len());
        for step in steps() {
            assert!(step.ends.iter().all(|id| key(id).is_some()), "{:?}", step.ends);
            for part in step.says.split('{').skip(1) {
                let (id, _) = part.split_once('}').unwrap();
                assert!(key(id).is_some(), "{id} in {:?}", step.says);
            }
        }
    }

    #[test]
    fn a_step_ends_when_it_was_done_and_one_action_may_end_two() {
        let mut tour = Tour::default();
        tour.did("down");
        assert_eq!(tour.place(), Some((1, 5)));
        tour.did("tail");
        assert_eq!(tour.place(), Some((3, 5)), "who follows a topic has opened it");
        tour.did("open");
        tour.did("flush");
        assert_eq!(tour.place(), Some((5, 5)));
        tour.did("older");
        assert_eq!(tour.place(), None);
    }

    #[test]
    fn a_line_is_never_wider_than_it_may_be() {
        for width in [24, 38, 78, 118] {
            let mut tour = Tour::default();
            while tour.place().is_some() {
                for line in tour.lines(width) {
                    let spaces = line.iter().skip(1).filter(|word| !word.is_glued).count();
                    let words: String = line.iter().map(|word| word.text.as_str()).collect();
                    let wide = usize::from(sanitize::width(&words)) + spaces;
                    assert!(wide <= usize::from(width), "{words:?} in {width}");
                }
                tour.done += 1;
            }
        }
    }
}
