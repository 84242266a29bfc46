//! One bucket, as all handles of a process share it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::FutureExt;
use tokio::sync::{OnceCell, watch};
use uuid::Uuid;

use super::evidence::{Evidence, Known, gather};
use super::lane::LOG;
use super::live::{Head, Live};
use super::pins::Pins;
use super::snapshot::Snapshot;
use super::space::Space;
use super::upkeep::Neglect;
use crate::engine::access::Access;
use crate::engine::buffer::PutTimes;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{self, BucketPlace};
use crate::engine::metrics::{Level, Meters, Watched};
use crate::engine::name::TopicName;
use crate::engine::store::Table;
use crate::engine::tally::{ReadCounts, Tally};
use crate::engine::wal::{FileLock, Log, LogPlace};

/// How often a read starts again where flushes and cleanups overtake it.
pub(super) const ATTEMPTS: usize = 5;

/// One bucket, shared by the readers, the streams and the writer of a process.
pub(crate) struct Bucket {
    pub(crate) topic: TopicName,
    pub(crate) place: BucketPlace,
    pub(super) log_place: LogPlace,
    pub(super) append_lock: FileLock,
    pub(super) flush_lock: FileLock,
    pub(super) maintenance_lock: FileLock,
    pub(super) groups_lock: FileLock,
    /// Stands for a log in the versions that a writer without one makes.
    pub(super) memory_id: Uuid,
    pub(super) space: Space,
    pub(super) neglect: Mutex<Neglect>,
    pub(super) access: Access,
    /// Counts for whoever watches the process; none where nobody does.
    pub(super) meters: Option<Arc<Meters>>,
    pub(super) pins: Pins,
    confined: OnceCell<()>,
    /// Another program made the dataset: there is no log beside it.
    is_foreign: bool,
    live: Mutex<Live>,
    changed: watch::Sender<u64>,
}

impl Bucket {
    pub(crate) fn new(
        topic: TopicName,
        place: BucketPlace,
        is_foreign: bool,
        access: Access,
        meters: Option<Arc<Meters>>,
    ) -> Self {
        let folder = place.dataset.parent().unwrap_or(Path::new(".")).to_path_buf();
        let log_place = LogPlace { topic: topic.to_string(), bucket: place.id, folder };
        let pins = layout::pins(&log_place.folder);
        let pins = if is_foreign { Pins::nowhere() } else { Pins::in_folder(pins) };
        Self {
            append_lock: FileLock::append(&log_place),
            flush_lock: FileLock::flush(&log_place),
            maintenance_lock: FileLock::maintenance(&log_place),
            groups_lock: FileLock::groups(&log_place),
            topic,
            place,
            log_place,
            memory_id: Uuid::new_v4(),
            space: Space::default(),
            neglect: Mutex::default(),
            access,
            meters,
            pins,
            confined: OnceCell::new(),
            is_foreign,
            live: Mutex::default(),
            changed: watch::Sender::new(0),
        }
    }

    /// The head and what is buffered behind it, by whichever process, as of one moment.
    ///
    /// The log is read before the head: a flush in between moves records from the one to the other,
    /// and so shows them in both, which the flush's mark in the version tells apart. The other way
    /// round they would be in neither.
    /// Cost: four `stat` calls and a read of four bytes where nothing happened since the last look. Waits for no writer.
    ///
    /// # Errors
    /// [`TopicFault::Gone`](crate::engine::topic_fault::TopicFault::Gone) where the topic is not there any more.
    /// [`Error::Damaged`] where the log does not begin where the table ends, though both were read
    /// several times.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        self.look_home()?;
        self.snapshot_here().await.map_err(|error| self.or_gone(error))
    }

    async fn snapshot_here(&self) -> Result<Snapshot> {
        self.confined().await?;
        let folder = &self.log_place.folder;
        if !fault::is_on(folder, "log-first") {
            return self.head_first().await;
        }
        for attempt in 0..ATTEMPTS {
            self.read_log(attempt > 1).await?;
            fault::at(folder, "read.log")?;
            self.look().await?;
            if let Some(snapshot) = self.live().snapshot() {
                let by_evidence = fault::is_on(folder, "lsn-dedup");
                return Ok(if by_evidence { snapshot } else { snapshot.by_number() });
            }
        }
        Err(self.overtaken())
    }

    /// When what is buffered in the log was put, as far as this process has read it.
    pub(super) fn put_times(&self) -> PutTimes {
        self.live().lanes[LOG].times.clone()
    }

    /// Refuses a bucket with links that lead out of the root. Looks once; data files are looked at when they are opened.
    pub(super) async fn confined(&self) -> Result<()> {
        let look = || {
            let (access, dataset) = (self.access.clone(), self.place.dataset.clone());
            let bucket = (!self.is_foreign).then(|| self.log_place.folder.clone());
            blocking(move || {
                for folder in bucket.iter().flat_map(|bucket| layout::folders_beside(bucket)) {
                    access.check_folder(&folder)?;
                }
                access.check_folder(&dataset)
            })
        };
        self.confined.get_or_try_init(look).boxed().await.copied()
    }

    /// The wrong way round, as a test wants it: what is flushed in between is in neither.
    async fn head_first(&self) -> Result<Snapshot> {
        self.look().await?;
        fault::at(&self.log_place.folder, "read.head")?;
        self.read_log(false).await?;
        if let Some(table) = self.known_table() {
            let head = self.ask(table).await?;
            self.live().install(head);
        }
        Ok(self.live().view())
    }

    /// Wakes on every put and flush of this process.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Buffered records and the bytes they take.
    pub(crate) fn buffered(&self) -> (u64, u64) {
        self.live().buffered()
    }

    /// What reading it has cost.
    pub(crate) fn read_counts(&self) -> ReadCounts {
        self.access.tally().counts()
    }

    /// Whether another program made the dataset.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// The same, as it goes on.
    pub(crate) fn tally(&self) -> Arc<Tally> {
        self.access.tally().clone()
    }

    /// What counts for whoever watches the process.
    pub(crate) fn meters(&self) -> Option<&Meters> {
        self.meters.as_deref()
    }

    /// Where the log lies, or will; `None` where another program made the dataset.
    pub(crate) fn log_folder(&self) -> Option<PathBuf> {
        (!self.is_foreign).then(|| self.log_place.folder.join(layout::LOG))
    }

    /// Bytes of the log on disk.
    pub(crate) fn log_bytes(&self) -> u64 {
        self.live().log.as_ref().map_or(0, Log::bytes)
    }

    /// The head as this process last saw it.
    pub(super) fn known_table(&self) -> Option<Table> {
        self.live().table.clone()
    }

    pub(super) fn wake(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    pub(super) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what was added to the log; all of it at first, and where `anew`.
    pub(super) async fn read_log(&self, anew: bool) -> Result<()> {
        if self.is_foreign {
            return Ok(());
        }
        if self.live().log.is_some() && !anew {
            return self.live().read_on();
        }
        let place = self.log_place.clone();
        let known = self.live().floor();
        let opened = blocking(move || Log::open(&place, known)).await?;
        if let Some(damage) = opened.as_ref().and_then(|(log, _)| log.damage()) {
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %damage, "what lies behind is not shown; `lanceq repair` says what is lost");
        }
        let mut live = self.live();
        match opened {
            // Two may have opened it at once; the one that is there may have been written through.
            Some((log, read)) if live.log.is_none() || anew => live.set_log(log, read),
            Some(_) => live.read_on()?,
            None => {}
        }
        Ok(())
    }

    /// Takes note of the head on disk where it is another one than the known.
    async fn look(&self) -> Result<()> {
        let (known, generation) = {
            let live = self.live();
            (live.table.clone(), live.generation)
        };
        let newer = match &known {
            Some(table) => {
                let newer = table.newer().boxed().await;
                let goes_on = |newer: &Option<Table>| {
                    newer.as_ref().is_none_or(|n| n.version() > table.version())
                };
                // While a branch is deleted, its versions go one by one: an older one is no head.
                if !newer.as_ref().is_ok_and(goes_on) {
                    self.check_branch(table).boxed().await?;
                }
                newer?
            }
            None => self.open_table().boxed().await?,
        };
        let is_asked = self.live().is_known();
        let table = match (newer, known) {
            (Some(newer), _) => newer,
            // The log was listed anew: what the same head holds of it is to be asked again.
            (None, Some(known)) if !is_asked => known,
            _ => return Ok(()),
        };
        let head = self.ask(table).await?;
        // Who was faster has asked, too.
        self.live().install_at(generation, head);
        Ok(())
    }

    /// Fails where a table is a version of a branch that is in no list any more: it was deleted.
    async fn check_branch(&self, table: &Table) -> Result<()> {
        let Some(branch) = table.branch() else { return Ok(()) };
        let Ok(found) = table.branches().await else { return Ok(()) };
        let others: Vec<String> = found.into_iter().map(|found| found.name).collect();
        if others.iter().any(|name| name == branch) {
            return Ok(());
        }
        let (topic, bucket) = (self.topic.to_string(), self.place.id);
        Err(Error::BranchNotFound { topic, bucket, branch: branch.into(), others })
    }

    /// Makes a table the head, where this process has seen no newer one meanwhile.
    pub(super) async fn make_head(&self, table: &Table) -> Result<()> {
        loop {
            let generation = self.live().generation;
            let head = self.ask(table.clone()).await?;
            let mut live = self.live();
            let is_old = |known: &Table| known.version() > table.version();
            if live.install_at(generation, head) || live.table.as_ref().is_some_and(is_old) {
                return Ok(());
            }
        }
    }

    /// Asks the versions up to a head what they hold of the log. Where the head was cleaned up meanwhile, it is a newer one.
    pub(super) async fn ask(&self, table: Table) -> Result<Head> {
        let mut table = table;
        loop {
            let (known, log, gaps) = {
                let mut live = self.live();
                let known = live.known(table.version())?;
                (known, live.log.as_ref().map(|log| (log.id(), log.first())), live.gaps.clone())
            };
            let Some((known, (log, first))) = known.zip(log) else {
                return Ok(Head { table, evidence: None });
            };
            if !fault::is_on(&self.log_place.folder, "settle") {
                return Ok(Head { table, evidence: Some(self.ask_nobody(known)) });
            }
            let mut walk = gather(&table, log, known, &gaps).await?;
            if walk.is_broken {
                // IMPORTANT: after the walk. Who cleans up writes the base before it removes what that makes dispensable.
                let (base, newest) = self.live().base_between(known.version, table.version())?;
                if newest > table.version()
                    && let Some(newer) = table.newer().await?
                {
                    table = newer;
                    continue;
                }
                if let Some(base) = base {
                    walk = gather(&table, log, base, &gaps).await?;
                }
            }
            return Ok(Head { table, evidence: Some(walk.found.not_below(first)) });
        }
    }

    /// What a log without marks would have to believe: what it still holds is not persisted.
    fn ask_nobody(&self, known: Known) -> Evidence {
        let first = self.live().log.as_ref().map_or(0, Log::first);
        Evidence {
            persisted: known.persisted.max(first),
            flush: None,
            runs: Vec::new(),
            hole: None,
            overwritten: None,
        }
    }

    async fn open_table(&self) -> Result<Option<Table>> {
        if layout::is_bucket_gone(&self.place) {
            return Err(self.damaged("the bucket's folder is gone"));
        }
        let Some((table, passed_over)) =
            Table::open_readable(&self.place.dataset, &self.access).await?
        else {
            return Ok(None);
        };
        if !passed_over.is_empty() {
            tracing::warn!(topic = %self.topic, bucket = self.place.id, ?passed_over, version = table.version(), "versions cannot be read; an older one is shown");
        }
        Ok(Some(table))
    }

    pub(super) fn overtaken(&self) -> Error {
        let live = self.live();
        let reason = match (&live.log, live.has_gap()) {
            (Some(_), _) if live.table.is_none() => {
                "its log holds records and its dataset is gone".into()
            }
            (Some(log), true) => format!(
                "its log begins at position {}, and the table ends before that: a version that held the records in between is gone",
                log.first()
            ),
            _ => "it changed faster than it could be read".into(),
        };
        self.damaged(&reason)
    }

    pub(super) fn damaged(&self, reason: &str) -> Error {
        Error::Damaged { path: self.place.dataset.clone(), source: reason.into() }
    }
}

impl Watched for Bucket {
    fn level(&self) -> Level {
        let live = self.live();
        let (buffered, buffered_bytes) = live.buffered();
        Level {
            buffered,
            buffered_bytes,
            log_bytes: live.log.as_ref().map_or(0, Log::bytes),
            version: live.table.as_ref().map_or(0, Table::version),
            fragments: live.table.as_ref().map_or(0, Table::fragments),
        }
    }
}
