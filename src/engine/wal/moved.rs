//! What a lock file says of its topic's moves: how often its folder was renamed by the engine, and where the last move led.
//!
//! Lock files move along with their folder, so who waits for a lock may get it in a folder that has another name by now.
//! Whoever moves a topic holds all of its locks and counts up the moves in each, before the folder gets its new name; so
//! who takes a lock afterwards finds another count than before, and looks at the name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::bytes::Bytes;
use super::holder::BOOT_AT;
use crate::engine::topic_fault::TopicFault;

/// Where the count of moves lies, behind the boot.
const MOVES_AT: usize = BOOT_AT + 16;
/// Bytes of a lock file up to the name that the last move gave.
pub(super) const HEAD: usize = MOVES_AT + 8;
/// A name of a topic has as many bytes at most.
const NAME: usize = 128;

/// How often a lock file was moved, in the first bytes of it; none where it is older than the count.
pub(super) fn moves(head: &[u8]) -> u64 {
    head.get(MOVES_AT..).and_then(|rest| Bytes(rest).u64()).unwrap_or(0)
}

/// Counts a move up, to a topic of this name or into the trash. Needs the lock.
pub(super) fn note(file: &File, to: Option<&str>) -> io::Result<()> {
    let mut head = [0; HEAD];
    let read = file.read_at(&mut head, 0)?;
    let count = moves(head.get(..read).unwrap_or_default()).wrapping_add(1);
    let name = to.unwrap_or_default().as_bytes();
    let name = if name.len() > NAME { &[] } else { name };
    let mut mark = count.to_le_bytes().to_vec();
    mark.push(u8::try_from(name.len()).unwrap_or(0));
    mark.extend(name);
    file.write_all_at(&mark, MOVES_AT as u64)
}

/// What became of a topic, as its lock file says.
pub(super) fn fate(file: &File) -> TopicFault {
    match last_name(file) {
        Some(name) if name.is_empty() => TopicFault::Deleted,
        Some(name) => TopicFault::Renamed(name),
        None => TopicFault::Gone,
    }
}

fn last_name(file: &File) -> Option<String> {
    let mut length = [0];
    file.read_exact_at(&mut length, HEAD as u64).ok()?;
    let mut name = vec![0; usize::from(length[0])];
    file.read_exact_at(&mut name, HEAD as u64 + 1).ok()?;
    String::from_utf8(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_is_counted_and_the_last_one_says_where_to() {
        let file = tempfile::tempfile().unwrap();
        assert_eq!(moves(b"short"), 0);
        let count = || {
            let mut head = [0; HEAD];
            file.read_exact_at(&mut head, 0).unwrap();
            moves(&head)
        };
        note(&file, Some("b")).unwrap();
        assert_eq!((count(), fate(&file)), (1, TopicFault::Renamed("b".into())));
        note(&file, None).unwrap();
        assert_eq!((count(), fate(&file)), (2, TopicFault::Deleted));
        note(&file, Some("longer")).unwrap();
        assert_eq!((count(), fate(&file)), (3, TopicFault::Renamed("longer".into())));
    }
}
