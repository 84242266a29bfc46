//! Room made ahead of a segment's frames, and what a frame looks like that was not written to its end in it.
//!
//! A sync of a file that grew has to write its new length as well, through the file system's journal. Where the length is
//! there already, and the blocks hold zeros, a sync is about half as long; blocks that were only reserved are written
//! through the journal when they are first used, which takes most of that back. PostgreSQL and SQLite do alike.
//! No frame begins with zeros.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::frame::claimed;

/// Room is made in steps that grow with the segment, so that small logs stay small.
const STEPS: (u64, u64) = (16 << 10, 256 << 10);
/// A process that is killed while it writes stops at a page's end.
const PAGE: u64 = 4 << 10;

/// Makes room up to byte `end` and some more, where the file is shorter; returns its length, as far as it is known.
///
/// Best effort: where the system refuses, the frame makes the file longer as it is written, or fails as it would have.
pub(super) fn make_room(file: &File, end: u64, known: u64) -> u64 {
    if end <= known {
        return known;
    }
    let length = file.metadata().map_or(0, |found| found.len());
    if end <= length {
        return length;
    }
    let wanted = (end + end.clamp(STEPS.0, STEPS.1)).next_multiple_of(PAGE);
    // Not tried again for the next frame where it is refused.
    drop(fill(file, length, wanted));
    wanted
}

fn fill(file: &File, from: u64, to: u64) -> io::Result<()> {
    let zeros = vec![0; usize::try_from(to - from).unwrap_or_default()];
    file.write_all_at(&zeros, from)
}

/// Whether a frame that is not sound was simply not written to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Torn {
    Yes,
    No,
}

impl Torn {
    /// Judges the frame at the front of `bytes`, which begin at byte `at` of the segment and end with it.
    ///
    /// A process that dies writes a front of its frame, up to the end of a page, and what is behind stays zeros. So
    /// damage is told from it unless a page of zeros ends the frame, and nothing is behind.
    pub(super) fn of(at: u64, bytes: &[u8]) -> Self {
        let written = at + end_of_written(bytes) as u64;
        let is_torn = written.next_multiple_of(PAGE) < at + claimed(bytes) as u64;
        if is_torn { Self::Yes } else { Self::No }
    }
}

/// How many bytes are in front of the zeros that end them.
pub(super) fn end_of_written(bytes: &[u8]) -> usize {
    bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::frame::{Frame, Home, Kind, Step, read};
    use super::*;

    const AT: u64 = 5000;

    fn frame(payload: usize) -> (Home, Vec<u8>) {
        let home = Home { log: Uuid::from_u128(7), first: 0 };
        let frame = Frame { kind: Kind::Data, first: 0, rows: 1, durable_upto: 0, put_at: 0 };
        let mut bytes = Vec::new();
        frame.encode(home, AT, &vec![7; payload], &mut bytes);
        (home, bytes)
    }

    #[test]
    fn a_frame_that_ends_with_a_page_was_torn_and_one_with_a_flipped_bit_was_not() {
        let (home, sound) = frame(20_000);
        for page_end in [8192, 12288, 16384, 20480, 24576] {
            let written = usize::try_from(page_end - AT).unwrap();
            let mut bytes = sound.clone();
            bytes[written..].fill(0);
            bytes.extend([0; 9000]);
            assert!(matches!(read(home, AT, &bytes), Step::Bad(_)));
            assert_eq!(Torn::of(AT, &bytes), Torn::Yes, "{written}");
        }
        let mut flipped = sound.clone();
        flipped[10_000] ^= 1;
        flipped.extend([0; 9000]);
        assert_eq!(Torn::of(AT, &flipped), Torn::No);
    }

    #[test]
    fn a_torn_frame_in_front_of_another_is_damage() {
        let (_, mut bytes) = frame(20_000);
        bytes[10_000..].fill(0);
        bytes.extend(frame(10).1);
        assert_eq!(Torn::of(AT, &bytes), Torn::No);
    }

    #[test]
    fn room_grows_with_the_segment_and_is_kept() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(make_room(&file, 100, 0), 20_480);
        assert_eq!(make_room(&file, 20_480, 20_480), 20_480);
        assert_eq!(make_room(&file, 400, 0), file.metadata().unwrap().len());
        let far = make_room(&file, 4 << 20, 20_480);
        assert_eq!(far, (4 << 20) + (256 << 10));
        assert_eq!(file.metadata().unwrap().len(), far);
    }
}
