//! How far a stream has come, for one who watches while it waits.

use std::collections::BTreeMap;

use tokio::sync::watch;

use crate::engine::bucket::Stand;
use crate::engine::offset::Cursor;

/// Where a stream stands in each bucket.
#[derive(Debug, Clone, Default)]
pub(super) struct Stands {
    cursor: Cursor,
    next_offsets: BTreeMap<u32, u64>,
}

impl Stands {
    pub(super) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub(super) fn set(&mut self, bucket: u32, stand: Stand) {
        self.cursor.set(bucket, stand.position);
        self.next_offsets.insert(bucket, stand.next_offset);
    }
}

/// How far a stream has come: what it delivered, and what it passed over because it does not match. See
/// [`Tail::progress`](crate::Tail::progress).
#[derive(Debug)]
pub struct Progress(watch::Receiver<Stands>);

impl Progress {
    pub(super) fn of(stands: &watch::Sender<Stands>) -> Self {
        Self(stands.subscribe())
    }

    /// Waits until the stream has come further than [`next_offsets`](Self::next_offsets) said; false where it is gone.
    ///
    /// A stream only moves while its next item is waited for, so this is to be waited for beside that.
    /// Cancel: safe to drop at any await.
    pub async fn changed(&mut self) -> bool {
        self.0.changed().await.is_ok()
    }

    /// In each bucket, the offset of the first record that the stream has not come to. What lies between it and the
    /// [`next_offset`](crate::BucketCounts::next_offset) of the counts is how far it is behind. Of what is buffered it is as
    /// provisional as the records' own.
    pub fn next_offsets(&mut self) -> BTreeMap<u32, u64> {
        self.0.borrow_and_update().next_offsets.clone()
    }
}
