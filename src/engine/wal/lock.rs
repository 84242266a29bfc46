//! The lock files of a bucket: held for an append, a flush or maintenance, never stolen, never replaced.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::bytes::Bytes;
use super::holder::{BOOT_AT, Holder, POISON_AT, STAMP, Stamp};
use super::moved::{self, HEAD};
use super::place::LogPlace;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{
    APPEND_LOCK, FLUSH_LOCK, GROUPS_LOCK, Identity, MAINTENANCE_LOCK, identity,
};
use crate::engine::topic_fault::TopicFault;

/// The first and the longest pause between two tries.
const PAUSES: (Duration, Duration) = (Duration::from_micros(20), Duration::from_millis(1));
/// Lock files that were replaced under a lock before it gives up.
const REPLACED: usize = 8;
/// How often the lock file is looked up by its name: a bucket's folder that was moved away is noticed so soon.
const LOOK_UP: Duration = Duration::from_millis(1);

/// A lock of a bucket. Excludes other processes by `flock`, and other users in this process by a flag, because an open
/// file does not exclude itself.
pub(crate) struct FileLock(Arc<Inner>);

struct Inner {
    path: PathBuf,
    topic: String,
    bucket: u32,
    name: &'static str,
    /// Held for short and often: who holds it is written once for all its turns.
    is_short: bool,
    taken: AtomicBool,
    opened: Mutex<Option<Opened>>,
}

#[derive(Clone)]
struct Opened {
    file: Arc<File>,
    /// A child of a fork has the same open file, and would hold the lock along with its parent.
    pid: u32,
    identity: Identity,
    /// When its name was last looked up.
    looked_up: Instant,
    /// How often the topic had been moved when the lock was last held here; `None` before that.
    moves: Option<u64>,
}

/// What the path of a lock file names.
enum Named {
    /// The file that is locked.
    This,
    /// Another one, or none: somebody removed or replaced it.
    Other,
    /// Another one, or none, because the topic was moved.
    Moved,
}

/// A lock that is held; dropping it lets go.
pub(crate) struct Held {
    inner: Arc<Inner>,
    file: Arc<File>,
    stamp: Stamp,
}

impl FileLock {
    /// The lock of the log's end.
    pub(crate) fn append(place: &LogPlace) -> Self {
        Self::new(place, APPEND_LOCK, "append", true)
    }

    /// The lock of flushes, recovery and repair.
    pub(crate) fn flush(place: &LogPlace) -> Self {
        Self::new(place, FLUSH_LOCK, "flush", false)
    }

    /// The lock of compaction, clean-up and verification. Taken before the lock of flushes, never after it.
    pub(crate) fn maintenance(place: &LogPlace) -> Self {
        Self::new(place, MAINTENANCE_LOCK, "maintenance", false)
    }

    /// The lock of the groups' files, held while one is replaced. Taken after any other, and nothing is taken under it.
    pub(crate) fn groups(place: &LogPlace) -> Self {
        Self::new(place, GROUPS_LOCK, "groups", true)
    }

    /// The lock of who goes on with an import, held for as long as that goes on. Taken before the lock of flushes.
    pub(crate) fn import(place: &LogPlace, file: &str) -> Self {
        Self::new(place, file, "import", false)
    }

    fn new(place: &LogPlace, file: &str, name: &'static str, is_short: bool) -> Self {
        Self(Arc::new(Inner {
            path: place.folder.join(file),
            topic: place.topic.clone(),
            bucket: place.bucket,
            name,
            is_short,
            taken: AtomicBool::new(false),
            opened: Mutex::default(),
        }))
    }

    /// Takes the lock where nobody holds it. Never waits; three system calls, and one to let go.
    pub(crate) fn try_lock(&self) -> Result<Option<Held>> {
        if self.0.taken.swap(true, Ordering::Acquire) {
            return Ok(None);
        }
        let held = self.0.lock_file();
        if !matches!(held, Ok(Some(_))) {
            self.0.taken.store(false, Ordering::Release);
        }
        held
    }

    /// Takes the lock, waiting for up to `timeout`. Blocks.
    ///
    /// # Errors
    /// [`Error::Locked`] with the holder's process. A holder that was stopped keeps its lock: to take it away would
    /// let two write at once.
    pub(crate) fn lock(&self, timeout: Duration) -> Result<Held> {
        let started = Instant::now();
        let (mut pause, longest) = PAUSES;
        loop {
            if let Some(held) = self.try_lock()? {
                return Ok(held);
            }
            if started.elapsed() >= timeout {
                return Err(self.0.is_locked(timeout));
            }
            fault::at(&self.0.path, "lock.wait")?;
            wait(pause);
            pause = (pause * 2).min(longest);
        }
    }
}

impl FileLock {
    /// Whether the topic was moved since the lock was last held here. Takes no lock: what is being moved now may not show.
    pub(crate) fn is_moved(&self) -> bool {
        self.fate().is_some()
    }

    /// What became of the topic, where it was moved since the lock was last held here.
    pub(crate) fn fate(&self) -> Option<TopicFault> {
        let opened = self.0.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (_, moves) = self.0.head(&opened.file).ok()?;
        let is_moved = opened.moves.is_some_and(|known| known != moves) && !self.0.names(&opened);
        is_moved.then(|| moved::fate(&opened.file))
    }

    /// When the lock was last taken, where it ever was. Never waits.
    pub(crate) fn last_held(&self) -> Option<String> {
        let file = File::open(&self.0.path).ok()?;
        Holder::read(&file)?.since()
    }

    /// Tells every process that a sync of this log failed; best effort: each finds out by its own
    /// syncs all the same.
    ///
    /// IMPORTANT: without the lock, as nobody may miss it because another one appends. Who writes the stamp meanwhile has
    /// written the log anew and synced it, or made another one, and counts its generation up: that heals, too.
    pub(crate) fn poison(&self) {
        if let Ok(opened) = self.0.open() {
            drop(opened.file.write_all_at(&u32::from(true).to_le_bytes(), POISON_AT));
        }
    }
}

impl Inner {
    fn lock_file(self: &Arc<Self>) -> Result<Option<Held>> {
        for _ in 0..REPLACED {
            let opened = self.open()?;
            let is_locked = fault::is_on(&self.path, "locks");
            match if is_locked { opened.file.try_lock() } else { Ok(()) } {
                Err(TryLockError::WouldBlock) if self.keeps_out() => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(self.io("lock")(error)),
                _ => {}
            }
            let (head, moves) = self.head(&opened.file)?;
            // A file that was replaced has another lock than the one of its name.
            match self.named(&opened, moves) {
                Named::This => return Held::begin(self, opened.file, &head).map(Some),
                Named::Moved => {
                    let fault = moved::fate(&opened.file);
                    drop(opened.file.unlock());
                    return Err(Error::Topic { topic: self.topic.clone(), fault });
                }
                Named::Other => {}
            }
            drop(opened.file.unlock());
            *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Err(self.io("lock")(std::io::Error::other("it is replaced again and again")))
    }

    /// The first bytes of the file, and how often its topic was moved.
    fn head(&self, file: &File) -> Result<([u8; HEAD], u64)> {
        let mut head = [0; HEAD];
        let read = file.read_at(&mut head, 0).map_err(self.io("read"))?;
        let moves = moved::moves(head.get(..read).unwrap_or_default());
        Ok((head, moves))
    }

    /// What its path names. IMPORTANT: under the lock, which whoever moves the topic holds until that has its new name.
    fn named(&self, opened: &Opened, moves: u64) -> Named {
        if opened.moves == Some(moves) {
            return if self.has_its_name(opened) { Named::This } else { Named::Other };
        }
        if self.names(opened) {
            // Held for the first time, or moved back, or whoever wanted to move it died.
            let mut kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(kept) = kept.as_mut() {
                kept.moves = Some(moves);
            }
            return Named::This;
        }
        if opened.moves.is_some() { Named::Moved } else { Named::Other }
    }

    /// Whether the path names this file.
    fn names(&self, opened: &Opened) -> bool {
        identity(&self.path) == Some(opened.identity)
    }

    /// Whether the open file still has its name: one `fstat`, as what is removed or replaced has none, and now and
    /// then a look at the name itself.
    fn has_its_name(&self, opened: &Opened) -> bool {
        if rustix::fs::fstat(&opened.file).is_ok_and(|found| found.st_nlink == 0) {
            return false;
        }
        if opened.looked_up.elapsed() < LOOK_UP {
            return true;
        }
        let mut kept = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = kept.as_mut() {
            kept.looked_up = Instant::now();
        }
        self.names(opened)
    }

    fn open(&self) -> Result<Opened> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = opened.as_ref() {
            if opened.pid == std::process::id() {
                return Ok(opened.clone());
            }
            return Err(Error::Unsupported {
                what: "writing in a process that was forked".into(),
                reason: "its locks are its parent's; open the engine after the fork".into(),
            });
        }
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&self.path);
        let file = file.map_err(|error| self.cannot_open(error))?;
        let found = file.metadata().map_err(self.io("look at the lock file"))?;
        let new = Opened {
            file: Arc::new(file),
            pid: std::process::id(),
            identity: (found.dev(), found.ino()),
            looked_up: Instant::now(),
            moves: None,
        };
        *opened = Some(new.clone());
        Ok(new)
    }

    fn cannot_open(&self, error: std::io::Error) -> Error {
        let topic = self.path.parent().and_then(std::path::Path::parent);
        let is_gone = topic.is_some_and(|topic| !topic.exists());
        if is_gone && error.kind() == std::io::ErrorKind::NotFound {
            return Error::Topic { topic: self.topic.clone(), fault: TopicFault::Gone };
        }
        self.io("open the lock file")(error)
    }

    /// Whether it is a lock at all: a test takes the one of flushes away.
    fn keeps_out(&self) -> bool {
        !self.path.ends_with(FLUSH_LOCK) || fault::is_on(&self.path, "flush-lock")
    }

    fn is_locked(&self, waited: Duration) -> Error {
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let holder = opened.and_then(|opened| Holder::read(&opened.file));
        let since = holder.as_ref().filter(|_| !self.is_short);
        Error::Locked {
            topic: self.topic.clone(),
            bucket: self.bucket,
            lock: self.name,
            pid: holder.as_ref().map(|holder| holder.pid),
            since: since.and_then(Holder::since),
            waited,
        }
    }

    fn io(&self, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        Error::io(action, &self.path)
    }
}

impl Held {
    pub(super) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Changes what every process that takes the lock from now on reads.
    pub(super) fn set_stamp(&mut self, stamp: Stamp) -> Result<()> {
        let written = self.file.write_all_at(&stamp.encode(), 0);
        written.map_err(self.inner.io("write"))?;
        self.stamp = stamp;
        Ok(())
    }

    /// Tells every process that has the file open that its topic is moved: to one of this name, or into the trash.
    pub(crate) fn note_move(&self, to: Option<&str>) -> Result<()> {
        moved::note(&self.file, to).map_err(self.inner.io("write"))
    }

    /// Whether the log was last brought to a known end since this machine was started: no power cut was since. `false`
    /// where that cannot be known.
    pub(super) fn is_of_this_boot(&self) -> bool {
        let mut noted = [0; 16];
        let read = self.file.read_exact_at(&mut noted, BOOT_AT as u64);
        read.is_ok() && boot().is_some_and(|boot| boot == Uuid::from_bytes(noted))
    }

    /// Notes that it is at a known end.
    pub(super) fn note_boot(&self) -> Result<()> {
        let noted = self.file.write_all_at(boot().unwrap_or_default().as_bytes(), BOOT_AT as u64);
        noted.map_err(self.inner.io("write"))
    }

    fn begin(inner: &Arc<Inner>, file: Arc<File>, head: &[u8]) -> Result<Self> {
        let mut head = Bytes(head);
        let stamp = head.take(STAMP).and_then(Stamp::decode).unwrap_or_default();
        let is_own = head.u32() == Some(std::process::id());
        if !(is_own && inner.is_short) {
            let holder = Holder::own().encode();
            file.write_all_at(&holder, STAMP as u64).map_err(inner.io("write"))?;
        }
        Ok(Self { inner: inner.clone(), file, stamp })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A child that was forked meanwhile would keep the lock; unlocking ends it for both.
        drop(self.file.unlock());
        self.inner.taken.store(false, Ordering::Release);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a lock of another process tells nobody when it is free"
)]
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// What the system calls the time since it was started, where it does.
fn boot() -> Option<Uuid> {
    static BOOT: LazyLock<Option<Uuid>> = LazyLock::new(|| {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        id.trim().parse().ok()
    });
    *BOOT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(folder: &std::path::Path) -> LogPlace {
        LogPlace { topic: "t".into(), bucket: 3, folder: folder.into() }
    }

    #[test]
    fn a_second_holder_waits_and_is_told_by_whom_it_is_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (place(folder.path()), place(folder.path()));
        let (one, two) = (FileLock::append(&one), FileLock::append(&two));
        let held = one.lock(Duration::ZERO).unwrap();
        assert!(two.try_lock().unwrap().is_none() && one.try_lock().unwrap().is_none());
        match two.lock(Duration::from_millis(1)).err().unwrap() {
            Error::Locked { topic, bucket, lock, pid, .. } => {
                assert_eq!((topic.as_str(), bucket, lock), ("t", 3, "append"));
                assert_eq!(pid, Some(std::process::id()));
            }
            other => panic!("{other}"),
        }
        drop(held);
        two.lock(Duration::ZERO).unwrap();
        one.lock(Duration::ZERO).unwrap();
    }

    #[test]
    fn a_lock_file_that_was_replaced_does_not_let_two_in() {
        let folder = tempfile::tempdir().unwrap();
        let place = place(folder.path());
        let (one, two) = (FileLock::flush(&place), FileLock::flush(&place));
        drop(one.lock(Duration::ZERO).unwrap());
        std::fs::remove_file(folder.path().join(FLUSH_LOCK)).unwrap();
        let held = two.lock(Duration::ZERO).unwrap();
        assert!(one.try_lock().unwrap().is_none());
        drop(held);
        assert!(one.try_lock().unwrap().is_some());
    }

    #[test]
    fn a_folder_that_was_moved_away_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let bucket = folder.path().join("bucket");
        std::fs::create_dir(&bucket).unwrap();
        let (one, two) = (FileLock::append(&place(&bucket)), FileLock::append(&place(&bucket)));
        drop(one.lock(Duration::ZERO).unwrap());
        std::fs::rename(&bucket, folder.path().join("moved")).unwrap();
        std::fs::create_dir(&bucket).unwrap();
        let _held = two.lock(Duration::ZERO).unwrap();
        wait(LOOK_UP);
        assert!(one.try_lock().unwrap().is_none());
    }

    #[test]
    fn who_waits_for_a_lock_that_moves_away_with_its_topic_is_told_where_to() {
        let root = tempfile::tempdir().unwrap();
        let bucket = |topic: &str| root.path().join(topic).join("bucket_0");
        std::fs::create_dir_all(bucket("a")).unwrap();
        let (writer, mover) = (place(&bucket("a")), place(&bucket("a")));
        let (writer, mover) = (FileLock::append(&writer), FileLock::append(&mover));
        drop(writer.lock(Duration::ZERO).unwrap());
        let held = mover.lock(Duration::ZERO).unwrap();
        held.note_move(Some("b")).unwrap();
        assert!(!writer.is_moved(), "it has its name yet");
        std::fs::rename(root.path().join("a"), root.path().join("b")).unwrap();
        // Another topic takes the name at once.
        std::fs::create_dir_all(bucket("a")).unwrap();
        drop(held);
        let told = |lock: &FileLock| match lock.try_lock() {
            Err(Error::Topic { fault, .. }) => fault,
            other => panic!("{:?}", other.map(|held| held.is_some())),
        };
        assert_eq!(told(&writer), TopicFault::Renamed("b".into()));
        assert!(writer.is_moved());
        let there = FileLock::append(&place(&bucket("b")));
        let held = there.lock(Duration::ZERO).unwrap();
        held.note_move(None).unwrap();
        drop(held);
        assert_eq!(told(&writer), TopicFault::Deleted, "it is told where it is now");
        std::fs::remove_dir_all(root.path().join("a")).unwrap();
        std::fs::rename(root.path().join("b"), root.path().join("a")).unwrap();
        assert!(writer.try_lock().unwrap().is_some(), "it has its name again");
    }

    #[test]
    fn what_one_holder_writes_the_next_one_reads() {
        let folder = tempfile::tempdir().unwrap();
        let lock = FileLock::append(&place(folder.path()));
        let stamp = Stamp { log: Uuid::new_v4(), generation: 7, is_poisoned: true };
        lock.lock(Duration::ZERO).unwrap().set_stamp(stamp).unwrap();
        assert_eq!(
            FileLock::append(&place(folder.path())).lock(Duration::ZERO).unwrap().stamp(),
            stamp
        );
    }

    #[test]
    fn the_word_of_a_failed_sync_waits_for_no_holder() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (place(folder.path()), place(folder.path()));
        let (one, two) = (FileLock::append(&one), FileLock::append(&two));
        let stamp = Stamp { log: Uuid::new_v4(), generation: 7, is_poisoned: false };
        let mut held = one.lock(Duration::ZERO).unwrap();
        held.set_stamp(stamp).unwrap();
        two.poison();
        drop(held);
        let told = one.lock(Duration::ZERO).unwrap().stamp();
        assert_eq!(told, Stamp { is_poisoned: true, ..stamp });
    }
}
