//! Options, as plain values: unit, default, consequence.

use std::sync::Arc;
use std::time::Duration;

use super::error::{Error, Result};
use super::screen::Screen;

/// How an engine learns of what other processes do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// File-system events wake readers; a poll runs as well, because events can be lost. The default.
    Watch,
    /// Only the poll: for file systems that send no events, and for tests.
    Off,
}

/// What an engine needs to know; see the methods of [`EngineBuilder`](crate::EngineBuilder).
#[derive(Debug, Clone)]
pub(crate) struct EngineOptions {
    pub(crate) events: Events,
    pub(crate) poll_interval: Duration,
    pub(crate) follow_links: bool,
    pub(crate) checksums: bool,
    pub(crate) decoded_bytes: usize,
    pub(crate) screen: Option<Arc<dyn Screen>>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        let poll_interval = Duration::from_millis(250);
        Self {
            events: Events::Watch,
            poll_interval,
            follow_links: false,
            checksums: true,
            decoded_bytes: 16 << 20,
            screen: None,
        }
    }
}

/// What an acknowledged put survives.
///
/// What is flushed survives everything, at each level. In between, a record lies in the bucket's log, but for
/// [`Memory`](Self::Memory).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// No log: what is not flushed is lost when the process ends, however it ends, and no other process sees it
    /// before. For file systems whose locks do not work, and for data that can be made again.
    Memory,
    /// The record is in the system's hands: it survives `kill -9`, not a power cut.
    Os,
    /// As [`Os`](Self::Os), and a power cut takes at most what was acknowledged in so long a time before it, while the
    /// process runs. After a kill, until the next process opens the bucket for writing, or the system writes back by
    /// itself (about half a minute). The default, with one second.
    Interval(Duration),
    /// The record is on the disk: it survives a power cut. Puts that wait at the same time share one sync.
    Always,
}

impl Default for Durability {
    fn default() -> Self {
        Self::Interval(Duration::from_secs(1))
    }
}

impl std::fmt::Display for Durability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Os => f.write_str("os"),
            Self::Interval(pause) => write!(f, "{}", pause.as_millis()),
            Self::Always => f.write_str("always"),
        }
    }
}

impl std::str::FromStr for Durability {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "memory" => Ok(Self::Memory),
            "os" => Ok(Self::Os),
            "always" => Ok(Self::Always),
            _ => match text.parse() {
                Ok(ms @ 1..) => Ok(Self::Interval(Duration::from_millis(ms))),
                _ => Err(Error::InvalidOption {
                    option: "durability",
                    value: format!("`{text}`"),
                    reason: "it is `memory`, `os`, `always`, or milliseconds from 1 on".into(),
                }),
            },
        }
    }
}

/// What a repair does where another program removed a version that may have been a flush, so that it cannot be known
/// whether what the log holds is persisted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InDoubt {
    /// It says so, and how many of the records are rows by their contents; it changes nothing. The default.
    #[default]
    Refuse,
    /// The log's records count as not persisted: the next flush persists them, a second time where they were.
    Keep,
    /// They count as persisted, and leave the log; a copy of its segments is kept.
    Drop,
}

/// When a bucket's buffer is flushed by itself, and how much it may hold.
///
/// The three triggers are independent: whichever is reached first flushes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FlushPolicy {
    /// Records buffered in a bucket that start a flush. Default 1000. Smaller means fresher
    /// versions and more files; each flush costs a few milliseconds and some fsyncs.
    pub(crate) threshold: usize,
    /// Bytes buffered in a bucket that start a flush. Default 32 MiB.
    pub(crate) bytes: u64,
    /// Age of the oldest buffered record that starts a flush. Default: none, a lone record waits
    /// for company, for `flush` or for `close`.
    pub(crate) age: Option<Duration>,
    /// Bytes a bucket may buffer, those being flushed included. Default 128 MiB. `put` waits where
    /// it is reached, `try_put` returns [`Error::BufferFull`].
    pub(crate) buffer_limit: u64,
}

impl Default for FlushPolicy {
    fn default() -> Self {
        Self { threshold: 1000, bytes: 32 << 20, age: None, buffer_limit: 128 << 20 }
    }
}

impl FlushPolicy {
    /// Whether a buffer of `rows` records and `bytes` bytes is due for a flush.
    pub(crate) fn is_due(&self, rows: usize, bytes: u64) -> bool {
        rows >= self.threshold || bytes >= self.bytes
    }

    pub(crate) fn check(&self) -> Result<()> {
        if self.threshold == 0 {
            return Err(invalid("flush_threshold", "it counts records and starts at 1"));
        }
        if self.buffer_limit == 0 {
            return Err(invalid("buffer_limit", "nothing could ever be put"));
        }
        Ok(())
    }
}

fn invalid(option: &'static str, reason: &str) -> Error {
    Error::InvalidOption { option, value: "0".into(), reason: reason.into() }
}

/// Which columns a read returns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Columns {
    /// All of them, in schema order.
    #[default]
    All,
    /// The named ones, in schema order.
    Only(Vec<String>),
    /// All but the named ones.
    Except(Vec<String>),
}

/// Which state of a topic a read sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// A version's number; a bucket's own, so a topic of several buckets needs one to be chosen.
    Version(u64),
    /// A tag.
    Tag(String),
    /// The newest version that is not younger than this, in each bucket.
    Time(chrono::DateTime<chrono::Utc>),
}

/// Where a stream starts, in each bucket that it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// At the first record.
    Start,
    /// Behind the last record.
    End,
    /// At an offset. Where it lies beyond the end, nothing comes before the bucket has grown up to it.
    Offset(u64),
    /// So many records before the end.
    Last(u64),
    /// Where an earlier stream stood.
    Cursor(super::offset::Cursor),
}

/// What a stream does at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// It ends.
    Stop,
    /// It waits for new records.
    Wait,
}

/// Where a stream starts, and whether it waits at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamOptions {
    pub(crate) from: From,
    pub(crate) at_end: AtEnd,
}

impl StreamOptions {
    /// From a place given as a value.
    pub fn new(from: From) -> Self {
        Self { from, at_end: AtEnd::Stop }
    }

    /// From the first record on.
    pub fn from_start() -> Self {
        Self::new(From::Start)
    }

    /// From behind the last record on.
    pub fn from_end() -> Self {
        Self::new(From::End)
    }

    /// From an offset on, in each bucket.
    pub fn from_offset(offset: u64) -> Self {
        Self::new(From::Offset(offset))
    }

    /// Waits for new records at the end instead of ending.
    #[must_use]
    pub fn blocking(mut self) -> Self {
        self.at_end = AtEnd::Wait;
        self
    }
}

impl Columns {
    /// The chosen ones of `names`, in their order.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a name that is not there, and where nothing is left.
    pub(crate) fn choose<'a>(&self, names: &[&'a str]) -> Result<Vec<&'a str>> {
        let (listed, keep) = match self {
            Self::All => return Ok(names.to_vec()),
            Self::Only(listed) => (listed, true),
            Self::Except(listed) => (listed, false),
        };
        if let Some(unknown) = listed.iter().find(|name| !names.contains(&name.as_str())) {
            let reason = format!("there is no such column; there are {}", names.join(", "));
            return Err(Error::InvalidOption {
                option: "columns",
                value: format!("`{unknown}`"),
                reason,
            });
        }
        let chosen: Vec<&str> =
            names.iter().filter(|n| listed.iter().any(|l| l == *n) == keep).copied().collect();
        if chosen.is_empty() {
            return Err(Error::InvalidOption {
                option: "columns",
                value: "empty".into(),
                reason: "no column would be left".into(),
            });
        }
        Ok(chosen)
    }

    /// Those of `names` that are chosen; chosen ones that are not there are left out. For one of
    /// several buckets, which may not have every column of the topic yet.
    pub(crate) fn present<'a>(&self, names: &[&'a str]) -> Vec<&'a str> {
        let listed = |list: &[String], name: &str| list.iter().any(|listed| listed == name);
        let chosen = |name: &&&str| match self {
            Self::All => true,
            Self::Only(list) => listed(list, name),
            Self::Except(list) => !listed(list, name),
        };
        names.iter().filter(chosen).copied().collect()
    }
}
