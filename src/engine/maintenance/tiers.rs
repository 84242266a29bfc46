//! Which fragments are rewritten as one: runs of neighbours, by their numbers and by their offsets, so that none ever holds
//! offsets around those of another.
//!
//! By themselves only the newest are rewritten, once they are many, and an older one along with them only where it holds no
//! more rows than they do. So each time that a row is rewritten, its fragment doubles at least: a row is rewritten
//! O(log fragment size) times, and of fragments there are O(log rows) besides the full ones.

use std::ops::Range;

/// A fragment, as far as it matters here. Those of a version are in the order of their numbers, which is that of their rows
/// in a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its number.
    pub(crate) fragment: u64,
    /// Rows that are not deleted.
    pub(crate) rows: u64,
    /// Rows that are, and still take room.
    pub(crate) deleted: u64,
    /// Bytes of its files.
    pub(crate) bytes: u64,
    /// The first and the last offset; the same without rows.
    pub(crate) offsets: (u64, u64),
    /// Fragments that lie in the same indices have the same. Only they can be rewritten as one.
    pub(crate) kin: u64,
    /// It cannot be rewritten: parts of it lie elsewhere, or it has none.
    pub(crate) is_fixed: bool,
}

/// Bounds of a rewrite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiers {
    /// Rows of a rewritten fragment at most. A fragment of half as many is full.
    pub(crate) rows: u64,
    /// Bytes at most, of what is rewritten: the memory and the disk that a rewrite needs follow from it.
    pub(crate) bytes: u64,
    /// Fragments at the end that make a rewrite due.
    pub(crate) many: usize,
    /// As many make one due that fills a fragment.
    pub(crate) few: usize,
}

impl Default for Tiers {
    fn default() -> Self {
        Self { rows: 1 << 20, bytes: 512 << 20, many: 64, few: 8 }
    }
}

/// Bytes that are rewritten while somebody waits.
const BYTES_IN_A_MOMENT: u64 = 8 << 20;

/// Of ten rows so many deleted make a fragment worth a rewrite of its own.
const DELETED_OF_TEN: u64 = 1;

impl Tiers {
    /// Of rewrites that come to their end in a moment: one that does not leaves a version behind, and nothing else.
    pub(crate) fn of_a_moment() -> Self {
        Self { bytes: BYTES_IN_A_MOMENT, ..Self::default() }
    }

    /// The fragments at the end that are due to be rewritten as one.
    pub(crate) fn due(&self, parts: &[Part]) -> Option<Range<usize>> {
        let seams = seams(parts);
        let mut run = Sum::default();
        let mut begin = parts.len();
        while let Some(index) = begin.checked_sub(1) {
            let Some(part) = parts.get(index) else { break };
            let joins = run.parts == 0 || !is_set(&seams, begin);
            let is_larger = run.parts > 0 && part.rows > run.rows;
            if part.is_fixed || !joins || is_larger || !self.has_room(run, part) {
                break;
            }
            run.add(part);
            begin = index;
        }
        let fills = run.parts >= self.few && self.is_full(run.rows, run.bytes);
        (run.parts >= self.many || fills).then_some(begin..parts.len())
    }

    /// All runs whose rewrite leaves fewer fragments or fewer deleted rows, from the oldest on.
    pub(crate) fn all(&self, parts: &[Part]) -> Vec<Range<usize>> {
        let seams = seams(parts);
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut run = Sum::default();
        for (index, part) in parts.iter().enumerate().filter(|(_, part)| self.is_worth(part)) {
            let before = runs.last_mut().filter(|last| {
                last.end == index && !is_set(&seams, index) && self.has_room(run, part)
            });
            if let Some(last) = before {
                last.end = index + 1;
            } else {
                runs.push(index..index + 1);
                run = Sum::default();
            }
            run.add(part);
        }
        let of = |run: &Range<usize>| parts.get(run.clone()).unwrap_or_default();
        runs.retain(|run| run.len() > 1 || of(run).iter().any(Part::is_holey));
        // Nothing is left of a run without rows that could be written.
        runs.retain(|run| of(run).iter().any(|part| part.rows > 0));
        runs
    }

    fn is_worth(&self, part: &Part) -> bool {
        !part.is_fixed && (part.is_holey() || !self.is_full(part.rows, part.bytes))
    }

    fn is_full(&self, rows: u64, bytes: u64) -> bool {
        rows >= self.rows / 2 || bytes >= self.bytes / 2
    }

    /// The first of a run may be larger than a rewritten fragment can be: it has holes.
    fn has_room(&self, run: Sum, part: &Part) -> bool {
        let fits = run.rows + part.rows <= self.rows && run.bytes + part.bytes <= self.bytes;
        run.parts == 0 || fits
    }
}

/// Whether each part has to stay apart from the one in front of it: they lie in other indices, or a fragment of both would
/// hold offsets out of their order, or around those of a third one. That one may lie anywhere: what was rewritten alone lies
/// behind its successors.
fn seams(parts: &[Part]) -> Vec<bool> {
    let mut by_offset: Vec<usize> = (0..parts.len()).collect();
    // Stable: a part without rows has the offset of the one in front of it.
    by_offset.sort_by_key(|index| parts.get(*index).map(|part| part.offsets));
    let (mut before, mut end) = (None, 0);
    let mut seams = vec![true; parts.len()];
    for index in by_offset {
        let Some(part) = parts.get(index) else { continue };
        let last: Option<&Part> = before.and_then(|before| parts.get(before));
        let follows = before.is_some_and(|before: usize| before + 1 == index);
        let joins = |last: &Part| {
            let reaches_in = end > last.offsets.1;
            follows && last.kin == part.kin && last.offsets.1 <= part.offsets.0 && !reaches_in
        };
        if let (Some(seam), Some(last)) = (seams.get_mut(index), last) {
            *seam = !joins(last);
        }
        (before, end) = (Some(index), end.max(part.offsets.1));
    }
    seams
}

fn is_set(seams: &[bool], index: usize) -> bool {
    seams.get(index).copied().unwrap_or(true)
}

impl Part {
    fn is_holey(&self) -> bool {
        self.deleted * 10 > (self.rows + self.deleted) * DELETED_OF_TEN
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    parts: usize,
    rows: u64,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, part: &Part) {
        self.parts += 1;
        self.rows += part.rows;
        self.bytes += part.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIERS: Tiers = Tiers { rows: 1000, bytes: 100_000, many: 4, few: 3 };

    /// Fragments of so many rows, one behind the other.
    fn parts(rows: &[u64]) -> Vec<Part> {
        let mut next = 0;
        let part = |(fragment, rows): (u64, &u64)| {
            let offsets = (next, next + rows.saturating_sub(1));
            next += rows;
            let bytes = rows * 10;
            Part { fragment, rows: *rows, deleted: 0, bytes, offsets, kin: 0, is_fixed: false }
        };
        (0..).zip(rows).map(part).collect()
    }

    fn all(parts: &[Part]) -> Vec<(usize, usize)> {
        TIERS.all(parts).into_iter().map(|run| (run.start, run.end)).collect()
    }

    #[test]
    fn the_newest_are_due_once_they_are_many_and_older_ones_that_are_no_larger() {
        for (rows, due) in [
            (&[1, 1, 1][..], None),
            (&[1, 1, 1, 1], Some(0..4)),
            (&[900, 1, 1, 1, 1], Some(1..5)),
            (&[4, 1, 1, 1, 1], Some(0..5)),
            (&[5, 1, 1, 1, 1], Some(1..5)),
            (&[8, 4, 1, 1, 1, 1], Some(0..6)),
            // Fewer fill a fragment.
            (&[200, 200, 200], Some(0..3)),
            (&[300, 300], None),
            // None is rewritten that would outgrow the bound.
            (&[600, 200, 200, 200], Some(1..4)),
            (&[1, 1, 1, 1, 2000], None),
            (&[], None),
        ] {
            assert_eq!(TIERS.due(&parts(rows)), due, "{rows:?}");
        }
    }

    #[test]
    fn all_that_are_not_full_are_rewritten_with_their_neighbours() {
        for (rows, expected) in [
            (&[1, 1, 1][..], &[(0, 3)][..]),
            (&[1], &[]),
            (&[600, 600], &[]),
            (&[1, 1, 600, 1, 1], &[(0, 2), (3, 5)]),
            (&[1, 600, 1], &[]),
            (&[400, 400, 400], &[(0, 2)]),
            (&[400, 400, 400, 400], &[(0, 2), (2, 4)]),
            (&[0, 0], &[]),
        ] {
            assert_eq!(all(&parts(rows)), expected, "{rows:?}");
        }
    }

    #[test]
    fn a_fragment_of_which_much_is_deleted_is_rewritten_alone_or_not() {
        let mut one = parts(&[900]);
        one[0].deleted = 99;
        assert_eq!(all(&one), []);
        one[0].deleted = 101;
        assert_eq!(all(&one), [(0, 1)]);
        one[0].is_fixed = true;
        assert_eq!(all(&one), []);
    }

    #[test]
    fn fragments_that_would_not_be_in_order_or_lie_in_other_indices_stay_apart() {
        let mut mixed = parts(&[1, 1, 1, 1]);
        mixed[2].kin = 1;
        mixed[3].kin = 1;
        assert_eq!((TIERS.due(&mixed), all(&mixed)), (None, vec![(0, 2), (2, 4)]));
        let mut moved = parts(&[1, 1, 1, 1]);
        moved[1].offsets = (9, 9);
        assert_eq!((TIERS.due(&moved), all(&moved)), (None, vec![(2, 4)]));
        let mut fixed = parts(&[1, 1, 1, 1, 1]);
        fixed[2].is_fixed = true;
        assert_eq!((TIERS.due(&fixed), all(&fixed)), (None, vec![(0, 2), (3, 5)]));
    }

    #[test]
    fn a_moment_is_not_begun_with_what_it_cannot_end() {
        let flushes = |count: usize, bytes: u64| {
            let part = |(fragment, part): (u64, Part)| Part { fragment, bytes, ..part };
            (0..).zip(parts(&vec![10; count])).map(part).collect::<Vec<_>>()
        };
        let tiers = Tiers::of_a_moment();
        for (count, bytes, in_a_moment, due) in [
            (63, 1 << 10, None, None),
            (64, 1 << 10, Some(0..64), Some(0..64)),
            // The newest of them that it can.
            (64, 512 << 10, Some(48..64), Some(0..64)),
            (64, 1 << 20, Some(56..64), Some(0..64)),
            (64, 2 << 20, None, Some(0..64)),
            (64, 20 << 20, None, Some(39..64)),
        ] {
            let parts = flushes(count, bytes);
            assert_eq!(tiers.due(&parts), in_a_moment, "{count} of {bytes} bytes");
            assert_eq!(Tiers::default().due(&parts), due, "{count} of {bytes} bytes");
        }
    }

    /// What is left of parts whose runs were rewritten, the newest first: each lies behind all others.
    fn rewritten(parts: &[Part], runs: &[Range<usize>]) -> Vec<Part> {
        let is_old = |index: &usize| runs.iter().any(|run| run.contains(index));
        let left = (0..parts.len()).filter(|index| !is_old(index)).map(|index| parts[index]);
        let new = runs.iter().map(|run| {
            let old = &parts[run.clone()];
            let rows = old.iter().map(|part| part.rows).sum();
            let offsets = (old[0].offsets.0, old[old.len() - 1].offsets.1);
            Part { fragment: 0, rows, deleted: 0, bytes: rows * 10, offsets, ..old[0] }
        });
        let numbered = (0..).zip(left.chain(new));
        numbered.map(|(fragment, part)| Part { fragment, ..part }).collect()
    }

    #[test]
    fn no_fragment_comes_to_lie_around_the_offsets_of_another() {
        // A full one, one of which much is deleted, a full one: the second is rewritten alone, and lies last.
        let mut three = parts(&[600, 600, 600]);
        three[1].deleted = 200;
        assert_eq!(all(&three), [(1, 2)]);
        let mut moved = rewritten(&three, &TIERS.all(&three));
        for part in &mut moved {
            part.rows = 100;
        }
        assert_eq!((all(&moved), TIERS.due(&moved)), (vec![], None), "{moved:?}");
        // One that reaches in between from in front of both, as rows of it were updated.
        let mut reaching = parts(&[1, 1, 1, 1]);
        reaching[0].offsets = (0, 2);
        assert_eq!(all(&reaching), [(2, 4)]);
    }

    #[test]
    fn whatever_is_deleted_and_rewritten_offsets_of_fragments_never_cross() {
        let mut seed = 7_u64;
        let mut dice = |sides: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % sides
        };
        let (mut all, mut next, mut rewrites) = (Vec::<Part>::new(), 0, 0);
        for step in 0..5_000 {
            let rows = [1, 5, 40, 300, 700][usize::try_from(dice(5)).unwrap()];
            let offsets = (next, next + rows - 1);
            next += rows;
            all.push(Part { rows, bytes: rows * 10, offsets, ..parts(&[1])[0] });
            let chosen = usize::try_from(dice(all.len() as u64)).unwrap();
            let gone = all[chosen].rows / 4;
            all[chosen].rows -= gone;
            all[chosen].deleted += gone;
            let runs = match dice(20) {
                0 => TIERS.all(&all),
                1..10 => TIERS.due(&all).into_iter().collect(),
                _ => Vec::new(),
            };
            rewrites += runs.len();
            all = rewritten(&all, &runs);
            let mut offsets: Vec<_> = all.iter().map(|part| part.offsets).collect();
            offsets.sort_unstable();
            assert!(offsets.is_sorted_by(|a, b| a.1 < b.0), "step {step}: {all:?}");
            all.drain(..all.len().saturating_sub(60));
        }
        assert!(rewrites > 500, "{rewrites}");
    }

    /// Flushes of `rows` each, with what is due rewritten after each; fragments at most, and rows rewritten for each row.
    fn run(tiers: Tiers, flushes: u64, rows: u64) -> (usize, u64) {
        let (mut sizes, mut most, mut rewritten) = (Vec::new(), 0, 0);
        for _ in 0..flushes {
            sizes.push(rows);
            if let Some(due) = tiers.due(&parts(&sizes)) {
                let sum = sizes.drain(due).sum();
                rewritten += sum;
                sizes.push(sum);
            }
            most = most.max(sizes.len());
        }
        (most, rewritten / (flushes * rows))
    }

    #[test]
    fn fragments_stay_few_and_a_row_is_rewritten_seldom() {
        let tiers = Tiers::default();
        for (flushes, rows) in [(10_000, 100), (10_000, 1), (2_000, 1_000), (200, 100_000)] {
            let (most, rewritten) = run(tiers, flushes, rows);
            let full = usize::try_from(flushes * rows / (tiers.rows / 2)).unwrap();
            assert!(most <= 64 + 16 + full, "{most} fragments of {flushes} flushes of {rows}");
            assert!(rewritten <= 5, "{rewritten} times each of {flushes} flushes of {rows}");
        }
    }
}
