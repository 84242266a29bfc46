//! Cleaning up: versions that need not be kept go, and with them the files that only they referred to.
//!
//! Names of versions go first, and for good; then files. So whoever dies at any step leaves versions that can be read, and
//! files that the next one removes. The log's base names the head before, so that no look back ends at a version that is gone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;

use super::pin_file;
use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::clock;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::facts::Cleaned;
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::layout;
use crate::engine::retention::{Aged, Reserved, Rule, watched};
use crate::engine::store::{Committed, Leaving, Referred, Table, remove};
use crate::engine::wal::Held;

/// A file of which nobody knows may belong to a version that another program is about to commit, for so long: the time that
/// Lance gives it.
const UNKNOWN_STAY: TimeDelta = TimeDelta::days(7);
/// Versions that stay for operations of other programs alone, at most: each keeps files that were rewritten since.
const WATCHED: usize = 16;

/// What goes.
struct Plan {
    head: Table,
    gone: Vec<u64>,
    /// Versions that would go, if nobody read them.
    only_read: u64,
    /// Those that would, if no operation of another program could be under way.
    only_watched: usize,
    kept: Referred,
    leavings: Vec<Leaving>,
}

impl Bucket {
    /// The lock of long work on the bucket, waited for off the runtime.
    pub(crate) async fn lock_maintenance(self: &Arc<Self>, timeout: Duration) -> Result<Held> {
        self.confined().await?;
        let own = self.clone();
        blocking(move || own.maintenance_lock.lock(timeout)).await
    }

    /// Removes the versions that the rule does not keep, and the files that no other version refers to. `job` counts the
    /// bytes of files.
    ///
    /// Cost: the maintenance lock; the flush lock while names of versions go; the manifest of each version that stays, and
    /// of files that nothing vouches for, those of versions that go.
    /// Cancel: what is removed is removed, whole versions at a time; files that no version refers to any more go with the
    /// next clean-up. Dropped, it ends at its next step, and keeps its locks until then.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) for a dataset with detached versions; as a flush where the head
    /// cannot be settled. Where a version that stays, or one of a branch, cannot be read, nothing goes.
    pub(crate) async fn clean_up(
        self: &Arc<Self>,
        rule: &Rule,
        (job, timeout): (&Job, Duration),
    ) -> Result<Cleaned> {
        let (own, rule, work) = (self.clone(), *rule, job.clone());
        let alone = async move {
            let _maintenance = own.lock_maintenance(timeout).await?;
            own.clean_up_alone(&rule, (&work, timeout)).await
        };
        job.in_a_task(alone).await
    }

    /// As [`clean_up`](Self::clean_up). Needs the maintenance lock.
    pub(super) async fn clean_up_alone(
        self: &Arc<Self>,
        rule: &Rule,
        (job, timeout): (&Job, Duration),
    ) -> Result<Cleaned> {
        let Some(head) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(self.cleaned(None, 0));
        };
        let mut draft = job.unless_cancelled(self.plan(head, rule, None)).await?;
        if draft.only_watched > WATCHED {
            let head = self.bar(job, timeout).await?;
            draft = job.unless_cancelled(self.plan(head, rule, None)).await?;
        }
        if draft.gone.is_empty() && draft.leavings.is_empty() {
            return Ok(self.cleaned(Some(&draft), 0));
        }
        if !fault::is_on(&self.log_place.folder, "cleanup-order") {
            self.sweep(draft.leavings.clone(), job).await?;
        }
        let (mut plan, manifests) = {
            let _flush = self.lock_flush_for(job, timeout).await?;
            self.unname(rule, draft, job).await?
        };
        if self.is_one_read(&plan).await? {
            plan.leavings.clear();
        }
        self.spare(&mut plan).await?;
        let cleaned = self.cleaned(Some(&plan), manifests);
        self.sweep(plan.leavings, job).await?;
        self.meters().inspect(|meters| meters.cleaned());
        Ok(cleaned)
    }

    /// What [`clean_up`](Self::clean_up) would remove now. Takes no lock and changes nothing.
    pub(crate) async fn would_clean_up(&self, rule: &Rule) -> Result<Cleaned> {
        self.confined().await?;
        let Some(head) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(self.cleaned(None, 0));
        };
        let mut plan = self.plan(head.clone(), rule, None).await?;
        if plan.only_watched > WATCHED {
            // A barrier would stand in their place.
            plan = self.plan(head, &Rule { is_gentle: false, ..*rule }, None).await?;
        }
        let manifests = plan.head.manifest_bytes(plan.gone.clone()).await?;
        Ok(self.cleaned(Some(&plan), manifests))
    }

    /// What goes as things are; of the versions only those that a draft had, as what the others refer to was not looked at.
    async fn plan(&self, head: Table, rule: &Rule, draft: Option<Plan>) -> Result<Plan> {
        head.refuse_detached().await?;
        let (versions, now) = (head.aged_versions().await?, clock::now());
        let reserved = self.reserved(&head, &versions, rule).await?;
        let unread = Reserved { pinned: BTreeSet::new(), ..reserved.clone() };
        let unwatched = Reserved { watched: BTreeSet::new(), ..reserved.clone() };
        let goes = |reserved| rule.keeps.expendable(&versions, reserved, now);
        let mut gone = goes(&reserved);
        let only_read = goes(&unread).len() - gone.len();
        let only_watched = goes(&unwatched).len() - gone.len();
        let mut kept = Referred::default();
        if let Some(draft) = draft {
            gone.retain(|version| draft.gone.contains(version));
            // IMPORTANT: where the head was moved aside since, its number may have been given again, to other files.
            if draft.head.is_there() {
                kept = draft.kept;
            }
        }
        for version in &versions {
            if gone.binary_search(&version.number).is_err() {
                head.refer(version.number, &mut kept).await?;
            }
        }
        head.refer_branches(&mut kept).await?;
        let (kept, leavings) = head.leavings(kept).await?;
        let leavings = self.abandoned(&head, &gone, leavings).await?;
        Ok(Plan { head, gone, only_read: only_read as u64, only_watched, kept, leavings })
    }

    async fn reserved(&self, head: &Table, versions: &[Aged], rule: &Rule) -> Result<Reserved> {
        let mut needs = Referred::default();
        let first = match versions.first().map(|first| first.number).filter(|first| *first == 1) {
            Some(first) => head.refer(first, &mut needs).await.is_ok().then_some(first),
            None => None,
        };
        let first = first.filter(|_| !needs.has_records());
        let (tagged, pinned) = (head.tagged_versions().await?, self.read_versions().await?);
        let branched = head.branched_versions().await?;
        let is_on = fault::is_on(&self.log_place.folder, "cleanup-watch");
        let watched = if rule.is_gentle && is_on {
            let now = clock::now();
            let recent = versions.iter().filter(|version| version.is_recent(now));
            watched(&head.kinds(recent.map(|version| version.number)).await)
        } else {
            BTreeSet::new()
        };
        Ok(Reserved { tagged, branched, pinned, first, watched, base: head.version() })
    }

    /// The versions that any process reads.
    async fn read_versions(&self) -> Result<BTreeSet<u64>> {
        let (folder, own) = (layout::pins(&self.log_place.folder), self.pins.clone());
        blocking(move || {
            let mut all = pin_file::noted(&folder)?;
            all.extend(own.held());
            Ok(all)
        })
        .await
    }

    /// Those of the leavings that no version will ever refer to.
    ///
    /// They are known to have belonged to a version that is there no more: the checksums say so, as nobody is in the middle
    /// of a flush or a compaction, or a version that goes. Or they are old. Of an index only a version says so: older
    /// checksums are of all that lay there.
    async fn abandoned(
        &self,
        head: &Table,
        gone: &[u64],
        leavings: Vec<Leaving>,
    ) -> Result<Vec<Leaving>> {
        let (guard, upto) = (self.access.guard().cloned(), head.version());
        let (mut known, unknown) = blocking(move || {
            let (mut known, mut unknown) = (Vec::new(), Vec::new());
            for leaving in leavings {
                let guard = guard.as_ref().filter(|_| !leaving.is_index());
                let entry = guard.map(|guard| guard.ledger().find(&leaving.noted));
                match entry.transpose()?.flatten() {
                    Some(entry) if entry.version <= upto => known.push(leaving),
                    Some(_) => {}
                    None => unknown.push(leaving),
                }
            }
            Ok((known, unknown))
        })
        .await?;
        let mut of_gone = Referred::default();
        for version in gone.iter().rev() {
            if unknown.iter().all(|leaving| of_gone.has(leaving)) {
                break;
            }
            // What belongs to one that cannot be read stays until it is old.
            drop(head.refer(*version, &mut of_gone).await);
        }
        let old = clock::now() - UNKNOWN_STAY;
        let is_known = |leaving: &Leaving| of_gone.has(leaving) || leaving.modified < old;
        known.extend(unknown.into_iter().filter(is_known));
        Ok(known)
    }

    /// Removes the names of versions. Needs the flush lock.
    async fn unname(self: &Arc<Self>, rule: &Rule, draft: Plan, job: &Job) -> Result<(Plan, u64)> {
        self.refuse_lost_flush().await?;
        self.heal().await?;
        let head = self.durable_head().await?;
        let plan = self.plan(head, rule, Some(draft)).await?;
        job.go_on()?;
        if let Some(guard) = self.access.guard().cloned() {
            blocking(move || guard.tidy()).await?;
        }
        let Some(newest) = plan.gone.last().copied() else { return Ok((plan, 0)) };
        let base = self.live().log.as_ref().map(|log| log.base().version);
        // IMPORTANT: before they go. A look back that met one of them could not tell what it held.
        let is_on = fault::is_on(&self.log_place.folder, "cleanup-base");
        if is_on && base.is_some_and(|base| base <= newest) {
            let persisted = self.live().persisted();
            self.write_base(&plan.head, persisted).await?;
        }
        if fault::is_on(&self.log_place.folder, "cleanup-imports") {
            self.keep_imports(&plan.head, newest).await?;
        }
        fault::at(&self.log_place.folder, "cleanup.based")?;
        let bytes = plan.head.unname(plan.gone.clone()).await?;
        Ok((plan, bytes))
    }

    /// Makes a version that changes nothing, and at which every operation fails that another program has begun before, but for
    /// appends: so it need not see what changed fragments until now.
    async fn bar(self: &Arc<Self>, job: &Job, timeout: Duration) -> Result<Table> {
        let _flush = self.lock_flush_for(job, timeout).await?;
        self.refuse_lost_flush().await?;
        self.heal().await?;
        for _ in 0..ATTEMPTS {
            let head = self.durable_head().await?;
            match head.commit_barrier().await? {
                Committed::Done(head) => {
                    self.take_note(&head).await;
                    return Ok(head);
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    /// The head, settled, and durable with all that it stands on: what is older may go.
    pub(super) async fn durable_head(&self) -> Result<Table> {
        for _ in 0..ATTEMPTS {
            let head = self.settled_head().await?;
            let head = head.ok_or_else(|| self.damaged("its dataset is gone"))?;
            let stands = self.secured(&head).await?;
            if stands && self.secured_behind(&head, Some(&head)).await? {
                return Ok(head);
            }
        }
        Err(self.outpaced())
    }

    /// Whether somebody began to read a version while its name went: then files stay for now.
    async fn is_one_read(&self, plan: &Plan) -> Result<bool> {
        let read = self.read_versions().await?;
        let mut old = read.range(..=plan.head.version());
        Ok(old.any(|version| !plan.kept.versions.contains(version)))
    }

    /// Leaves what versions refer to that were made meanwhile: another program may have restored one whose name was about to
    /// go, or begun a branch.
    async fn spare(&self, plan: &mut Plan) -> Result<()> {
        fault::at(&self.log_place.folder, "cleanup.look")?;
        if !fault::is_on(&self.log_place.folder, "cleanup-look") {
            return Ok(());
        }
        plan.head.refuse_detached().await?;
        let mut newer = Referred::behind(&plan.kept);
        plan.head.refer_branches(&mut newer).await?;
        for version in plan.head.version_numbers().await? {
            if version > plan.head.version() {
                plan.head.refer(version, &mut newer).await?;
            }
        }
        plan.leavings.retain(|leaving| !newer.has(leaving));
        Ok(())
    }

    async fn sweep(&self, leavings: Vec<Leaving>, job: &Job) -> Result<()> {
        job.expect(leavings.iter().map(|leaving| leaving.bytes).sum());
        let (dataset, job) = (self.place.dataset.clone(), job.clone());
        blocking(move || {
            for leaving in leavings {
                job.go_on()?;
                remove(&dataset, &leaving)?;
                job.advance(leaving.bytes);
            }
            Ok(())
        })
        .await
    }

    fn cleaned(&self, plan: Option<&Plan>, manifests: u64) -> Cleaned {
        let leavings = || plan.iter().flat_map(|plan| &plan.leavings);
        let gone = plan.map_or(0, |plan| plan.gone.len() as u64);
        Cleaned {
            bucket_id: self.place.id,
            versions: gone,
            files: gone + leavings().map(|leaving| leaving.files).sum::<u64>(),
            bytes: manifests + leavings().map(|leaving| leaving.bytes).sum::<u64>(),
            versions_left: plan.map_or(0, |plan| plan.kept.versions.len() as u64),
            kept_for_readers: plan.map_or(0, |plan| plan.only_read),
        }
    }
}
