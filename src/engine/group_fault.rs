//! What keeps a named group from going on: what happened, as fields.

use std::path::PathBuf;

use super::facts::ResetReason;
use super::kind::ErrorKind;
use super::wording::shown;

/// Why a group cannot go on; see [`Error::Group`](crate::Error::Group).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupFault {
    /// There is no such group.
    #[error("there is none{}", others(.0))]
    NotFound(Vec<String>),
    /// Somebody else changed where the group stands. Nothing was committed in this bucket.
    #[error("in bucket {bucket}, {what}")]
    Moved {
        /// The bucket.
        bucket: u32,
        /// What is there now.
        what: String,
    },
    /// It stands behind the end of a bucket, so what it stood on is not what is there: another program put a shorter
    /// dataset in its place.
    #[error("in bucket {bucket}, it stands at {position}, and the bucket ends at {end}")]
    Ahead {
        /// The bucket.
        bucket: u32,
        /// Where it stands, in the text form of a [`Position`](crate::Position).
        position: String,
        /// The offset behind the bucket's last record.
        end: u64,
    },
    /// Another program gave all records other offsets while the group was read. Told once; the group goes on behind.
    #[error("another program rewrote bucket {bucket}: it goes on at offset {next_offset}")]
    Reset {
        /// The bucket.
        bucket: u32,
        /// The offset of the record that stands where the group stood.
        next_offset: u64,
        /// What happened.
        reason: ResetReason,
    },
    /// The file that says where it stands is not what was written.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl GroupFault {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound(_) => ErrorKind::NotFound,
            Self::Moved { .. } | Self::Reset { .. } => ErrorKind::Conflict,
            Self::Ahead { .. } => ErrorKind::OutOfRange,
            Self::Damaged { .. } => ErrorKind::Corrupt,
        }
    }

    /// The next step.
    pub(super) fn hint(&self, topic: &str, group: &str) -> String {
        let groups = format!("lanceq groups {topic}");
        match self {
            Self::NotFound(_) => format!("`{groups}` lists the groups"),
            Self::Moved { .. } => format!(
                "what was read since the last commit comes again; see who else reads as `{group}`, and open it anew"
            ),
            Self::Ahead { .. } => {
                format!("say where it is to go on: `{groups} {group} --seek start|end|OFFSET`")
            }
            Self::Reset { .. } => {
                format!("read on, or say where: `{groups} {group} --seek start|end|OFFSET`")
            }
            Self::Damaged { .. } => format!(
                "`{groups} {group} --seek POSITION` goes on there, `--reset` at the first record"
            ),
        }
    }
}

fn others(others: &[String]) -> String {
    match others {
        [] => "; the topic has no groups at all".into(),
        others => {
            let names: Vec<_> = others.iter().map(|name| format!("`{}`", shown(name))).collect();
            format!("; there are {}", names.join(", "))
        }
    }
}
