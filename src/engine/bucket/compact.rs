//! Compacting a bucket: runs of small fragments are rewritten as one each, while puts, flushes and reads go on.
//!
//! The maintenance lock is held for all of it, the flush lock only to reserve numbers and to commit. What is flushed in
//! between takes nothing away from the work: the fragments still stand in the newer head, and are replaced there.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Compacted;
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::maintenance::{Part, Tiers};
use crate::engine::store::{Committed, Rewritten, Table};

/// Which fragments are rewritten, as runs of a version's parts.
type Choose = Box<dyn Fn(&[Part]) -> Vec<Range<usize>> + Send + Sync>;

/// What is to be rewritten, with the version that reserved a number for each run.
struct Plan {
    head: Table,
    runs: Vec<(Vec<Part>, u64)>,
}

impl Bucket {
    /// Rewrites all fragments that are worth it; see [`Engine::compact`](crate::Engine::compact). `job` counts records.
    ///
    /// Cancel: fragments that were not replaced yet are left as they are. Dropped, it ends so, and keeps its locks until then.
    pub(crate) async fn compact(
        self: &Arc<Self>,
        tiers: Tiers,
        job: &Job,
        timeout: Duration,
    ) -> Result<Compacted> {
        let (own, work) = (self.clone(), job.clone());
        let alone = async move {
            let _alone = own.lock_maintenance(timeout).await?;
            let all: Choose = Box::new(move |parts| tiers.all(parts));
            own.compact_chosen(all, &work, timeout).await
        };
        job.in_a_task(alone).await
    }

    /// Rewrites the newest fragments where that is due, within these bounds. Needs the maintenance lock.
    pub(super) async fn compact_due(
        self: &Arc<Self>,
        tiers: Tiers,
        job: &Job,
        timeout: Duration,
    ) -> Result<Compacted> {
        let due: Choose = Box::new(move |parts| tiers.due(parts).into_iter().collect());
        self.compact_chosen(due, job, timeout).await
    }

    /// Rewrites the runs that are chosen of the head. Needs the maintenance lock.
    ///
    /// The newest run comes first: so at each step, and after a cancel, fragments are in the order of their offsets.
    async fn compact_chosen(
        self: &Arc<Self>,
        choose: Choose,
        job: &Job,
        timeout: Duration,
    ) -> Result<Compacted> {
        let mut done = nothing(self.place.id);
        self.look_ahead(&choose, job).await?;
        let reserved = self.reserve(&choose, &mut done, (job, timeout)).await?;
        let Some(plan) = reserved else { return Ok(done) };
        job.expect(plan.runs.iter().map(|(run, _)| rows(run)).sum());
        for (run, number) in plan.runs.iter().rev() {
            let rewritten = job.unless_cancelled(plan.head.rewrite(run, *number)).await?;
            let bytes = rewritten.bytes();
            let Some(table) = self.replace(rewritten, job, timeout).await? else {
                // What another program did to these rows is newer; the rest is left to the next compaction.
                break;
            };
            job.advance(rows(run));
            note(&mut done, run, bytes);
            (done.version, done.fragments_after) = (table.version(), table.fragments());
        }
        if done.bytes_before > 0 {
            self.meters().inspect(|meters| meters.compacted());
        }
        Ok(done)
    }

    /// Refuses what could not come to its end: a file that is damaged, a disk without room. Before anything is reserved, as
    /// what fails each time must not make a version each time.
    async fn look_ahead(&self, choose: &Choose, job: &Job) -> Result<()> {
        // What is wrong with the head is mended, or said, under the flush lock.
        let Ok(Some(head)) = Table::open(&self.place.dataset, &self.access).await else {
            return Ok(());
        };
        let parts = head.parts().await?;
        let runs = choose(&parts).into_iter().filter_map(|run| parts.get(run));
        let chosen: Vec<Part> = runs.flatten().copied().collect();
        self.check_room(chosen.iter().map(|part| part.bytes).sum())?;
        job.unless_cancelled(head.read_whole(&chosen)).await
    }

    /// Chooses of the head, and reserves a number for each run, so that what is flushed meanwhile comes behind.
    async fn reserve(
        self: &Arc<Self>,
        choose: &Choose,
        done: &mut Compacted,
        (job, timeout): (&Job, Duration),
    ) -> Result<Option<Plan>> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        self.refuse_lost_flush().await?;
        self.heal().await?;
        for _ in 0..ATTEMPTS {
            let Some(head) = self.settled_head().await? else { return Ok(None) };
            self.check_ids(&head)?;
            let parts = head.parts().await?;
            (done.version, done.fragments_before) = (head.version(), head.fragments());
            done.fragments_after = done.fragments_before;
            let runs = choose(&parts);
            let Some(count) = u32::try_from(runs.len()).ok().filter(|count| *count > 0) else {
                return Ok(None);
            };
            if !self.secured(&head).await? {
                continue;
            }
            match head.commit_reserve(count).await? {
                Committed::Done(head) => {
                    self.take_note(&head).await;
                    let runs = runs.into_iter().filter_map(|run| Some(parts.get(run)?.to_vec()));
                    let runs = runs.zip(head.reserved(count)).collect();
                    done.version = head.version();
                    return Ok(Some(Plan { head, runs }));
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    /// Puts rewritten rows in the place of what they were, in whichever version is the head by now; `None` where it holds
    /// these no longer as they were read.
    async fn replace(
        self: &Arc<Self>,
        rewritten: Rewritten,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Table>> {
        let mut rewritten = rewritten;
        let replaced = match job.unless_cancelled(rewritten.sync()).await {
            Ok(()) => self.commit_rewritten(&rewritten, job, timeout).await,
            Err(error) => Err(error),
        };
        // Where that is not known, it may be the head, on these files.
        if !matches!(replaced, Ok(Some(_)) | Err(Error::Poisoned { .. })) {
            rewritten.discard().await;
        }
        replaced
    }

    async fn commit_rewritten(
        self: &Arc<Self>,
        rewritten: &Rewritten,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Table>> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        for _ in 0..ATTEMPTS {
            job.go_on()?;
            let Some(head) = self.settled_head().await? else { return Ok(None) };
            let is_on = fault::is_on(&self.log_place.folder, "compact-look");
            // A cleanup with a wrong clock removes files that no version names.
            if is_on && !head.still_holds(rewritten) || !rewritten.is_complete().await? {
                return Ok(None);
            }
            if !self.secured(&head).await? {
                continue;
            }
            match head.commit_rewritten(rewritten).await? {
                Committed::Done(table) => {
                    self.take_note(&table).await;
                    return Ok(Some(table));
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    /// Makes a version that was just committed the known one.
    pub(super) async fn take_note(&self, table: &Table) {
        self.live().durable = Some(table.clone());
        if let Err(error) = self.make_head(table).await {
            // It has happened all the same, and the next look finds it.
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %error, "a version that was just committed cannot be looked at");
        }
        self.wake();
    }

    /// Refuses a dataset whose offsets are positions.
    fn check_ids(&self, head: &Table) -> Result<()> {
        if head.is_stable() {
            return Ok(());
        }
        Err(Error::Unsupported {
            what: format!("compacting {}", self.place.dataset.display()),
            reason: "its rows have no stable ids, so their offsets are positions, which a compaction may change".into(),
        })
    }
}

fn nothing(bucket_id: u32) -> Compacted {
    Compacted {
        bucket_id,
        version: 0,
        fragments_before: 0,
        fragments_after: 0,
        rows: 0,
        deleted: 0,
        bytes_before: 0,
        bytes_after: 0,
    }
}

fn note(done: &mut Compacted, run: &[Part], bytes: u64) {
    done.rows += rows(run);
    done.deleted += run.iter().map(|part| part.deleted).sum::<u64>();
    done.bytes_before += run.iter().map(|part| part.bytes).sum::<u64>();
    done.bytes_after += bytes;
}

fn rows(run: &[Part]) -> u64 {
    run.iter().map(|part| part.rows).sum()
}
