//! Which lines of a tail are records that are put but not persisted yet.
//!
//! A tail has tens of thousands of lines, a flush comes many times a second, and only the newest lines are buffered: so they
//! are kept by themselves, and nobody looks through all lines for them.

use std::collections::{BTreeMap, VecDeque};

use super::tail::Source;

/// The numbers of those lines, and the offsets of their records.
#[derive(Debug, Default)]
pub(super) struct Buffered {
    /// In the order of their numbers.
    of: BTreeMap<Source, VecDeque<(u64, u64)>>,
}

impl Buffered {
    /// Notes the record of a line that stands behind all others.
    pub(super) fn push(&mut self, source: Source, number: u64, offset: u64) {
        self.of.entry(source).or_default().push_back((number, offset));
    }

    /// Notes the record of a line that came in between; those behind it have been moved.
    pub(super) fn insert(&mut self, source: Source, number: u64, offset: u64) {
        let own = self.of.entry(source).or_default();
        let at = own.partition_point(|(other, _)| *other < number);
        own.insert(at, (number, offset));
    }

    /// Moves the lines from a number on by one.
    pub(super) fn make_room(&mut self, number: u64) {
        for (line, _) in self.of.values_mut().flatten().filter(|(line, _)| *line >= number) {
            *line += 1;
        }
    }

    /// Forgets the first line of a source.
    pub(super) fn pop(&mut self, source: Source) {
        self.of.get_mut(&source).and_then(VecDeque::pop_front);
    }

    /// Takes the lines of the records below an offset, which are persisted now.
    pub(super) fn persist(&mut self, source: Source, next_offset: u64) -> Vec<u64> {
        let mut persisted = Vec::new();
        self.of.entry(source).or_default().retain(|(number, offset)| {
            let stays = *offset >= next_offset;
            if !stays {
                persisted.push(*number);
            }
            stays
        });
        persisted
    }

    /// How many there are from a line on.
    pub(super) fn count_from(&self, number: u64) -> u64 {
        let behind = |own: &VecDeque<(u64, u64)>| {
            own.len() - own.partition_point(|(other, _)| *other < number)
        };
        self.of.values().map(behind).sum::<usize>() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Source = (0, 0);
    const OTHER: Source = (0, 1);

    #[test]
    fn what_is_persisted_is_taken_once_and_of_its_source_only() {
        let mut buffered = Buffered::default();
        for number in 0..6 {
            let source = if number % 2 == 0 { ONE } else { OTHER };
            buffered.push(source, number, number);
        }
        assert_eq!(buffered.persist(ONE, 3), [0, 2]);
        assert_eq!(buffered.persist(ONE, 3), [0; 0]);
        assert_eq!([0, 1, 2, 4, 5, 6].map(|from| buffered.count_from(from)), [4, 4, 3, 2, 1, 0]);
        assert_eq!(buffered.persist(OTHER, 9), [1, 3, 5]);
        assert_eq!(buffered.count_from(0), 1);
    }

    #[test]
    fn offsets_that_begin_anew_do_not_hide_those_of_before() {
        let mut buffered = Buffered::default();
        for (number, offset) in [(0, 70), (1, 71), (2, 0), (3, 1)] {
            buffered.push(ONE, number, offset);
        }
        assert_eq!(buffered.persist(ONE, 2), [2, 3]);
        assert_eq!(buffered.persist(ONE, 72), [0, 1]);
    }

    #[test]
    fn lines_that_come_in_between_move_the_others() {
        let mut buffered = Buffered::default();
        (0..3).for_each(|number| buffered.push(ONE, number, number));
        buffered.make_room(1);
        buffered.insert(ONE, 1, 9);
        assert_eq!([0, 1, 2, 3, 4].map(|from| buffered.count_from(from)), [4, 3, 2, 1, 0]);
        buffered.pop(ONE);
        assert_eq!(buffered.persist(ONE, 9), [2, 3]);
    }
}
