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
    /// Fragments in it.
    pub(crate) fragments: u64,
    /// Bytes of its data files, where they are known.
    pub(crate) bytes: Option<u64>,
    pub(crate) tags: Vec<String>,
}

/// What a version changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// So many records more, or less.
    Records(i64),
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
            fragments: info.fragments,
            bytes: info.bytes,
            tags: info.tags,
        }
    }

    /// What it changed of the version before.
    pub(crate) fn change(&self, before: &Self) -> Change {
        let records = difference(self.rows, before.rows);
        if records == 0 && self.fragments != before.fragments {
            return Change::Files { before: before.fragments, after: self.fragments };
        }
        if records == 0 { Change::Nothing } else { Change::Records(records) }
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

    fn version(rows: u64, fragments: u64, bytes: Option<u64>) -> Version {
        Version {
            number: 1,
            when: NaiveDateTime::default(),
            operation: "append".into(),
            rows,
            fragments,
            bytes,
            tags: Vec::new(),
        }
    }

    #[test]
    fn a_version_tells_what_it_changed() {
        let before = version(100, 4, Some(1000));
        for (after, change, grown) in [
            (version(140, 5, Some(1500)), Change::Records(40), Some(500)),
            (version(90, 4, Some(1100)), Change::Records(-10), Some(100)),
            (version(100, 1, Some(800)), Change::Files { before: 4, after: 1 }, Some(-200)),
            (version(100, 4, None), Change::Nothing, None),
            (version(u64::MAX, 4, Some(0)), Change::Records(i64::MAX), Some(-1000)),
        ] {
            assert_eq!((after.change(&before), after.grown(&before)), (change, grown), "{after:?}");
        }
    }
}
