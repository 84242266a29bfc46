//! What leaves the explorer and what keeps topics in order, over real topics.

use serde_json::json;
use tempfile::TempDir;

use super::watched::Explorer;
use crate::Engine;
use crate::tui::{Key, Options, Start};

/// Twelve records in six versions.
async fn engine(root: &TempDir) -> Engine {
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("notes").open().await.unwrap();
    for number in 0..12 {
        writer.put(json!({"id": number.to_string(), "n": number})).await.unwrap();
        if number % 2 == 1 {
            writer.flush().await.unwrap();
        }
    }
    writer.close().await.unwrap();
    engine
}

fn explorer(engine: Engine) -> Explorer {
    let start = Start::Records("notes".parse().unwrap());
    Explorer::open(engine, Options { start, ..Options::default() })
}

fn typed(text: &str) -> Vec<Key> {
    let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
    text.chars().map(key).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_asks_before_it_replaces_a_file_and_says_what_it_wrote() {
    let root = TempDir::new().unwrap();
    let mut explorer = explorer(engine(&root).await);
    explorer.shows("12 records").await;
    let file = root.path().join("out.jsonl");
    let export = [typed("e"), vec![Key::Ctrl('u')], typed(&file.display().to_string())].concat();
    explorer.press(&export);
    explorer.press(&typed("\n"));
    explorer.shows("Exported 12 records").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 12);
    std::fs::write(&file, "mine").unwrap();
    explorer.press(&export);
    explorer.press(&typed("\n"));
    explorer.shows("again replaces it").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    explorer.press(&typed("\n"));
    explorer.shows("Exported 12 records").await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 12);
    explorer.press(&typed("U"));
    explorer.shows("lanceq export --root").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compaction_is_asked_for_and_told_before_and_after() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let mut explorer = explorer(engine.clone());
    explorer.shows("12 records").await;
    explorer.press(&typed("v"));
    explorer.shows("versions").await;
    explorer.press(&typed("C"));
    explorer.shows("12 records in 6 fragments").await;
    let fragments = async || {
        let stats = engine.reader("notes").await.unwrap().stats().await.unwrap();
        stats.buckets[0].fragments
    };
    assert_eq!(fragments().await, 6, "it is only asked for");
    explorer.press(&typed("\n"));
    explorer.shows("Compacted notes/0").await;
    assert_eq!(fragments().await, 1);
    explorer.press(&[Key::Esc]);
    explorer.press(&typed("U"));
    explorer.shows("lanceq compact --root").await;
}
