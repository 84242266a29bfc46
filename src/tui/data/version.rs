//! A version of a bucket as the explorer shows it, and what it changed.

use chrono::NaiveDateTime;

use crate::VersionInfo;
use crate::tui::clock;

/// One version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: u64,
    /// When it was committed, where the person is.
    pub(crate) when: NaiveDateTime,
    /// What made it: `append`, `compact`, ….
    pub(crate) operation: String,
    /// Records in it.
    pub(crate) rows: u64,
    /// The offset that the next record gets.
    pub(crate) next_offset: u64,
    /// Records that another program's update wrote anew.
    pub(crate) updated: u64,
    /// Fragments in it.
    pub(crate) fragments: u64,
    /// Bytes of its data files, where they are known.
    pub(crate) bytes: Option<u64>,
    pub(crate) tags: Vec<String>,
}

/// What a version changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// So many records came, have other values, and went.
    Records { added: u64, updated: u64, deleted: u64 },
    /// The same records in another number of files.
    Files { before: u64, after: u64 },
    /// Neither.
    Nothing,
}

impl Version {
    /// A version as the engine tells it.
    pub(crate) fn of(info: VersionInfo) -> Self {
        Self {
            number: info.version,
            when: clock::local(info.timestamp),
            operation: info.operation,
            rows: info.rows,
            next_offset: info.next_offset,
            updated: info.updated,
            fragments: info.fragments,
            bytes: info.bytes,
            tags: info.tags,
        }
    }

    /// What it changed of the version before.
    pub(crate) fn change(&self, before: &Self) -> Change {
        let came = self.next_offset.saturating_sub(before.next_offset);
        let expected = before.rows.saturating_add(came);
        // A restore brings records back that have their offsets already.
        let added = came.saturating_add(self.rows.saturating_sub(expected));
        let deleted = expected.saturating_sub(self.rows);
        match (added, self.updated, deleted) {
            (0, 0, 0) if self.fragments != before.fragments => {
                Change::Files { before: before.fragments, after: self.fragments }
            }
            (0, 0, 0) => Change::Nothing,
            (added, updated, deleted) => Change::Records { added, updated, deleted },
        }
    }

    /// The offsets that were given with it, the first and the last, where any were.
    pub(crate) fn offsets(&self, before: &Self) -> Option<(u64, u64)> {
        let last = self.next_offset.checked_sub(1)?;
        (before.next_offset <= last).then_some((before.next_offset, last))
    }

    /// How many bytes of data files it has more than the version before, or less.
    pub(crate) fn grown(&self, before: &Self) -> Option<i64> {
        Some(difference(self.bytes?, before.bytes?))
    }
}

fn difference(after: u64, before: u64) -> i64 {
    let all = i128::from(after) - i128::from(before);
    i64::try_from(all).unwrap_or(if all < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(rows: u64, next_offset: u64, fragments: u64, bytes: Option<u64>) -> Version {
        Version {
            number: 1,
            when: NaiveDateTime::default(),
            operation: "append".into(),
            rows,
            next_offset,
            updated: 0,
            fragments,
            bytes,
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_version_tells_what_it_changed() {
        let before = version(100, 120, 4, Some(1000));
        let records = |added, updated, deleted| Change::Records { added, updated, deleted };
        for (after, change, grown, offsets) in [
            (version(140, 160, 5, Some(1500)), records(40, 0, 0), Some(500), Some((120, 159))),
            (version(90, 120, 4, Some(1100)), records(0, 0, 10), Some(100), None),
            (version(105, 130, 5, Some(1500)), records(10, 0, 5), Some(500), Some((120, 129))),
            (version(120, 120, 4, Some(1000)), records(20, 0, 0), Some(0), None),
            (
                version(100, 120, 1, Some(800)),
                Change::Files { before: 4, after: 1 },
                Some(-200),
                None,
            ),
            (version(100, 120, 4, None), Change::Nothing, None, None),
        ] {
            assert_eq!((after.change(&before), after.grown(&before)), (change, grown), "{after:?}");
            assert_eq!(after.offsets(&before), offsets, "{after:?}");
        }
        let updated = Version { updated: 7, ..version(100, 120, 5, None) };
        assert_eq!(updated.change(&before), records(0, 7, 0));
    }
}
