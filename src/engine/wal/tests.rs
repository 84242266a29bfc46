//! What a log promises to processes that share it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use arrow_schema::SchemaRef;

use super::recovery::repair;
use super::{FileLock, Held, Log, LogPlace, Read, encode, mend_base};
use crate::engine::error::Error;
use crate::engine::facts::Recovery;

/// A process as the log sees one.
struct Process {
    place: LogPlace,
    lock: FileLock,
    log: Log,
    seen: Vec<i64>,
}

fn place(folder: &Path) -> LogPlace {
    LogPlace { topic: "t".into(), bucket: 0, folder: folder.into() }
}

fn batch(values: impl IntoIterator<Item = i64>) -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(values));
    RecordBatch::try_from_iter([("n", column)]).unwrap()
}

fn schema() -> SchemaRef {
    batch([]).schema()
}

fn values(read: &Read) -> Vec<i64> {
    let batches = read.found.iter().map(|found| &found.batch);
    batches.flat_map(|b| b.column(0).as_primitive::<Int64Type>().values().to_vec()).collect()
}

impl Process {
    fn create(folder: &Path) -> Self {
        let lock = FileLock::append(&place(folder));
        let log = Log::create(&place(folder), &mut held(&lock), 1, 0, &schema()).unwrap();
        Self { place: place(folder), lock, log, seen: Vec::new() }
    }

    fn open(folder: &Path) -> Self {
        let (log, read) = Log::open(&place(folder), None).unwrap().unwrap();
        let lock = FileLock::append(&place(folder));
        Self { place: place(folder), lock, log, seen: values(&read) }
    }

    fn take(&mut self, read: &Read) {
        if read.restarted {
            self.seen.clear();
        }
        self.seen.extend(values(read));
    }

    fn put(&mut self, values: impl IntoIterator<Item = i64>) -> u64 {
        let held = held(&self.lock);
        let read = self.log.adopt(&held).unwrap();
        self.take(&read);
        let batch = batch(values);
        let lsn = self.log.append(&held, &encode(&batch).unwrap(), 0, self.log.durable_upto());
        self.seen.extend(batch.column(0).as_primitive::<Int64Type>().values());
        lsn.unwrap().unwrap()
    }

    fn seal(&mut self) {
        let held = held(&self.lock);
        let read = self.log.adopt(&held).unwrap();
        self.take(&read);
        self.log.seal(&held, &schema()).unwrap();
    }

    fn look(&mut self) -> &[i64] {
        let read = self.log.read_on().unwrap();
        self.take(&read);
        &self.seen
    }

    fn sync(&mut self) {
        let synced = self.log.sync_plan().unwrap().run().unwrap();
        self.log.synced(&synced);
    }

    fn active(&self) -> std::path::PathBuf {
        self.place.segment(self.log.sealed_end())
    }
}

fn held(lock: &FileLock) -> Held {
    lock.lock(Duration::from_secs(5)).unwrap()
}

fn recovered(folder: &Path, persisted: u64) -> Result<(Vec<i64>, usize), Error> {
    let lock = FileLock::append(&place(folder));
    let found = Log::recover(&place(folder), &mut held(&lock), persisted, &schema())?.unwrap();
    Ok((values(&found.1), found.2.len()))
}

#[test]
fn two_processes_append_in_one_order_and_each_sees_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Process::create(folder.path());
    let mut two = Process::open(folder.path());
    for n in 0..50 {
        let lsn = if n % 3 == 0 { one.put([n]) } else { two.put([n]) };
        assert_eq!(lsn, n.unsigned_abs());
        if n % 7 == 0 {
            one.seal();
        }
    }
    let all: Vec<i64> = (0..50).collect();
    assert_eq!(one.look(), all);
    assert_eq!(two.look(), all);
    assert_eq!(Process::open(folder.path()).look(), all);
}

#[test]
fn a_writer_that_slept_through_a_flush_puts_into_the_segment_that_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut awake = Process::create(folder.path());
    awake.put([0]);
    let mut asleep = Process::open(folder.path());
    assert_eq!(asleep.put([1]), 1);
    awake.seal();
    awake.log.release(2).unwrap();
    assert_eq!(asleep.put([2]), 2);
    assert_eq!(Process::open(folder.path()).look(), [2]);
}

/// What another process sealed, flushed and removed is in a durable version: there is nothing to be synced of it.
#[test]
fn a_segment_that_was_flushed_before_it_was_synced_fails_no_sync() {
    let folder = tempfile::tempdir().unwrap();
    let mut flushing = Process::create(folder.path());
    flushing.put([0]);
    let mut putting = Process::open(folder.path());
    flushing.seal();
    flushing.log.release(1).unwrap();
    assert_eq!(putting.put([1]), 1);
    putting.sync();
    assert_eq!(putting.log.durable_upto(), 2);
}

/// `mv` and a new topic of the same name: its lock file is another one, and so is its log.
#[test]
fn a_sync_vouches_for_nothing_that_was_there_when_its_file_was_opened_and_is_not_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Process::create(folder.path());
    one.put([1]);
    let mut two = Process::open(folder.path());
    one.put([2]);
    let opened = |two: &Process| two.log.segments.last().unwrap().file.clone();
    // It knows nothing of the second record, whose sync may have failed before.
    two.sync();
    let early = opened(&two);
    two.log.read_on().unwrap();
    two.sync();
    let late = opened(&two);
    assert!(!Arc::ptr_eq(&early, &late));
    // From a put on all that others write is younger than the file.
    two.put([3]);
    one.put([4]);
    two.log.read_on().unwrap();
    two.sync();
    assert!(Arc::ptr_eq(&late, &opened(&two)));
}

#[test]
fn a_log_that_was_moved_away_takes_no_more_puts() {
    let folder = tempfile::tempdir().unwrap();
    let bucket = folder.path().join("bucket");
    fs::create_dir(&bucket).unwrap();
    let mut old = Process::create(&bucket);
    old.put([0]);
    fs::rename(&bucket, folder.path().join("moved")).unwrap();
    fs::create_dir(&bucket).unwrap();
    let mut new = Process::create(&bucket);
    new.put([10]);
    while old.log.id() != new.log.id() {
        // The name is looked up once a millisecond.
        drop(held(&old.lock));
        old.log.adopt(&held(&old.lock)).unwrap();
    }
    old.put([11]);
    assert_eq!(Process::open(&bucket).look(), [10, 11]);
    assert_eq!(Process::open(&folder.path().join("moved")).look(), [0]);
}

#[test]
fn a_reader_keeps_no_segment_that_others_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    let mut reader = Process::open(folder.path());
    for n in 0..50 {
        writer.put([n]);
        assert_eq!(reader.look().last(), Some(&n));
        writer.seal();
        writer.log.release(n.unsigned_abs() + 1).unwrap();
    }
    assert!(reader.log.segments.len() <= 2, "{}", reader.log.segments.len());
}

#[test]
fn a_writer_does_not_put_into_an_empty_segment_that_was_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut one = Process::create(folder.path());
    let mut two = Process::open(folder.path());
    let lock = held(&one.lock);
    one.log.adopt(&lock).unwrap();
    let wider = arrow_schema::Schema::new(vec![
        arrow_schema::Field::new("n", arrow_schema::DataType::Int64, true),
        arrow_schema::Field::new("late", arrow_schema::DataType::Utf8, true),
    ]);
    one.log.seal(&lock, &Arc::new(wider)).unwrap();
    drop(lock);
    let lock = held(&two.lock);
    two.log.adopt(&lock).unwrap();
    assert_eq!(two.log.append(&lock, &encode(&batch([1])).unwrap(), 0, 0).unwrap(), None);
    assert_eq!(two.log.schema().fields().len(), 2);
}

#[test]
fn a_reader_that_slept_through_flushes_starts_at_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    let mut reader = Process::open(folder.path());
    for n in 0..6 {
        writer.put([n]);
        assert_eq!(reader.look().last(), Some(&n));
        writer.seal();
    }
    writer.log.release(4).unwrap();
    let mut late = Process::open(folder.path());
    assert_eq!((late.log.first(), late.look()), (4, [4, 5].as_slice()));
    writer.put([6]);
    writer.seal();
    writer.put([7]);
    writer.log.release(7).unwrap();
    assert_eq!(reader.look().last(), Some(&7));
    assert_eq!(reader.log.end(), 8);
}

#[test]
fn a_frame_that_was_cut_short_is_overwritten_by_the_next_writer() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Process::create(folder.path());
    dead.put([0]);
    let whole = dead.log.bytes();
    dead.put([1, 2]);
    let file = fs::OpenOptions::new().write(true).open(dead.active()).unwrap();
    let mut living = Process::open(folder.path());
    for length in (whole + 1..dead.log.bytes()).rev().step_by(17) {
        file.set_len(length).unwrap();
        living = Process::open(folder.path());
        assert_eq!(living.look(), [0], "a reader shows whole frames only");
    }
    assert_eq!(living.put([9]), 1);
    assert_eq!(Process::open(folder.path()).look(), [0, 9]);
}

/// What a kill in the middle of a write leaves: pages of the frame, and then the room that was there before.
#[test]
fn a_frame_that_was_written_up_to_a_page_is_overwritten_by_the_next_writer() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Process::create(folder.path());
    dead.put([0]);
    let whole = dead.log.bytes();
    dead.put(1..3000);
    let file = fs::OpenOptions::new().write(true).open(dead.active()).unwrap();
    let length = file.metadata().unwrap().len();
    let pages: Vec<u64> = (whole.div_ceil(4096)..dead.log.bytes().div_ceil(4096)).collect();
    for page in pages.into_iter().rev() {
        file.set_len(page * 4096).unwrap();
        file.set_len(length).unwrap();
        let mut living = Process::open(folder.path());
        assert_eq!(living.look(), [0], "a reader shows whole frames only");
    }
    assert_eq!(Process::open(folder.path()).put([9]), 1);
    assert_eq!(Process::open(folder.path()).look(), [0, 9]);
}

/// What a power cut can leave: the page in which a frame begins is lost, the next one is not.
#[test]
fn what_stands_behind_a_lost_page_is_moved_aside() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Process::create(folder.path());
    dead.put([0]);
    let whole = dead.log.bytes();
    dead.put(1..3000);
    let file = fs::OpenOptions::new().write(true).open(dead.active()).unwrap();
    let lost = vec![0; usize::try_from(whole.next_multiple_of(4096) - whole).unwrap()];
    std::os::unix::fs::FileExt::write_all_at(&file, &lost, whole).unwrap();
    assert_eq!(Process::open(folder.path()).look(), [0]);
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![0], 1));
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![0], 0));
    assert_eq!(Process::open(folder.path()).put([9]), 1);
}

#[test]
fn a_segment_reads_back_whatever_the_lengths_of_its_frames() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    let mut next = 0;
    for rows in (0..60).map(|n| 1 + n * n * n % 20_011) {
        writer.put(next..next + rows);
        next += rows;
    }
    assert_eq!(Process::open(folder.path()).look(), (0..next).collect::<Vec<i64>>());
}

#[test]
fn recovery_cuts_a_torn_end_keeps_it_aside_and_does_nothing_the_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut dead = Process::create(folder.path());
    dead.put([0]);
    dead.put([1]);
    let file = fs::OpenOptions::new().write(true).open(dead.active()).unwrap();
    file.set_len(dead.log.bytes() - 5).unwrap();
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![0], 1));
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![0], 0));
    assert_eq!(fs::read_dir(place(folder.path()).quarantine()).unwrap().count(), 1);
}

#[test]
fn damage_in_front_of_what_was_promised_is_refused_until_it_is_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    let first = writer.log.bytes();
    writer.put([0]);
    writer.put([1]);
    writer.sync();
    // This frame says that the two before are on the disk.
    writer.put([2]);
    let path = writer.active();
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(first).unwrap() + 60] ^= 1;
    fs::write(&path, &bytes).unwrap();
    match recovered(folder.path(), 0) {
        Err(Error::LogDamaged { at, lsn, .. }) => assert_eq!((at, lsn), (first, 0)),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(&path).unwrap(), bytes, "nothing was changed");
    let lock = FileLock::append(&place(folder.path()));
    let (_, read, mended) =
        repair(&place(folder.path()), &mut held(&lock), 0, &schema()).unwrap().unwrap();
    assert_eq!((values(&read), mended.len()), (vec![], 1));
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![], 0));
}

#[test]
fn a_missing_segment_in_front_is_a_gap_and_no_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    writer.put([0]);
    writer.seal();
    writer.put([1]);
    fs::remove_file(writer.place.segment(0)).unwrap();
    assert!(matches!(recovered(folder.path(), 0), Err(Error::LogDamaged { lsn: 0, .. })));
    // What is said to be persisted decides whether anything is missing.
    assert_eq!(recovered(folder.path(), 1).unwrap(), (vec![1], 0));
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn repaired(folder: &Path, persisted: u64) -> (Log, Vec<i64>, Vec<Recovery>) {
    let lock = FileLock::append(&place(folder));
    let mut held = held(&lock);
    let base = mend_base(&place(folder), &mut held).unwrap();
    let repaired = repair(&place(folder), &mut held, persisted, &schema()).unwrap();
    let Some((log, read, mended)) = repaired else {
        let log = Log::create(&place(folder), &mut held, 1, persisted, &schema()).unwrap();
        return (log, Vec::new(), base.into_iter().collect());
    };
    (log, values(&read), base.into_iter().chain(mended).collect())
}

/// A flush was committed, and who made it died before he removed the segment; then a bit of it rots.
#[test]
fn damage_in_a_persisted_segment_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    let first = usize::try_from(writer.log.bytes()).unwrap();
    writer.put([0]);
    writer.put([1]);
    writer.seal();
    writer.put([2]);
    flip(&place(folder.path()).segment(0), first + 60);
    let id = writer.log.id();
    let (log, read) = Log::open(&place(folder.path()), Some((id, 2))).unwrap().unwrap();
    assert_eq!((values(&read), log.damage().is_none()), (vec![2], true));
    assert_eq!(recovered(folder.path(), 2).unwrap(), (vec![2], 1));
    assert_eq!(recovered(folder.path(), 2).unwrap(), (vec![2], 0));
}

#[test]
fn a_log_that_ends_below_what_is_persisted_goes_on_behind_it() {
    for damage in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Process::create(folder.path());
        let first = usize::try_from(writer.log.bytes()).unwrap();
        writer.put([0]);
        writer.put([1]);
        if damage {
            flip(&place(folder.path()).segment(0), first + 60);
        }
        let (log, read, mended) = repaired(folder.path(), 5);
        assert_eq!((log.end(), read, mended.is_empty()), (5, vec![], false));
        assert_eq!(Process::open(folder.path()).put([5]), 5);
        assert_eq!(recovered(folder.path(), 5).unwrap(), (vec![5], 0));
    }
}

#[test]
fn a_first_segment_without_a_header_hides_no_promise_and_can_be_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    writer.put([0]);
    writer.sync();
    writer.put([1]);
    flip(&writer.active(), 20);
    let (log, read) = Log::open(&place(folder.path()), None).unwrap().unwrap();
    assert!(read.found.is_empty() && log.damage().is_some(), "a reader shows the table");
    assert!(matches!(recovered(folder.path(), 0), Err(Error::LogDamaged { lsn: 0, .. })));
    let (_, read, mended) = repaired(folder.path(), 0);
    assert!(read.is_empty());
    assert!(
        mended[0].what.ends_with("sound records up to log position 2 lay behind"),
        "{mended:?}"
    );
    assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![], 0));
}

#[test]
fn a_log_without_a_segment_reads_as_nothing_and_goes_on_where_it_is_persisted() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    writer.put([0]);
    fs::remove_file(writer.active()).unwrap();
    let (log, read) = Log::open(&place(folder.path()), None).unwrap().unwrap();
    assert!(read.found.is_empty() && log.damage().is_some());
    assert_eq!(recovered(folder.path(), 7).unwrap(), (vec![], 1));
    assert_eq!(recovered(folder.path(), 7).unwrap(), (vec![], 0));
    assert_eq!(Process::open(folder.path()).put([1]), 7);
}

#[test]
fn a_log_takes_the_place_of_one_that_was_not_made_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    Process::create(folder.path());
    fs::remove_file(place(folder.path()).base()).unwrap();
    let lock = FileLock::append(&place(folder.path()));
    let log = Log::create(&place(folder.path()), &mut held(&lock), 1, 4, &schema()).unwrap();
    assert_eq!(place(folder.path()).firsts().unwrap(), [4]);
    drop(log);
    assert_eq!(Process::open(folder.path()).put([1]), 4);
}

#[test]
fn a_segment_of_another_log_or_place_is_damage() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Process::create(one.path());
    Process::create(other.path()).put([1]);
    fs::copy(place(other.path()).segment(0), place(one.path()).segment(0)).unwrap();
    let (log, read) = Log::open(&place(one.path()), None).unwrap().unwrap();
    let told = log.damage().unwrap().to_string();
    assert!(read.found.is_empty() && told.contains("it is of another log"), "{told}");
    fs::rename(place(other.path()).segment(0), place(other.path()).segment(3)).unwrap();
    let (log, _) = Log::open(&place(other.path()), None).unwrap().unwrap();
    let told = log.damage().unwrap().to_string();
    assert!(told.contains("by its header it begins at log position 0"), "{told}");
}

#[test]
fn a_log_whose_base_is_lost_is_read_and_written_again_once_it_is_repaired() {
    for is_gone in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Process::create(folder.path());
        writer.put([0]);
        writer.seal();
        writer.put([1]);
        let base = place(folder.path()).base();
        if is_gone {
            fs::remove_file(&base).unwrap();
        } else {
            flip(&base, 30);
        }
        let (log, read) = Log::open(&place(folder.path()), None).unwrap().unwrap();
        assert_eq!((values(&read), log.damage().is_some()), (vec![0, 1], true));
        assert!(matches!(recovered(folder.path(), 0), Err(Error::LogDamaged { .. })));
        let lock = FileLock::append(&place(folder.path()));
        let created = Log::create(&place(folder.path()), &mut held(&lock), 1, 9, &schema());
        assert!(created.is_err(), "no log takes its place");
        let (log, read, mended) = repaired(folder.path(), 0);
        assert_eq!((log.id(), read, mended.len()), (writer.log.id(), vec![0, 1], 1));
        assert_eq!(recovered(folder.path(), 0).unwrap(), (vec![0, 1], 0));
    }
}

#[test]
fn a_log_of_which_neither_base_nor_header_can_be_read_is_put_aside() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = Process::create(folder.path());
    writer.put([0]);
    flip(&writer.active(), 20);
    flip(&place(folder.path()).base(), 30);
    let (log, read) = Log::open(&place(folder.path()), None).unwrap().unwrap();
    assert!(read.found.is_empty() && log.damage().is_some());
    let (log, _, mended) = repaired(folder.path(), 6);
    assert_eq!((log.end(), mended[0].records_lost), (6, None));
}

/// After a power cut the same frame may have held records that were acknowledged without a sync.
#[test]
fn a_torn_frame_is_said_to_lose_nothing_only_where_no_power_cut_can_have_left_it() {
    for is_restarted in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut dead = Process::create(folder.path());
        dead.put([0]);
        dead.put([1, 2]);
        let file = fs::OpenOptions::new().write(true).open(dead.active()).unwrap();
        file.set_len(dead.log.bytes() - 5).unwrap();
        if is_restarted {
            let lock = folder.path().join(crate::engine::layout::APPEND_LOCK);
            fs::OpenOptions::new().write(true).open(lock).unwrap().set_len(104).unwrap();
        }
        let (_, read, mended) = repaired(folder.path(), 0);
        assert_eq!(read, [0]);
        assert_eq!(mended[0].records_lost, (!is_restarted).then_some(0));
        assert_eq!(mended[0].what.ends_with("put without a sync, 2 at most"), is_restarted);
    }
}

#[test]
fn a_log_of_the_first_format_opens_for_good() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/log_v1");
    if std::env::var_os("LANCEQ_WRITE_FIXTURE").is_some() {
        let mut writer = Process::create(&fixture);
        writer.put([10, 11]);
        writer.seal();
        writer.put([12]);
    }
    let mut read = Process::open(&fixture);
    assert_eq!(read.look(), [10, 11, 12]);
    assert_eq!((read.log.first(), read.log.end(), read.log.sealed_end()), (0, 3, 2));
}
