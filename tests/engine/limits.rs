//! Limits of the real system: of a file's length, of a disk's room, of a mount that is read-only. Nothing that was
//! acknowledged is lost, errors have their kinds, and the work goes on once the limit is gone.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use lanceq::{Durability, Engine, Error, ErrorKind, Writer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::full_disk::{SmallDisk, large};
use crate::setup::{Setup, ids, record};

const ROOT: &str = "LANCEQ_TEST_LIMITED_ROOT";
/// Bytes that a file may have in the limited process.
const LIMIT: u64 = 64 << 10;
/// What one record takes.
const SIZE: usize = 3000;

async fn open(engine: &Engine) -> Writer {
    let options = engine.writer("t").durability(Durability::Always).flush_threshold(usize::MAX);
    options.open().await.unwrap()
}

fn limit_files(bytes: Option<u64>) {
    let maximum = getrlimit(Resource::Fsize).maximum;
    setrlimit(Resource::Fsize, Rlimit { current: bytes.or(maximum), maximum }).unwrap();
}

fn is_of_the_system(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
}

/// Puts until a record is refused; returns the number of that one.
async fn put_until_refused(writer: &Writer, first: u64) -> u64 {
    let mut n = first;
    loop {
        match writer.put(large(n, SIZE)).await {
            Ok(_) => eprintln!("acknowledged {n}"),
            Err(error) => {
                is_of_the_system(&error);
                return n;
            }
        }
        n += 1;
    }
}

/// The writer whose files have a limit, when this binary was started as one.
#[tokio::test]
async fn limited() {
    let Ok(root) = std::env::var(ROOT) else { return };
    let engine = Engine::open(root).await.unwrap();
    let writer = open(&engine).await;
    writer.put(large(0, SIZE)).await.unwrap();
    limit_files(Some(LIMIT));
    let refused = put_until_refused(&writer, 1).await;
    assert!(refused > 5, "the limit is not at the first record");
    if let Err(error) = writer.flush().await {
        is_of_the_system(&error);
    }
    limit_files(None);
    writer.put(record(1000)).await.unwrap();
    eprintln!("acknowledged 1000");
    writer.flush().await.unwrap();
}

/// Runs this binary as the limited process; SIGXFSZ, which would end it, is ignored in it.
fn run_limited(root: &Path) -> String {
    let mut child = Command::new("sh")
        .args(["-c", r#"trap "" XFSZ; exec timeout 60 "$0" "$@""#])
        .arg(std::env::current_exe().unwrap())
        .args(["limits::limited", "--exact", "--nocapture"])
        .env(ROOT, root)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    told
}

#[tokio::test]
async fn a_limit_of_a_files_length_tears_nothing_and_the_work_goes_on_once_it_is_gone() {
    let setup = Setup::new().await;
    let told = run_limited(setup.engine.root());
    let acknowledged = told.lines().filter_map(|line| line.strip_prefix("acknowledged "));
    let mut wanted: BTreeSet<u64> = acknowledged.map(|n| n.parse().unwrap()).collect();
    wanted.insert(0);
    let other = setup.other().await;
    let writer = open(&other).await;
    assert!(writer.recoveries().is_empty(), "nothing torn was left");
    let found = ids(&other.reader("t").await.unwrap().get(0, 1000).await.unwrap());
    let once: BTreeSet<u64> = found.iter().copied().collect();
    assert!(once.len() == found.len() && once.is_superset(&wanted), "{found:?} of {wanted:?}");
}

/// A folder that is mounted a second time; dropping it unmounts it.
struct Mount(tempfile::TempDir);

impl Mount {
    fn of(folder: &Path) -> Option<Self> {
        let to = tempfile::tempdir().unwrap();
        let done = mount(&["--bind", folder.to_str()?, to.path().to_str()?]);
        if !done {
            eprintln!("skipped: nothing can be mounted here");
            return None;
        }
        Some(Self(to))
    }

    fn remount(&self, how: &str) {
        let options = format!("remount,bind,{how}");
        assert!(mount(&["-o", &options, self.0.path().to_str().unwrap()]), "{how}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.0.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "not unmounted");
    }
}

fn mount(arguments: &[&str]) -> bool {
    let done = Command::new("mount").args(arguments).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_mount_that_is_read_only_is_read_and_followed_and_written_once_it_is_writable() {
    let setup = Setup::new().await;
    let writer = open(&setup.engine).await;
    writer.put(record(0)).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(record(1)).await.unwrap();
    let Some(mounted) = Mount::of(setup.engine.root()) else { return };
    mounted.remount("ro");
    let engine = Engine::open(mounted.0.path()).await.unwrap();
    let reader = engine.reader("t").await.unwrap();
    assert_eq!(ids(&reader.get(0, 10).await.unwrap()), [0, 1]);
    writer.put(record(2)).await.unwrap();
    assert_eq!(ids(&reader.get(0, 10).await.unwrap()), [0, 1, 2], "others write elsewhere");
    for topic in ["t", "new"] {
        let opened = engine.writer(topic).open().await;
        let error = match opened {
            Ok(writer) => writer.put(record(9)).await.unwrap_err(),
            Err(error) => error,
        };
        is_of_the_system(&error);
        assert!(error.hint().is_some_and(|hint| hint.contains("read-only")), "{error:?}");
    }
    mounted.remount("rw");
    let second = open(&engine).await;
    second.put(record(3)).await.unwrap();
    second.close().await.unwrap();
    writer.close().await.unwrap();
    let found = ids(&setup.other().await.reader("t").await.unwrap().get(0, 10).await.unwrap());
    assert_eq!(found, [0, 1, 2, 3]);
}

/// Puts and flushes until the disk takes neither; what was acknowledged.
async fn fill(writer: &Writer) -> BTreeSet<u64> {
    let mut acknowledged = BTreeSet::new();
    for n in 0.. {
        let put = writer.put(large(n, SIZE * 10)).await;
        if put.is_ok() {
            acknowledged.insert(n);
        }
        let flushed =
            if n % 5 == 4 || put.is_err() { writer.flush().await.map(drop) } else { Ok(()) };
        for error in [put.as_ref().err(), flushed.as_ref().err()].into_iter().flatten() {
            is_of_the_system(error);
        }
        if put.is_err() && flushed.is_err() {
            break;
        }
    }
    acknowledged
}

#[tokio::test]
async fn a_disk_that_is_filled_by_puts_and_flushes_takes_them_again_once_it_has_room() {
    let Some(disk) = SmallDisk::mount("3m") else { return };
    let engine = Engine::open(disk.path().join("root")).await.unwrap();
    let writer = open(&engine).await;
    let mut wanted = fill(&writer).await;
    assert!(!wanted.is_empty());
    assert!(mount(&["-o", "remount,size=64m", disk.path().to_str().unwrap()]));
    writer.put(record(1_000_000)).await.unwrap();
    wanted.insert(1_000_000);
    writer.close().await.unwrap();
    let other = Engine::open(engine.root()).await.unwrap();
    let found = ids(&other.reader("t").await.unwrap().get(0, 10_000).await.unwrap());
    let once: BTreeSet<u64> = found.iter().copied().collect();
    assert!(once.len() == found.len() && once.is_superset(&wanted), "{found:?} of {wanted:?}");
}
