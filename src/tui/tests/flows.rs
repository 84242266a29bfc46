//! Keys in, screens out, over real topics.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::watched::Explorer;
use crate::tui::{Ended, Key, Options, Start};
use crate::{Engine, Writer};

async fn engine(root: &TempDir) -> Engine {
    Engine::open(root.path().join("queues")).await.unwrap()
}

async fn writer(engine: &Engine, buckets: u32) -> Writer {
    engine.writer("notes").num_buckets(buckets).open().await.unwrap()
}

fn note(number: usize) -> Value {
    json!({"id": number.to_string(), "text": format!("note number {number}")})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_root_says_how_to_begin_and_shows_what_comes() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let mut explorer = Explorer::open(engine.clone(), Options::default());
    explorer.shows("lanceq put --root").await;
    let writer = writer(&engine, 1).await;
    writer.put(note(1)).await.unwrap();
    writer.flush().await.unwrap();
    explorer.shows("note number 1").await;
    explorer.press(&[Key::Char('q')]);
    assert_eq!(explorer.ended().await, Ended::ByUser);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_shows_records_as_they_are_put_and_as_they_are_flushed() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = writer(&engine, 1).await;
    writer.put(note(1)).await.unwrap();
    writer.flush().await.unwrap();
    let start = Start::Tail("notes".parse().unwrap());
    let options = Options { start, writers: vec![writer.clone()], ..Options::default() };
    let mut explorer = Explorer::open(engine, options);
    explorer.shows("note number 1").await;
    writer.put(note(2)).await.unwrap();
    explorer.sees(|screen| line(screen, "note number 2").contains('●')).await;
    explorer.press(&[Key::Char('F')]);
    explorer.shows("flushed 1 record of `notes`").await;
    let screen = explorer.shows("flush · bucket 0").await;
    assert!(line(&screen, "note number 2").contains('■'), "{screen}");
}

fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

/// A root with one record, and nobody who writes.
async fn one_note(root: &TempDir) -> Engine {
    let engine = engine(root).await;
    let writer = writer(&engine, 1).await;
    writer.put(note(1)).await.unwrap();
    writer.close().await.unwrap();
    engine
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_by_hand_is_checked_put_buffered_and_flushed() {
    let root = TempDir::new().unwrap();
    let engine = one_note(&root).await;
    let start = Start::Tail("notes".parse().unwrap());
    let mut explorer = Explorer::open(engine, Options { start, ..Options::default() });
    explorer.shows("note number 1").await;
    explorer.press(&[Key::Char('p')]);
    explorer.shows("a new field").await;
    explorer.press(&typed("2"));
    explorer.press(&[Key::Tab]);
    explorer.press(&typed("by hand"));
    explorer.shows("✓ fits").await;
    explorer.press(&[Key::Down]);
    explorer.press(&typed("when"));
    explorer.press(&[Key::Enter]);
    explorer.press(&typed("7"));
    explorer.shows("adds 1 column, for good: when: int64").await;
    explorer.press(&[Key::Ctrl('p')]);
    explorer.shows("put · bucket 0 · offset 1 · buffered: survives kill -9").await;
    explorer.sees(|screen| line(screen, "by hand").contains('●')).await;
    explorer.press(&[Key::Char('F')]);
    explorer.shows("flushed 1 record of `notes`: bucket 0 v ").await;
    explorer.sees(|screen| line(screen, "by hand").contains('■')).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_explorer_that_ends_flushes_nothing_and_closes_no_writer_but_its_own() {
    let root = TempDir::new().unwrap();
    let engine = one_note(&root).await;
    let writer = writer(&engine, 1).await;
    writer.put(note(2)).await.unwrap();
    let mut explorer = Explorer::open(engine.clone(), Options::default());
    explorer.shows("note number 2").await;
    explorer.press(&[Key::Char('p')]);
    explorer.shows("a new field").await;
    explorer.press(&typed("3"));
    explorer.press(&[Key::Ctrl('p')]);
    explorer.shows("put · bucket 0 · offset 2 · buffered").await;
    explorer.press(&[Key::Char('q')]);
    assert_eq!(explorer.ended().await, Ended::ByUser);
    let counts = engine.reader("notes").await.unwrap().counts().await.unwrap();
    assert_eq!((counts.persisted_count, counts.buffer_count), (1, 2));
    writer.put(note(4)).await.unwrap();
    assert_eq!(writer.flush().await.unwrap().iter().map(|flushed| flushed.rows).sum::<u64>(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_opening_a_writer_mended_is_said() {
    let root = TempDir::new().unwrap();
    let engine = one_note(&root).await;
    let log = engine.root().join("notes/bucket_0/wal");
    let segment = std::fs::read_dir(log).unwrap().map(|entry| entry.unwrap().path());
    let segment = segment.filter(|path| path.extension().is_some_and(|e| e == "wal")).max();
    let file = std::fs::OpenOptions::new().append(true).open(segment.unwrap());
    std::io::Write::write_all(&mut file.unwrap(), b"LQf1 and no more").unwrap();
    let mut explorer = Explorer::open(engine, Options::default());
    explorer.shows("note number 1").await;
    explorer.press(&[Key::Char('F')]);
    explorer.shows("mended `notes`, bucket 0: the log was cut at byte ").await;
}

/// Needs the log: without it a buffered record is in the memory of who put it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_buffers_is_marked_and_can_be_flushed() {
    let root = TempDir::new().unwrap();
    let engine = one_note(&root).await;
    let mut explorer = Explorer::open(engine.clone(), Options::default());
    explorer.shows("note number 1").await;
    let other = Engine::open(engine.root()).await.unwrap();
    let writer = writer(&other, 1).await;
    writer.put(note(2)).await.unwrap();
    explorer.sees(|screen| line(screen, "note number 2").contains('●')).await;
    explorer.sees(|screen| screen.contains("●1 ")).await;
    explorer.press(&[Key::Char('F')]);
    explorer.shows("flushed 1 record of `notes`: bucket 0 v ").await;
    explorer.sees(|screen| line(screen, "note number 2").contains('■')).await;
    assert_eq!(writer.flush().await.unwrap().iter().map(|flushed| flushed.rows).sum::<u64>(), 0);
    writer.put(note(3)).await.unwrap();
    explorer.sees(|screen| line(screen, "note number 3").contains('●')).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_jump_reaches_any_record_of_any_bucket() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = writer(&engine, 3).await;
    writer.put_batch((0..3000).map(note).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let mut explorer = Explorer::open(engine, Options::default());
    explorer.shows("3 000 records").await;
    let mut keys = vec![Key::Char('g')];
    keys.extend("2:777".chars().map(Key::Char));
    keys.push(Key::Enter);
    explorer.press(&keys);
    explorer.sees(|screen| line(screen, "2·777").contains("▶■")).await;
    explorer.press(&[Key::Char('G')]);
    explorer.shows("3 000 of 3 000 · 100.0 %").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_dataset_stands_among_sound_ones_with_its_error() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = writer(&engine, 1).await;
    writer.put(note(1)).await.unwrap();
    writer.close().await.unwrap();
    let notes = engine.root().join("notes");
    copy(&notes, &engine.root().join("damaged"));
    let versions = engine.root().join("damaged/bucket_0/data.lance/_versions");
    for file in std::fs::read_dir(versions).unwrap() {
        std::fs::write(file.unwrap().path(), []).unwrap();
    }
    let mut explorer =
        Explorer::open(Engine::open(engine.root()).await.unwrap(), Options::default());
    explorer.shows("✗ damaged").await;
    explorer.press(&[Key::Down]);
    explorer.shows("note number 1").await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Puts a record into one topic, and copies the topic until there are so many.
pub(super) async fn many_topics(root: &TempDir, topics: usize) -> Engine {
    let engine = engine(root).await;
    let writer = writer(&engine, 1).await;
    writer.put(note(1)).await.unwrap();
    writer.close().await.unwrap();
    let first = engine.root().join("notes");
    for number in 1..topics {
        copy(&first, &engine.root().join(format!("notes_{number:04}")));
    }
    engine
}

/// A guard against work for each topic before the first frame, which would take many seconds; how
/// fast it is, `cargo xtask bench frame` says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_topics_are_on_the_screen_before_all_are_counted() {
    let root = TempDir::new().unwrap();
    let first = many_topics(&root, 1000).await;
    let mut fastest = Duration::MAX;
    for _ in 0..5 {
        let engine = Engine::open(first.root()).await.unwrap();
        let begun = Instant::now();
        let mut explorer = Explorer::open(engine, Options::default());
        let full = |screen: &str| screen.contains("notes_0020") && !screen.contains("·····");
        explorer.sees(full).await;
        fastest = fastest.min(begun.elapsed());
    }
    assert!(fastest < Duration::from_secs(1), "it took {fastest:?}");
}
