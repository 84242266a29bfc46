//! A disk without room: nothing is torn, nothing is lost, and it works again once there is room.

use std::path::{Path, PathBuf};
use std::process::Command;

use lanceq::{Engine, ErrorKind};

use crate::setup::{ids, record};

/// A small file system of its own, where this process may mount one.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
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

    fn path(&self) -> PathBuf {
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
