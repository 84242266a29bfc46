//! What is remembered of a root from one time to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::app::{Focus, State};
use super::arrangement::Arrangement;
use crate::TopicName;
use crate::tui::effect::Place;

/// What somebody left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Memory {
    /// The root, for whoever reads the file.
    pub(crate) root: String,
    /// The topic that was shown.
    topic: Option<String>,
    /// Its bucket, where it was one.
    bucket: Option<u32>,
    /// The record that was selected: bucket and offset.
    record: Option<(u32, u64)>,
    /// How the columns of each topic are arranged.
    columns: BTreeMap<String, Arrangement>,
}

/// Where somebody left off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resume {
    pub(crate) place: Place,
    /// The record that was selected in the table: bucket and offset.
    pub(crate) record: Option<(u32, u64)>,
}

impl Memory {
    /// Where somebody left off, where that has a name.
    fn resume(&self) -> Option<Resume> {
        let topic = self.topic.as_ref()?.parse().ok()?;
        Some(Resume { place: Place { topic, bucket: self.bucket }, record: self.record })
    }
}

impl State {
    /// What is to be remembered.
    pub(crate) fn memory(&self) -> Memory {
        let place = self.records.place.as_ref();
        let head = self.records.head();
        let row = head.row(head.scroll.selected).filter(|_| self.focus != Focus::Topics);
        let columns = self.arrangements.iter();
        Memory {
            root: self.root.clone(),
            topic: place.map(|place| place.topic.to_string()),
            bucket: place.and_then(|place| place.bucket),
            record: row.map(|row| (row.bucket, row.offset)),
            columns: columns.map(|(topic, how)| (topic.to_string(), how.clone())).collect(),
        }
    }

    /// Takes up what was remembered.
    pub(crate) fn recall(&mut self, memory: Memory) {
        self.resume = memory.resume();
        let named =
            |(topic, how): (String, Arrangement)| Some((topic.parse::<TopicName>().ok()?, how));
        self.arrangements = memory.columns.into_iter().filter_map(named).collect();
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::{press, settle};
    use crate::tui::state::State;
    use crate::tui::update::start;

    /// The explorer, once more, with what the first one left behind.
    fn again(before: &State) -> State {
        let text = serde_json::to_string(&before.memory()).unwrap();
        let mut state = opened(Size { width: 120, height: 40 });
        state.recall(serde_json::from_str(&text).unwrap());
        let effects = start(&mut state);
        settle(&mut state, effects);
        state
    }

    #[test]
    fn one_goes_on_where_one_left_off_with_the_columns_as_they_were() {
        let mut state = opened(Size { width: 120, height: 40 });
        let keys = [Key::End, Key::Right, Key::Down, Key::Down, Key::Enter, Key::PageDown];
        press(&mut state, &keys);
        press(&mut state, &[Key::Char('-')]);
        let again = again(&state);
        assert_eq!(again.records.place, state.records.place);
        assert_eq!(again.records.scroll.selected, state.records.scroll.selected);
        assert_eq!(again.focus, state.focus);
        assert_eq!(again.records.across.shown, state.records.across.shown);
    }

    #[test]
    fn a_topic_that_is_gone_is_no_place_to_go_on_at() {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter]);
        let mut memory = state.memory();
        memory.topic = Some("gone".into());
        let mut again = opened(Size { width: 120, height: 40 });
        again.recall(memory);
        let effects = start(&mut again);
        settle(&mut again, effects);
        assert_eq!(again.records.place, opened(again.size).records.place);
    }
}
