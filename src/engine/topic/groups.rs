//! The groups of a topic from outside: which there are, how far each is behind, moving and deleting them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::group_options::on_each;
use super::reader::Reader;
use super::tail::Begin;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::{Bucket, BucketTail, Found, Kept, Selection, Snapshot};
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::group_facts::{GroupInfo, GroupPlace};
use crate::engine::group_fault::GroupFault;
use crate::engine::name::check_group;
use crate::engine::offset::{Cursor, Position};
use crate::engine::options::From;

impl Reader {
    /// The groups of this topic, or of the reader's buckets, by name: where each stands, and how far it is behind. None in a
    /// topic that another program made.
    ///
    /// Cost: a listing of a folder a bucket, a small file for each group in it, and the counts of the bucket.
    ///
    /// # Errors
    /// A position that cannot be read is no error but part of the answer. As [`counts`](Self::counts).
    pub async fn groups(&self) -> Result<Vec<GroupInfo>> {
        if self.check_groups().is_err() {
            return Ok(Vec::new());
        }
        let mut found: BTreeMap<String, Vec<GroupPlace>> = BTreeMap::new();
        for bucket in &self.buckets {
            let own = bucket.clone();
            for group in blocking(move || own.group_names()).await? {
                let place = place(bucket, &group).await?;
                found.entry(group).or_default().push(place);
            }
        }
        let info = |(group, buckets): (String, Vec<GroupPlace>)| {
            let lag = buckets.iter().filter_map(|place| place.lag).sum();
            GroupInfo { group, lag, buckets }
        };
        Ok(found.into_iter().map(info).collect())
    }

    /// Lets a group go on elsewhere, durably, in each of the reader's buckets in which it stands, or those that a cursor
    /// names: also where its file is damaged. Who reads with it is told at its next commit. Returns where it stands.
    ///
    /// Cost: two syncs a bucket. Cancel: it goes on. After a crash in its middle each bucket is moved or not.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where there is no such group.
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a place behind the end of a bucket, [`OutOfRange`](crate::ErrorKind::OutOfRange) for
    ///   a bucket that is not there; nothing is moved then.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made.
    pub async fn seek_group(&self, group: &str, from: From) -> Result<Cursor> {
        let stood = self.standing(group).await?;
        let chosen = match &from {
            From::Cursor(cursor) => self.only(&cursor.buckets().collect::<Vec<_>>())?,
            _ => self.only(&stood)?,
        };
        let (mut due, mut cursor) = (Vec::new(), Cursor::default());
        for (bucket, snapshot) in chosen.buckets.iter().zip(chosen.snapshots().await?) {
            chosen.check_place(bucket, &snapshot, &from)?;
            let begin = Begin { bucket: bucket.clone(), then: None, from: from.clone() };
            let position = begun(begin).await?;
            cursor.set(bucket.place.id, position);
            due.extend(bucket.keep(position).map(|kept| (bucket.clone(), kept)));
        }
        let name = group.to_owned();
        let set = move |(bucket, kept): (Arc<Bucket>, Kept)| {
            bucket.replace_group(&name, &kept, None, LOCK_TIMEOUT).map(drop)
        };
        on_each(due, set).await?;
        Ok(cursor)
    }

    /// Deletes a group from the reader's buckets, durably; who reads with it is told at its next commit.
    ///
    /// Cancel: it goes on. After a crash in its middle it may be deleted in some buckets only: delete it again.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such group, and [`Unsupported`](crate::ErrorKind::Unsupported) for a
    /// topic that another program made.
    pub async fn delete_group(&self, group: &str) -> Result<()> {
        let stood = self.only(&self.standing(group).await?)?;
        let name = group.to_owned();
        let remove =
            move |bucket: Arc<Bucket>| bucket.remove_group(&name, LOCK_TIMEOUT).map(|_| ());
        on_each(stood.buckets, remove).await
    }

    /// The buckets in which a group stands.
    async fn standing(&self, group: &str) -> Result<Vec<u32>> {
        check_group(group)?;
        self.check_groups()?;
        let (buckets, name) = (self.buckets.clone(), group.to_owned());
        let (stood, others) = blocking(move || {
            let (mut stood, mut others) = (Vec::new(), Vec::new());
            for bucket in buckets {
                let names = bucket.group_names()?;
                stood.extend(names.contains(&name).then_some(bucket.place.id));
                others.extend(names);
            }
            others.sort();
            others.dedup();
            Ok((stood, others))
        })
        .await?;
        if stood.is_empty() {
            let (topic, fault) = (self.name.to_string(), GroupFault::NotFound(others));
            return Err(Error::Group { topic, group: group.into(), fault });
        }
        Ok(stood)
    }

    /// Refuses topics of other programs, and readers at a version: groups have no place there.
    pub(super) fn check_groups(&self) -> Result<()> {
        if self.schema.is_none() {
            let reason = "another program made it, and a group's position would lie in its folder";
            return Err(Error::ReadOnly { topic: self.name.to_string(), reason: reason.into() });
        }
        if self.pinned.is_some() {
            return Err(Error::Unsupported {
                what: "a group at a version".into(),
                reason: "nothing is added to a version; read it with `stream`".into(),
            });
        }
        Ok(())
    }

    /// Refuses a place behind the end of a bucket.
    pub(super) fn check_place(
        &self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        from: &From,
    ) -> Result<()> {
        let position: Position = match from {
            From::Start | From::End | From::Last(_) => return Ok(()),
            From::Offset(offset) => (*offset).into(),
            From::Cursor(cursor) => cursor.get(bucket.place.id).unwrap_or_default(),
        };
        let extent = bucket.extent(snapshot);
        if extent.holds(position) {
            return Ok(());
        }
        let (id, end) = (bucket.place.id, extent.end());
        Err(Error::InvalidOption {
            option: "position",
            value: position.to_string(),
            reason: format!("bucket {id} of topic `{}` ends at {end}", self.name),
        })
    }
}

/// Where a group that begins like this would stand.
async fn begun(begin: Begin) -> Result<Position> {
    let Begin { bucket, then, from } = begin;
    let tail = BucketTail::start(bucket, then, &from, Selection::default()).await?;
    Ok(tail.stand().filed)
}

async fn place(bucket: &Arc<Bucket>, group: &str) -> Result<GroupPlace> {
    let unknown = |snapshot: &Snapshot, error| GroupPlace {
        bucket_id: bucket.place.id,
        position: None,
        next_offset: snapshot.end(),
        lag: None,
        missed: None,
        committed_at: None,
        error,
    };
    match bucket.find_group(group).await {
        Ok(Some((Found { kept, position, .. }, snapshot))) => Ok(GroupPlace {
            position: Some(position),
            lag: Some(snapshot.rows_behind(position).await?),
            missed: Some(snapshot.rows_missed(position).await?),
            committed_at: Some(kept.committed_at),
            ..unknown(&snapshot, None)
        }),
        found => {
            let error = found.err().map_or_else(|| "it was deleted".to_owned(), |e| told(&e));
            Ok(unknown(&bucket.snapshot().await?, Some(error)))
        }
    }
}

/// An error in one line, without what the place says already.
fn told(error: &Error) -> String {
    match error {
        Error::Group { fault, .. } => fault.to_string(),
        other => other.to_string(),
    }
}
