//! A disk without room: nothing is torn, nothing is lost, and it works again once there is room.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use lanceq::fault::{Armed, Plan, Then};
use lanceq::{Engine, ErrorKind};

use crate::setup::{ids, record};

/// A small file system of its own, where this process may mount one.
pub(crate) struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    pub(crate) fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .stderr(std::process::Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no file system can be mounted here");
            return None;
        }
        Some(Self { folder })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(self.folder.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "not unmounted");
    }
}

fn fill(path: &Path) {
    let written = std::fs::File::create(path)
        .and_then(|mut file| std::io::copy(&mut std::io::repeat(7), &mut file));
    assert!(written.is_err(), "the disk never filled");
}

#[tokio::test]
async fn a_full_disk_refuses_a_flush_and_takes_it_once_there_is_room() {
    let Some(disk) = SmallDisk::mount("4m") else { return };
    let engine = Engine::open(disk.path().join("root")).await.unwrap();
    let writer = engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    writer.put_batch((0..100).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let filler = disk.path().join("filler");
    fill(&filler);

    writer.put_batch((100..200).map(record).collect()).await.unwrap();
    let error = writer.flush().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("full")), "{error:?}");
    assert_eq!(writer.buffer_count(), 100, "what was buffered stays");
    let files =
        || std::fs::read_dir(engine.root().join("t/bucket_0/data.lance/data")).unwrap().count();
    let before = files();
    writer.flush().await.unwrap_err();
    assert_eq!(files(), before, "a flush that fails again leaves nothing more behind");
    let other = Engine::open(engine.root()).await.unwrap();
    let page = other.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert_eq!(ids(&page), (0..200).collect::<Vec<_>>(), "everything reads on");

    std::fs::remove_file(filler).unwrap();
    assert_eq!(writer.close().await.unwrap()[0].next_offset, 200);
    let page = other.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert_eq!(ids(&page), (0..200).collect::<Vec<_>>());
}

/// Switches a protection off below a folder.
pub(crate) fn off(root: &Path, protections: Vec<&'static str>) -> Armed {
    Plan { hook: Arc::new(|_| Then::Go), off: protections }.arm(root)
}

/// Leaves so many bytes free.
pub(crate) fn fill_but(disk: &SmallDisk, free: u64) {
    let found = rustix::fs::statvfs(disk.path()).unwrap();
    let filler = vec![7; usize::try_from(found.f_bavail * found.f_frsize - free).unwrap()];
    std::fs::write(disk.path().join("filler"), filler).unwrap();
}

/// A record of so many bytes that no encoding makes shorter.
pub(crate) fn large(n: u64, bytes: usize) -> serde_json::Value {
    let mut state = n + 1;
    let letter = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap())
    };
    serde_json::json!({"id": n, "text": (0..bytes).map(letter).collect::<String>()})
}

#[tokio::test]
async fn a_disk_that_fills_inside_a_frame_leaves_no_part_of_it() {
    for (protections, mended) in [(vec![], 0), (vec!["cut-back"], 1)] {
        let Some(disk) = SmallDisk::mount("4m") else { return };
        let _off = off(&disk.path(), protections);
        let engine = Engine::open(disk.path().join("root")).await.unwrap();
        let writer = engine.writer("t").open().await.unwrap();
        writer.put(record(0)).await.unwrap();
        fill_but(&disk, 150 << 10);
        let error = writer.put(large(9, 300 << 10)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("full")), "{error:?}");
        if mended == 0 {
            writer.put(record(1)).await.unwrap();
        }
        let other = Engine::open(engine.root()).await.unwrap();
        let page = other.reader("t").await.unwrap().get(0, 10).await.unwrap();
        assert_eq!(ids(&page), (0..2 - mended as u64).collect::<Vec<_>>());
        drop((writer, engine));
        std::fs::remove_file(disk.path().join("filler")).unwrap();
        let writer = other.writer("t").open().await.unwrap();
        assert_eq!(writer.recoveries().len(), mended, "whether something torn was left");
    }
}

/// Puts until there is no room; how many were put, and how many of them are persisted.
async fn put_all_that_fits(disk: &SmallDisk) -> (u64, u64, bool) {
    let engine = Engine::open(disk.path().join("root")).await.unwrap();
    let writer = engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    let mut put = 0;
    let error = loop {
        match writer.put(large(put, 30_000)).await {
            Ok(_) => put += 1,
            Err(error) => break error,
        }
    };
    assert!(error.hint().is_some_and(|hint| hint.contains("full")), "{error:?}");
    let flushes = writer.flush().await.is_ok();
    let counts = engine.reader("t").await.unwrap().counts().await.unwrap();
    assert_eq!(counts.total_count, put, "what was put is there");
    (put, counts.persisted_count, flushes)
}

#[tokio::test]
async fn the_log_leaves_the_room_that_its_flush_needs() {
    let Some(disk) = SmallDisk::mount("4m") else { return };
    let (put, persisted, _) = put_all_that_fits(&disk).await;
    assert!(put > 80 && persisted * 10 >= put * 8, "{persisted} of {put} are persisted");
    let Some(disk) = SmallDisk::mount("4m") else { return };
    let _off = off(&disk.path(), vec!["space"]);
    let (put, persisted, flushes) = put_all_that_fits(&disk).await;
    assert!(persisted == 0 && !flushes, "{persisted} of {put} are persisted: the log took it all");
}
