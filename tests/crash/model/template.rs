//! The topic that every case begins with, made once: creating it anew for each would take most of the time.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use lanceq::{Durability, Engine, Events, TopicSchema};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use super::process::record;

/// The runtime of all processes of all cases: what the engine keeps for a process, it keeps on it.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        Builder::new_multi_thread()
            .worker_threads(4)
            .thread_stack_size(8 << 20)
            .enable_all()
            .build()
            .unwrap()
    });
    &RUNTIME
}

/// A folder in memory where there is one: power cuts are worked out, so nothing needs a disk.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let is_given = std::env::var_os("TMPDIR").is_some();
    let made = (!is_given && memory.is_dir()).then(|| tempfile::tempdir_in(memory));
    made.and_then(Result::ok).unwrap_or_else(|| tempfile::tempdir().unwrap())
}

/// Puts a root with the topic `t`, which holds record 0, at `root`.
pub(crate) fn lay(root: &Path) {
    static MADE: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = folder();
        runtime().block_on(make(folder.path().join("root")));
        folder
    });
    copy(&MADE.path().join("root"), root);
}

async fn make(root: PathBuf) {
    let engine = Engine::builder(root).events(Events::Off).open().await.unwrap();
    // Types that can be made wider, twice.
    let types = json!({"id": "int64", "w": "int64", "x": "int32", "y": "float32", "text": "utf8"});
    let schema = TopicSchema::from_json(&types).unwrap();
    let writer = engine.writer("t").durability(Durability::Always).schema(schema);
    let writer = writer.open().await.unwrap();
    writer.put(record(0, 0, None)).await.unwrap();
    writer.flush().await.unwrap();
    writer.close_unflushed().await.unwrap();
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
