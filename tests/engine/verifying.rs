//! Checksums beside the datasets: no changed byte goes unnoticed, none is read as if it were what was put, and what cannot
//! be vouched for is said to be so.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use lance::dataset::WriteMode;
use lanceq::fault::{Plan, Then};
use lanceq::{At, Engine, Error, ErrorKind, FileKind, Job, Look, Screen, Verdict, Verification};

use crate::foreign::{open, own, write};
use crate::setup::{Setup, ids, put_all};

async fn verified(setup: &Setup) -> Verification {
    let found = setup.other().await.verify("t", None, &Job::new()).await.unwrap();
    let [only] = <[Verification; 1]>::try_from(found).unwrap();
    only
}

/// Three flushes of ten records, and one deleted by another program.
async fn flushed() -> Setup {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for first in [0, 10, 20] {
        put_all(&writer, first..first + 10).await;
        writer.flush().await.unwrap();
    }
    let mut dataset = open(&own(&setup)).await;
    Box::pin(dataset.delete("id = 13")).await.unwrap();
    put_all(&writer, 30..31).await;
    writer.flush().await.unwrap();
    writer.close().await.unwrap();
    setup
}

fn expected() -> Vec<u64> {
    (0..31).filter(|n| *n != 13).collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            files(&entry.path(), into);
        } else {
            into.push(entry.path());
        }
    }
}

/// All files of the dataset that versions refer to.
fn dataset_files(setup: &Setup) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&own(setup), &mut found);
    found.retain(|path| path.extension().is_some_and(|kind| kind != "json"));
    found.sort();
    found
}

#[tokio::test]
async fn what_was_written_is_intact_and_vouched_for_by_who_wrote_it() {
    let setup = flushed().await;
    let found = verified(&setup).await;
    assert_eq!(found.damage, []);
    assert_eq!(found.versions, 6);
    assert_eq!(
        found.unvouched, 0,
        "the flush behind a foreign version takes its files in: {found:?}"
    );
    // A manifest, a transaction and a deletion file.
    assert_eq!(found.as_first_seen, 3, "{found:?}");
    assert_eq!(found.files, dataset_files(&setup).len() as u64);
    assert_eq!(found.as_written + found.as_first_seen, found.files);
}

/// Reads everything that there is, now and in the past.
async fn read_all(root: &Path) -> Result<Vec<Vec<u64>>, Error> {
    let engine = Engine::open(root).await?;
    let reader = engine.reader("t").await?;
    let mut found = vec![ids(&reader.get(0, 100).await?)];
    for version in reader.version_numbers().await? {
        let at = reader.at(At::Version(version)).await?;
        found.push(ids(&at.get(0, 100).await?));
    }
    Ok(found)
}

#[tokio::test]
async fn every_flipped_byte_is_found_and_none_is_read_as_what_was_put() {
    let setup = flushed().await;
    let root = setup.engine.root().to_path_buf();
    let sound = read_all(&root).await.unwrap();
    assert_eq!(sound[0], expected());
    let step: usize = std::env::var("LANCEQ_STEP").map_or(7, |step| step.parse().unwrap());
    let mut tried = 0;
    for path in dataset_files(&setup) {
        let bytes = fs::read(&path).unwrap();
        for place in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            fs::write(&path, flipped).unwrap();
            let case = format!("{}, byte {place}", path.display());
            let found = verified(&setup).await;
            assert!(found.damage.iter().any(|damage| damage.file == path), "{case}: {found:?}");
            match read_all(&root).await {
                // What it needs is not damaged, or not read: an older version is shown, or a transaction is damaged.
                Ok(read) => {
                    assert!(read.iter().all(|read| sound.contains(read)), "{case}: {read:?}");
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::Corrupt, "{case}: {error}"),
            }
            tried += 1;
        }
        fs::write(&path, bytes).unwrap();
    }
    assert!(tried > 1000, "{tried}");
    assert_eq!(verified(&setup).await.damage, []);
}

/// A copy of a folder, in a place where nothing was read yet: what was decoded of a path may be kept.
fn copied(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    files(from, &mut all);
    for path in all {
        let to = folder.path().join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(path, to).unwrap();
    }
    folder
}

/// Whether something is read that was not put.
async fn reads_wrong(root: &Path) -> bool {
    let engine = Engine::open(root).await.unwrap();
    let Ok(page) = engine.reader("t").await.unwrap().get(0, 10).await else { return false };
    page.records().zip(0..).any(|(record, n)| {
        let fields = record.fields;
        fields["id"] != n || fields["text"] != format!("record {n}")
    })
}

#[tokio::test]
async fn without_checksums_a_flipped_byte_is_read_as_if_it_had_been_put() {
    let setup = flushed().await;
    let all = dataset_files(&setup);
    let is_data = |path: &&PathBuf| path.parent().is_some_and(|folder| folder.ends_with("data"));
    let (mut unguarded, mut guarded) = (0, 0);
    for data in all.iter().filter(is_data) {
        let data = data.strip_prefix(setup.engine.root()).unwrap();
        for place in (0..fs::metadata(setup.engine.root().join(data)).unwrap().len()).step_by(16) {
            let copy = copied(setup.engine.root());
            let path = copy.path().join(data);
            let mut bytes = fs::read(&path).unwrap();
            bytes[usize::try_from(place).unwrap()] ^= 1;
            fs::write(&path, bytes).unwrap();
            guarded += usize::from(reads_wrong(copy.path()).await);
            let off = Plan { hook: Arc::new(|_| Then::Go), off: vec!["sums"] };
            let armed = off.arm(copy.path());
            unguarded += usize::from(reads_wrong(copy.path()).await);
            drop(armed);
        }
    }
    assert_eq!(guarded, 0);
    assert!(unguarded > 5, "{unguarded}: the test above would prove nothing");
}

#[tokio::test]
async fn a_damaged_file_costs_its_records_and_no_others() {
    let setup = flushed().await;
    let verification = verified(&setup).await;
    assert_eq!(verification.damage, []);
    let data: Vec<PathBuf> = dataset_files(&setup)
        .into_iter()
        .filter(|path| path.parent().is_some_and(|folder| folder.ends_with("data")))
        .collect();
    for path in data {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let gone = verified(&setup).await;
        fs::write(&path, [&bytes[..], b"x"].concat()).unwrap();
        let longer = verified(&setup).await;
        let [damage] = longer.damage.as_slice() else { panic!("{longer:?}") };
        assert_eq!((damage.kind, &damage.file), (FileKind::Data, &path));
        assert_eq!(gone.damage.len(), 1, "{gone:?}");
        let (first, last) = (damage.first_offset.unwrap(), damage.last_offset.unwrap());
        let engine = setup.other().await;
        let reader = engine.reader("t").await.unwrap();
        let error = reader.get(first, 1).await.unwrap_err();
        let Error::Altered { offsets, .. } = &error else { panic!("{error}") };
        assert_eq!(*offsets, Some((first, last)));
        let others: Vec<u64> =
            expected().into_iter().filter(|n| !(first..=last).contains(n)).collect();
        for n in others {
            assert_eq!(ids(&reader.get(n, 1).await.unwrap()), [n]);
        }
        fs::write(&path, bytes).unwrap();
        assert_eq!(ids(&reader.get(0, 100).await.unwrap()), expected(), "once it is restored");
    }
}

#[tokio::test]
async fn files_of_other_programs_are_taken_in_when_they_are_first_seen() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.close().await.unwrap();
    write(&own(&setup), 100..103, WriteMode::Append, true).await;
    let first = verified(&setup).await;
    assert_eq!((first.unvouched, first.taken_in), (3, 3), "{first:?}");
    let second = verified(&setup).await;
    assert_eq!((second.unvouched, second.as_first_seen), (0, 3), "{second:?}");
    let data = dataset_files(&setup);
    for path in data {
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[1..]).unwrap();
        assert_eq!(verified(&setup).await.damage.len(), 1, "{}", path.display());
        fs::write(&path, bytes).unwrap();
    }
}

#[tokio::test]
async fn a_damaged_ledger_calls_nothing_damaged_and_vouches_for_nothing() {
    let setup = flushed().await;
    let ledger = own(&setup).parent().unwrap().join("sums/ledger");
    let sound = fs::read(&ledger).unwrap();
    let all = verified(&setup).await.files;
    for place in (0..sound.len()).step_by(13) {
        let mut flipped = sound.clone();
        flipped[place] ^= 1 << (place % 8);
        fs::write(&ledger, flipped).unwrap();
        let found = verified(&setup).await;
        assert_eq!(found.damage, [], "byte {place}");
        assert!((1..=2).contains(&found.unvouched), "byte {place}: {found:?}");
        assert_eq!(found.as_written + found.as_first_seen + found.unvouched, all);
        assert!(found.damaged_notes > 0);
    }
    fs::remove_file(&ledger).unwrap();
    let found = verified(&setup).await;
    assert_eq!((found.unvouched, found.taken_in), (all, all));
    assert_eq!(verified(&setup).await.as_first_seen, all);
}

#[tokio::test]
async fn a_dataset_of_another_program_is_read_through_and_nothing_is_written_beside_it() {
    let setup = Setup::new().await;
    fs::create_dir_all(setup.engine.root()).unwrap();
    let path = setup.engine.root().join("t.lance");
    write(&path, 0..5, WriteMode::Create, false).await;
    let mut before = Vec::new();
    files(setup.engine.root(), &mut before);
    let found = verified(&setup).await;
    assert_eq!((found.damage.len(), found.taken_in), (0, 0));
    assert_eq!(found.unvouched, found.files);
    let mut after = Vec::new();
    files(setup.engine.root(), &mut after);
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_verification_that_is_cancelled_notes_nothing() {
    let setup = flushed().await;
    let ledger = own(&setup).parent().unwrap().join("sums/ledger");
    fs::remove_file(&ledger).unwrap();
    let job = Job::new();
    job.cancel();
    let error = setup.other().await.verify("t", None, &job).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(!ledger.exists());
}

#[tokio::test]
async fn what_was_written_without_checksums_is_taken_in_by_the_next_flush() {
    let setup = Setup::new().await;
    let root = setup.engine.root();
    let engine = Engine::builder(root).checksums(false).open().await.unwrap();
    let writer = engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.close().await.unwrap();
    assert!(!own(&setup).parent().unwrap().join("sums").exists());
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 3..6).await;
    writer.close().await.unwrap();
    let found = verified(&setup).await;
    assert_eq!((found.as_written, found.as_first_seen), (3, 3), "{found:?}");
    assert_eq!(found.unvouched, 2, "the first version's own files: {found:?}");
}

#[tokio::test]
async fn a_version_that_was_noted_and_never_committed_is_no_damage_of_the_one_that_took_its_number()
{
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..6).await;
    let dies = Plan {
        hook: Arc::new(|event| match event {
            lanceq::fault::Event::Point("commit.link") => Then::Crash,
            _ => Then::Go,
        }),
        off: Vec::new(),
    };
    let armed = dies.arm(setup.engine.root());
    writer.flush().await.unwrap_err();
    drop(armed);
    drop(writer);
    write(&own(&setup), 100..103, WriteMode::Append, true).await;
    let found = verified(&setup).await;
    assert_eq!((found.damage.len(), found.versions), (0, 3), "{found:?}");
    let engine = setup.other().await;
    let page = engine.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2, 100, 101, 102, 3, 4, 5]);
    let writer = engine.writer("t").open().await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(verified(&setup).await.damage, []);
}

#[tokio::test]
async fn what_is_damaged_is_dropped_when_that_is_asked_for_and_can_be_brought_back() {
    let setup = flushed().await;
    let is_data = |path: &&PathBuf| path.parent().is_some_and(|folder| folder.ends_with("data"));
    let all = dataset_files(&setup);
    let data: Vec<&PathBuf> = all.iter().filter(is_data).collect();
    let bytes = fs::read(data[0]).unwrap();
    fs::write(data[0], [&bytes[..], b"x"].concat()).unwrap();
    let lost = verified(&setup).await.damage.remove(0);
    let gone = lost.first_offset.unwrap()..=lost.last_offset.unwrap();
    let engine = setup.other().await;
    let before = engine.reader("t").await.unwrap().version_numbers().await.unwrap().pop().unwrap();
    let done = engine.drop_damaged("t", None).await.unwrap();
    let [dropped] = done.as_slice() else { panic!("{done:?}") };
    assert_eq!(dropped.records_lost, Some(lost.records));
    assert_eq!(fs::read(dropped.kept_in.as_ref().unwrap()).unwrap().len(), bytes.len() + 1);
    let others: Vec<u64> = expected().into_iter().filter(|n| !gone.contains(n)).collect();
    let engine = setup.other().await;
    assert_eq!(ids(&engine.reader("t").await.unwrap().get(0, 100).await.unwrap()), others);
    let writer = engine.writer("t").open().await.unwrap();
    put_all(&writer, 31..33).await;
    writer.close().await.unwrap();
    let page = engine.reader("t").await.unwrap().get(31, 100).await.unwrap();
    assert_eq!(page.records().map(|record| record.offset).collect::<Vec<_>>(), [31, 32]);
    assert_eq!(engine.drop_damaged("t", None).await.unwrap(), []);
    fs::write(data[0], bytes).unwrap();
    let engine = setup.other().await;
    engine.restore("t", At::Version(before), None).await.unwrap();
    assert_eq!(ids(&engine.reader("t").await.unwrap().get(0, 100).await.unwrap()), expected());
}

/// Says yes to everything, and counts.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

#[async_trait]
impl Screen for Counted {
    async fn judge(&self, _: &Look) -> std::io::Result<Verdict> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Verdict::Harmless)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_who_reads_beside_a_writer_finds_a_version_of_ours_that_nothing_vouches_for() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..1).await;
    let asked = Arc::new(Counted::default());
    let engine = Engine::builder(setup.engine.root()).screen(asked.clone()).open().await.unwrap();
    let reader = engine.reader("t").await.unwrap();
    let reading = tokio::spawn(async move {
        while ids(&reader.get(0, 100).await.unwrap()).len() < 40 {
            tokio::task::yield_now().await;
        }
    });
    for n in 1..40 {
        writer.flush().await.unwrap();
        put_all(&writer, n..n + 1).await;
    }
    reading.await.unwrap();
    assert_eq!(asked.0.load(Ordering::Relaxed), 0);
    write(&own(&setup), 100..101, WriteMode::Append, true).await;
    engine.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert!(asked.0.load(Ordering::Relaxed) > 0, "what another program wrote is tried first");
    writer.close().await.unwrap();
}
