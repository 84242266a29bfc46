//! What keeps a topic from being made, moved or gone on with: what happened, as fields.

use super::kind::ErrorKind;
use super::wording::shown;

/// Why a topic cannot be made, moved or gone on with; see [`Error::Topic`](crate::Error::Topic).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopicFault {
    /// It was renamed while it was open. What was put into it is in the topic of the new name.
    #[error("it was renamed to `{}`", shown(.0))]
    Renamed(String),
    /// It was deleted while it was open. What was put into it lies in the trash.
    #[error("it was deleted, and lies in the trash")]
    Deleted,
    /// Its folder is not there any more, or another one has its name.
    #[error("its folder was moved or removed")]
    Gone,
    /// It is the engine's own, so there is nothing to adopt.
    #[error("it is lanceq's own already")]
    Own,
    /// Something has the name already.
    #[error("the name is taken: {0}")]
    Exists(String),
    /// A writer without a log holds records in the memory of this process, which would not move along.
    #[error("{records} records of bucket {bucket} are in the memory of this process only")]
    InMemory {
        /// The bucket.
        bucket: u32,
        /// How many records.
        records: u64,
    },
    /// Another program changed it meanwhile; nothing was done.
    #[error("another program changed it meanwhile: {0}")]
    Changed(String),
    /// Another process does the same now.
    #[error("another process is at it")]
    Busy,
    /// The trash has nothing of this name, or several things.
    #[error("{}", not_trashed(.0))]
    NotTrashed(Vec<String>),
}

impl TopicFault {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Renamed(_) | Self::Deleted | Self::Gone | Self::NotTrashed(_) => {
                ErrorKind::NotFound
            }
            Self::Exists(_) | Self::Own => ErrorKind::AlreadyExists,
            Self::InMemory { .. } | Self::Changed(_) | Self::Busy => ErrorKind::Conflict,
        }
    }

    /// The next step.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::Renamed(to) => format!("open `{}`: it has all that was put", shown(to)),
            Self::Deleted => {
                "`lanceq trash` lists what was deleted, and `lanceq trash --restore NAME` brings it back".into()
            }
            Self::Gone => {
                "`lanceq ls` lists the topics, and `lanceq trash` what was deleted".into()
            }
            Self::Exists(_) => "choose another name".into(),
            Self::Own => "it can be written as it is".into(),
            Self::InMemory { .. } => "flush or close that writer first".into(),
            Self::Changed(_) => "stop what else writes there, and try again".into(),
            Self::Busy => "wait for it, and try again".into(),
            Self::NotTrashed(_) => "`lanceq trash` lists what is there".into(),
        }
    }
}

fn not_trashed(others: &[String]) -> String {
    match others {
        [] => "the trash has nothing of this name".into(),
        others => format!("the trash has it several times: {}", others.join(", ")),
    }
}
