//! How a group is opened: where a new one begins, and which buckets this member of it reads.

use std::sync::Arc;

use super::group::Group;
use super::reader::Reader;
use super::seat::{Seat, is_moved};
use super::tail::Begin;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::name::check_group;
use crate::engine::offset::Cursor;
use crate::engine::options::From;

/// How often opening looks again where somebody else opens or moves the group.
const ATTEMPTS: usize = 5;

/// Options for reading as a named group; see [`Reader::group`].
#[must_use]
pub struct GroupBuilder {
    reader: Reader,
    name: String,
    from: From,
    share: Share,
}

/// Which buckets a member reads.
enum Share {
    All,
    Listed(Vec<u32>),
    Rank { rank: u32, world_size: u32 },
}

impl Reader {
    /// Options for reading as a named group: a reader that keeps, in each bucket, up to where it has committed, and goes on
    /// there when it is opened again, in whichever process.
    ///
    /// A group keeps its position in the topic's folder. Of a filtered reader, records that do not match count as read.
    ///
    /// ```
    /// # use lanceq::{Engine, From};
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path().join("root")).await?;
    /// # let writer = engine.writer("traces").open().await?;
    /// # for n in 0..3 { writer.put(serde_json::json!({"id": n})).await?; }
    /// let reader = engine.reader("traces").await?;
    /// let mut group = reader.group("trainer").open().await?;
    /// let page = group.get(2).await?;
    /// // … process the records …
    /// group.commit().await?;
    /// drop(group);
    ///
    /// let mut again = reader.group("trainer").open().await?;
    /// assert_eq!(again.get(10).await?.records().next().unwrap().fields["id"], 2);
    /// # assert_eq!(page.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn group(&self, name: &str) -> GroupBuilder {
        let (reader, name) = (self.clone(), name.to_owned());
        GroupBuilder { reader, name, from: From::Start, share: Share::All }
    }
}

impl GroupBuilder {
    /// Where the group begins in a bucket in which it has never been. Default: [`From::Start`], so that nothing is missed
    /// that was put before the group was there.
    pub fn from(self, from: From) -> Self {
        Self { from, ..self }
    }

    /// Reads these buckets only; other members of the group read the others. Default: all of the reader's.
    pub fn buckets(self, buckets: &[u32]) -> Self {
        Self { share: Share::Listed(buckets.to_vec()), ..self }
    }

    /// Reads the buckets whose number is `rank` modulo `world_size`: so members with the ranks from 0 on read each bucket
    /// once, without knowing of each other.
    pub fn rank(self, rank: u32, world_size: u32) -> Self {
        Self { share: Share::Rank { rank, world_size }, ..self }
    }

    /// Opens the group: in each bucket where it committed, else where a new one begins, which is committed at once. So a
    /// new group that dies before its first commit begins there again.
    ///
    /// Two members may read the same bucket; then both get its records, and the first that commits wins: the other is told
    /// with its next commit.
    /// Cost: a file read a bucket; where it is new, two syncs more. Cancel: it may be there, at its beginning.
    ///
    /// # Errors
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a name that no topic could have, for no bucket, and for a beginning
    ///   behind the end.
    /// - [`OutOfRange`](crate::ErrorKind::OutOfRange) for a bucket that is not there, and where the group stands behind the
    ///   end of one: what it stood on was replaced.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where its file is damaged: it never begins anew by itself.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made, and for a reader at a version.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds the lock of the groups for 10 s.
    pub async fn open(self) -> Result<Group> {
        check_group(&self.name)?;
        let Self { reader, name, from, share } = self;
        reader.check_groups()?;
        let numbers = share.of(reader.buckets())?;
        let reader = reader.only(&numbers)?;
        for _ in 1..ATTEMPTS {
            match open(&reader, &name, &from).await {
                Err(error) if is_moved(&error) => {}
                opened => return opened,
            }
        }
        open(&reader, &name, &from).await
    }
}

async fn open(reader: &Reader, name: &str, from: &From) -> Result<Group> {
    let (mut seats, mut begins) = (Vec::new(), Vec::new());
    for bucket in &reader.buckets {
        let found = bucket.find_group(name).await?.map(|(found, _)| found);
        let from = if let Some(found) = &found {
            let mut cursor = Cursor::default();
            cursor.set(bucket.place.id, found.position);
            From::Cursor(cursor)
        } else {
            reader.check_place(bucket, &bucket.snapshot().await?, from)?;
            from.clone()
        };
        begins.push(Begin { bucket: bucket.clone(), then: None, from });
        seats.push(Arc::new(Seat::new(bucket.clone(), name, found)));
    }
    let mut group = Group::begin(reader.clone(), name, seats, begins).await?;
    group.commit().await?;
    Ok(group)
}

impl Share {
    fn of(&self, buckets: &[u32]) -> Result<Vec<u32>> {
        let (option, value, reason) = match self {
            Self::All => return Ok(buckets.to_vec()),
            Self::Listed(listed) if !listed.is_empty() => return Ok(listed.clone()),
            Self::Listed(_) => ("buckets", "empty".to_owned(), "nothing would be read".to_owned()),
            Self::Rank { rank, world_size } if rank >= world_size => {
                ("rank", rank.to_string(), format!("ranks are numbered from 0 below {world_size}"))
            }
            Self::Rank { rank, world_size } => {
                let own = |bucket: &&u32| *bucket % world_size == *rank;
                let own: Vec<u32> = buckets.iter().filter(own).copied().collect();
                if !own.is_empty() {
                    return Ok(own);
                }
                let reason = format!("of {} buckets, it would read none", buckets.len());
                ("rank", format!("{rank} of {world_size}"), reason)
            }
        };
        Err(Error::InvalidOption { option, value, reason })
    }
}

/// Runs blocking work on each seat, in turn; what was done before one that failed stays.
pub(super) async fn on_each<T: Send + 'static>(
    seats: Vec<T>,
    work: impl Fn(T) -> Result<()> + Send + 'static,
) -> Result<()> {
    blocking(move || seats.into_iter().try_for_each(work)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ranks_of_a_world_read_each_bucket_once() {
        for buckets in 1..9 {
            let all: Vec<u32> = (0..buckets).collect();
            for world_size in 1..=buckets {
                let each = (0..world_size).map(|rank| Share::Rank { rank, world_size }.of(&all));
                let mut read: Vec<u32> = each.flat_map(Result::unwrap).collect();
                read.sort_unstable();
                assert_eq!(read, all, "{world_size} of {buckets}");
            }
        }
    }

    #[test]
    fn a_member_that_would_read_nothing_is_refused() {
        for share in [
            Share::Rank { rank: 2, world_size: 2 },
            Share::Rank { rank: 0, world_size: 0 },
            Share::Rank { rank: 3, world_size: 4 },
            Share::Listed(Vec::new()),
        ] {
            assert!(matches!(share.of(&[0, 1, 2]), Err(Error::InvalidOption { .. })));
        }
    }
}
