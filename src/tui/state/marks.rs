//! Records that were marked, to go back to.

use super::scroll::Scroll;
use crate::TopicName;
use crate::tui::data::Row;
use crate::tui::effect::{Exemplar, RecordId};
use crate::tui::text::sanitize;

/// Marks that are kept; an older one goes.
const MOST: usize = 200;
/// Cells of a record that are kept.
const PREVIEW: u16 = 200;

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) record: RecordId,
    /// What the record says, in one line.
    pub(crate) text: String,
}

/// All marks, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Marks(Vec<Mark>);

/// What became of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marked {
    Set,
    Taken,
}

impl Marks {
    /// Marks a record, or takes its mark away.
    pub(crate) fn toggle(&mut self, record: RecordId, row: &Row) -> Marked {
        if let Some(at) = self.0.iter().position(|mark| is_of(mark, &record)) {
            self.0.remove(at);
            return Marked::Taken;
        }
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(Mark { record, text: preview(row) });
        Marked::Set
    }

    /// Whether a record is marked.
    pub(crate) fn has(&self, topic: &TopicName, row: &Row) -> bool {
        let is_it = |mark: &Mark| {
            let record = &mark.record;
            (record.bucket, record.offset) == (row.bucket, row.offset) && record.topic == *topic
        };
        self.0.iter().any(is_it)
    }

    /// The marks.
    pub(crate) fn list(&self) -> &[Mark] {
        &self.0
    }

    /// The mark in a line of the list.
    pub(crate) fn get(&self, line: u64) -> Option<&Mark> {
        self.0.get(usize::try_from(line).ok()?)
    }

    /// What is like all marked records of a topic, which is that of the mark in a line of the list; of one alone, that record.
    pub(crate) fn exemplar(&self, line: u64) -> Option<Exemplar> {
        let selected = &self.get(line)?.record;
        let own: Vec<&RecordId> = self.of_topic(&selected.topic).collect();
        if let [record] = own.as_slice() {
            return Some(Exemplar::Record((*record).clone()));
        }
        let records = own.into_iter().map(|record| (record.bucket, record.offset)).collect();
        Some(Exemplar::Mean { topic: selected.topic.clone(), records })
    }

    fn of_topic(&self, topic: &TopicName) -> impl Iterator<Item = &RecordId> {
        self.0.iter().map(|mark| &mark.record).filter(move |record| record.topic == *topic)
    }

    /// Takes the mark in a line of the list away.
    pub(crate) fn remove(&mut self, line: u64) {
        if let Some(at) = usize::try_from(line).ok().filter(|at| *at < self.0.len()) {
            self.0.remove(at);
        }
    }

    /// Takes all of them away; says how many there were.
    pub(crate) fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// Keeps a selection in the list.
    pub(crate) fn fit(&self, scroll: &mut Scroll, height: u64) {
        scroll.fit(height, self.0.len() as u64);
    }
}

/// A record stays the same one at each version.
fn is_of(mark: &Mark, record: &RecordId) -> bool {
    RecordId { version: None, ..mark.record.clone() }
        == RecordId { version: None, ..record.clone() }
}

fn preview(row: &Row) -> String {
    let texts: Vec<String> = row.cells.iter().map(|cell| cell.text().into_owned()).collect();
    sanitize::clip(&texts.join("  "), PREVIEW)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::data::Cell;
    use crate::tui::effect::Past;

    fn record(offset: u64, version: Option<u64>) -> RecordId {
        let version = version.map(Past::own);
        RecordId { topic: "t".parse().unwrap(), bucket: 1, offset, version }
    }

    fn row(offset: u64) -> Row {
        let cells = vec![Cell::Number(offset.to_string()), Cell::Text("a\u{1b}b".into())].into();
        Row { bucket: 1, offset, buffered: false, cells, heavy: Vec::new() }
    }

    #[test]
    fn a_record_is_marked_once_at_whichever_version_it_is_seen() {
        let mut marks = Marks::default();
        assert_eq!(marks.toggle(record(5, None), &row(5)), Marked::Set);
        assert!(marks.has(&"t".parse().unwrap(), &row(5)));
        assert!(!marks.has(&"u".parse().unwrap(), &row(5)));
        assert_eq!(marks.toggle(record(5, Some(3)), &row(5)), Marked::Taken);
        assert!(marks.list().is_empty());
    }

    #[test]
    fn what_is_like_the_marked_records_is_looked_for_in_one_topic() {
        let mut marks = Marks::default();
        assert_eq!(marks.exemplar(0), None);
        let other = RecordId { topic: "u".parse().unwrap(), ..record(7, Some(3)) };
        marks.toggle(record(5, None), &row(5));
        marks.toggle(other.clone(), &row(7));
        marks.toggle(record(6, Some(3)), &row(6));
        let mean = Exemplar::Mean { topic: "t".parse().unwrap(), records: vec![(1, 5), (1, 6)] };
        assert_eq!((marks.exemplar(0), marks.exemplar(2)), (Some(mean.clone()), Some(mean)));
        assert_eq!(marks.exemplar(1), Some(Exemplar::Record(other)), "alone, as it is seen");
    }

    #[test]
    fn marks_are_bounded_and_say_what_is_safe_to_show() {
        let mut marks = Marks::default();
        for offset in 0..500 {
            marks.toggle(record(offset, None), &row(offset));
        }
        assert_eq!(marks.list().len(), MOST);
        assert_eq!(marks.get(0).unwrap().record.offset, 300);
        assert!(!marks.get(0).unwrap().text.contains('\u{1b}'));
        marks.remove(0);
        marks.remove(9_999);
        assert_eq!((marks.get(0).unwrap().record.offset, marks.clear()), (301, MOST - 1));
    }
}
