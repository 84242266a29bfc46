//! Where the rows of two versions lie, met by offset: pure values.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::iter::Peekable;

/// Where a row lies: the span of its version, and its place in that one's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) span: usize,
    pub(super) place: u32,
}

/// A row of either version, or of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) offset: u64,
    pub(super) before: Option<Spot>,
    pub(super) after: Option<Spot>,
}

/// Some rows of a version, by offset, and whether more follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) rows: Vec<(u64, Spot)>,
    pub(super) is_cut: bool,
}

impl Stretch {
    /// The offset up to which all rows are here.
    fn end(&self) -> u64 {
        let last = self.rows.last().filter(|_| self.is_cut);
        last.map_or(u64::MAX, |(offset, _)| offset.saturating_add(1))
    }
}

/// The rows of two versions by offset, as far as both are known; and the offset at which to go on.
pub(super) fn meet(before: &Stretch, after: &Stretch) -> (Vec<Met>, u64) {
    let end = before.end().min(after.end());
    let known = |stretch: &Stretch| {
        let known = stretch.rows.partition_point(|(offset, _)| *offset < end);
        stretch.rows.iter().take(known).copied().collect::<Vec<_>>().into_iter().peekable()
    };
    let (mut before, mut after) = (known(before), known(after));
    let mut met = Vec::new();
    while let Some(next) = next(&mut before, &mut after) {
        met.push(next);
    }
    (met, end)
}

fn next(
    before: &mut Peekable<impl Iterator<Item = (u64, Spot)>>,
    after: &mut Peekable<impl Iterator<Item = (u64, Spot)>>,
) -> Option<Met> {
    let order = match (before.peek(), after.peek()) {
        (Some((was, _)), Some((is, _))) => was.cmp(is),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => return None,
    };
    let was = if order.is_le() { before.next() } else { None };
    let is = if order.is_ge() { after.next() } else { None };
    let (offset, _) = was.or(is)?;
    Some(Met { offset, before: was.map(|(_, spot)| spot), after: is.map(|(_, spot)| spot) })
}

/// Rows as they are read, span by span and in each by place, and how to put them back into their order: none where they
/// are in it.
pub(super) struct Plan {
    pub(super) parts: Vec<(usize, Vec<u32>)>,
    pub(super) order: Option<Vec<u64>>,
}

impl Plan {
    pub(super) fn of(spots: &[Spot]) -> Self {
        let mut spans: BTreeMap<usize, Vec<(u32, usize)>> = BTreeMap::new();
        for (position, spot) in spots.iter().enumerate() {
            spans.entry(spot.span).or_default().push((spot.place, position));
        }
        for places in spans.values_mut() {
            places.sort_unstable();
        }
        let read = spans.values().flatten().map(|(_, position)| *position);
        let mut order = vec![0_u64; spots.len()];
        for (read, position) in (0..).zip(read) {
            if let Some(slot) = order.get_mut(position) {
                *slot = read;
            }
        }
        let is_ordered = order.is_sorted();
        let places =
            |places: Vec<(u32, usize)>| places.into_iter().map(|(place, _)| place).collect();
        let parts = spans.into_iter().map(|(span, found)| (span, places(found))).collect();
        Self { parts, order: (!is_ordered).then_some(order) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(offsets: &[u64], is_cut: bool) -> Stretch {
        let spot = Spot { span: 0, place: 0 };
        Stretch { rows: offsets.iter().map(|offset| (*offset, spot)).collect(), is_cut }
    }

    /// `-` only before, `+` only after, `=` both.
    fn shown(met: &[Met]) -> Vec<(u64, char)> {
        let sign = |met: &Met| match (met.before, met.after) {
            (Some(_), None) => '-',
            (None, Some(_)) => '+',
            _ => '=',
        };
        met.iter().map(|met| (met.offset, sign(met))).collect()
    }

    #[test]
    fn rows_meet_by_offset() {
        let (met, end) = meet(&stretch(&[1, 2, 5], false), &stretch(&[2, 3, 5, 8], false));
        assert_eq!(shown(&met), [(1, '-'), (2, '='), (3, '+'), (5, '='), (8, '+')]);
        assert_eq!(end, u64::MAX);
        assert_eq!(meet(&Stretch::default(), &Stretch::default()), (Vec::new(), u64::MAX));
    }

    #[test]
    fn nothing_is_said_of_rows_that_the_other_version_may_still_have() {
        let (met, end) = meet(&stretch(&[1, 2], true), &stretch(&[2, 3, 4], true));
        assert_eq!((shown(&met), end), (vec![(1, '-'), (2, '=')], 3));
        let (met, end) = meet(&stretch(&[9], false), &stretch(&[2, 3], true));
        assert_eq!((shown(&met), end), (vec![(2, '+'), (3, '+')], 4));
    }

    #[test]
    fn rows_are_read_by_place_and_put_back_into_their_order() {
        let spot = |(span, place)| Spot { span, place };
        let plan = Plan::of(&[(1, 7), (0, 3), (1, 2), (0, 4)].map(spot));
        assert_eq!(plan.parts, [(0, vec![3, 4]), (1, vec![2, 7])]);
        assert_eq!(plan.order, Some(vec![3, 0, 2, 1]));
        assert_eq!(Plan::of(&[(0, 3), (0, 4), (2, 0)].map(spot)).order, None);
        assert!(Plan::of(&[]).parts.is_empty());
    }
}
