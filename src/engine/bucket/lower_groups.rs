//! Bringing groups back to the end of what a power cut, or a repair, has left.
//!
//! Log positions behind the end of the log are given a second time, and so are offsets behind that of the table. A group
//! that had read, and committed, what had them first would pass over what gets them now.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;

use super::group_file::Seen;
use super::group_form::Kept;
use super::shared::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::group_fault::GroupFault;
use crate::engine::offset::Position;
use crate::engine::wal::Log;

impl Bucket {
    /// Brings groups that stand behind the log's end back to it. Needs the append lock: nobody has put behind that end yet.
    /// Blocks.
    pub(super) fn lower_groups_to_log(&self, timeout: Duration) -> Result<()> {
        let Some((log, end)) = self.live().log.as_ref().map(|log| (log.id(), log.end())) else {
            return Ok(());
        };
        for (group, kept, seen) in self.readable_groups()? {
            if kept.log == log && kept.position.lsn.is_some_and(|lsn| lsn > end) {
                let to = Position { lsn: Some(end), ..kept.position };
                self.lower(&group, (kept, seen), to, timeout)?;
            }
        }
        Ok(())
    }

    /// Brings groups that stand behind the table's end back to it. Needs the flush lock: nobody has flushed behind that end
    /// yet. Without a log nothing tells what a power cut took from what somebody replaced; who reads is told then.
    pub(super) async fn lower_groups_to_table(self: &Arc<Self>, timeout: Duration) -> Result<()> {
        let log = self.live().log.as_ref().map(Log::id);
        let (Some(log), Some(known)) = (log, self.known_table()) else { return Ok(()) };
        let own = self.clone();
        let mut groups = blocking(move || own.readable_groups()).await?;
        groups.retain(|(_, kept, _)| kept.log == log && kept.position.offset > known.next_offset());
        if groups.is_empty() {
            return Ok(());
        }
        // Another program may have appended meanwhile.
        let end = known.fresh_head().boxed().await?.next_offset();
        groups.retain(|(_, kept, _)| kept.position.offset > end);
        let own = self.clone();
        let lower = move || {
            groups.into_iter().try_for_each(|(group, kept, seen)| {
                let to = Position { offset: end, ..kept.position };
                own.lower(&group, (kept, seen), to, timeout)
            })
        };
        blocking(lower).await
    }

    fn lower(
        &self,
        group: &str,
        (kept, seen): (Kept, Seen),
        position: Position,
        timeout: Duration,
    ) -> Result<()> {
        if !fault::is_on(&self.log_place.folder, "group-ends") {
            return Ok(());
        }
        let lower = Kept { position, ..kept };
        match self.replace_group(group, &lower, Some(&seen), timeout) {
            // Whoever committed just now read what there is.
            Err(Error::Group { fault: GroupFault::Moved { .. }, .. }) => {}
            replaced => drop(replaced?),
        }
        tracing::warn!(topic = %self.topic, bucket = self.place.id, group, from = %kept.position, to = %position, "records that the group had read are lost; it goes on behind what is left");
        Ok(())
    }
}
