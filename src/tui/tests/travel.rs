//! Versions, and reading at one of them, over real topics.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::watched::Explorer;
use crate::tui::{Key, Options, Start};
use crate::{Engine, Writer};

fn note(number: usize) -> Value {
    json!({"id": number.to_string(), "text": format!("note number {number}")})
}

/// A topic in which each flush added ten records.
async fn flushed(root: &TempDir, flushes: usize) -> (Engine, Writer) {
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("notes").open().await.unwrap();
    for flush in 0..flushes {
        writer.put_batch((flush * 10..flush * 10 + 10).map(note).collect()).await.unwrap();
        writer.flush().await.unwrap();
    }
    (engine, writer)
}

fn records() -> Options {
    Options { start: Start::Records("notes".parse().unwrap()), ..Options::default() }
}

fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_are_listed_grow_with_flushes_and_open() {
    let root = TempDir::new().unwrap();
    let (engine, writer) = flushed(&root, 5).await;
    let newest = engine.reader("notes").await.unwrap().counts().await.unwrap().buckets[0].version;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("50 records").await;
    explorer.press(&[Key::Char('v')]);
    // With the gap behind it: seconds may end in the same digit.
    let row = format!(" {newest}  ");
    let screen = explorer.sees(|screen| line(screen, &row).contains("+10")).await;
    assert!(screen.contains("notes · versions") && line(&screen, &row).contains('▶'), "{screen}");
    writer.put(note(50)).await.unwrap();
    explorer.shows("● 1 buffered").await;
    writer.flush().await.unwrap();
    let added = format!(" {}  ", newest + 1);
    let screen = explorer.sees(|screen| line(screen, &added).contains("+1 ")).await;
    assert!(line(&screen, &row).contains('▶'), "the selection stays on its version: {screen}");
    explorer.press(&[Key::Enter]);
    let pinned = format!("v {newest} of {}", newest + 1);
    let screen = explorer.shows(&pinned).await;
    assert!(screen.contains("50 records") && screen.contains("read-only view"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_are_compared_tagged_and_restored() {
    let root = TempDir::new().unwrap();
    let (engine, _writer) = flushed(&root, 3).await;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("30 records").await;
    explorer.press(&[Key::Char('v')]);
    explorer.sees(|screen| screen.contains("create") && screen.contains("+10")).await;
    explorer.press(&[Key::Char('m'), Key::Down, Key::Down, Key::Char('d')]);
    let screen = explorer.shows("v 2 → v 4").await;
    let screen = if screen.contains("+20 ·") { screen } else { explorer.shows("+20 ·").await };
    assert!(screen.contains("+ 10") && screen.contains("note number 10"), "{screen}");
    explorer.press(&[Key::Esc, Key::Char('t'), Key::Char('o'), Key::Char('k'), Key::Enter]);
    explorer.shows("v 2 of bucket 0 is `ok` now").await;
    explorer.press(&[Key::Char('R')]);
    explorer.shows("10 records then, 30 now (−20).").await;
    explorer.press(&[Key::Enter]);
    explorer.shows("v 2 is the newest again, as v 5: 10 records, before 30").await;
    explorer.press(&[Key::Char('u'), Key::Enter]);
    explorer.shows("v 2 of bucket 0 is no longer `ok`").await;
    explorer.press(&[Key::Char('v')]);
    explorer.shows("10 records").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_lead_through_the_versions_and_out_to_what_is_put_meanwhile() {
    let root = TempDir::new().unwrap();
    let (engine, writer) = flushed(&root, 5).await;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("50 records").await;
    explorer.press(&[Key::End]);
    explorer.sees(|screen| line(screen, "note number 49").contains("▶■")).await;
    explorer.press(&[Key::Char('[')]);
    explorer.sees(|screen| line(screen, "note number 39").contains("▶■")).await;
    explorer.press(&[Key::Char('['), Key::Char('[')]);
    let screen = explorer.shows("20 of 20").await;
    assert!(!screen.contains("note number 20") && screen.contains("read-only view"), "{screen}");
    writer.put(note(50)).await.unwrap();
    writer.flush().await.unwrap();
    explorer.shows(" of 7 · ").await;
    assert!(!explorer.shows("20 of 20").await.contains("note number 50"));
    explorer.press(&[Key::Char(']'), Key::Char(']'), Key::Char(']')]);
    explorer.sees(|screen| line(screen, "note number 49").contains("▶■")).await;
    explorer.press(&[Key::Char(']')]);
    let screen = explorer.shows("50 of 51").await;
    assert!(!screen.contains("read-only view"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flush_at_a_version_is_of_what_is_there_now() {
    let root = TempDir::new().unwrap();
    let (engine, writer) = flushed(&root, 2).await;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("20 records").await;
    explorer.press(&[Key::Char('[')]);
    explorer.shows("read-only view").await;
    writer.put(note(20)).await.unwrap();
    explorer.press(&[Key::Char('F')]);
    let screen = explorer.shows("flushed 1 record of `notes`").await;
    assert!(screen.contains("10 records"), "the view stays at its version: {screen}");
    explorer.press(&[Key::Esc, Key::Esc]);
    explorer.shows("21 records").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_topics_are_flushed_after_a_yes_and_a_card_tells_what_was_done() {
    let root = TempDir::new().unwrap();
    let (engine, writer) = flushed(&root, 1).await;
    writer.put_batch((10..17).map(note).collect()).await.unwrap();
    let other = Engine::open(engine.root()).await.unwrap();
    let events = other.writer("events").num_buckets(2).open().await.unwrap();
    events.put_batch((0..20).map(note).collect()).await.unwrap();
    let mut explorer = Explorer::open(engine.clone(), Options::default());
    explorer.sees(|screen| screen.contains("●20") && screen.contains("●7")).await;
    explorer.press(&[Key::Char('A')]);
    let screen = explorer.shows("↵ flushes 27 records").await;
    assert!(screen.contains("events  20 records in 2 buckets"), "{screen}");
    assert!(screen.contains("notes  7 records in 1 bucket"), "{screen}");
    explorer.press(&[Key::Enter]);
    let screen = explorer.shows("flushed 27 records of 2 topics").await;
    let card = line(&screen, "7 → 0");
    assert!(card.contains("notes") && card.contains("10 → 17") && card.contains(" B "), "{screen}");
    for topic in ["events", "notes"] {
        let counts = engine.reader(topic).await.unwrap().counts().await.unwrap();
        assert_eq!(counts.buffer_count, 0, "{topic}");
    }
    explorer.press(&[Key::Esc]);
    explorer.sees(|screen| !screen.contains("any key closes this")).await;
}

/// Records on a line: the nearer their numbers, the nearer their vectors.
fn point(number: usize) -> Value {
    let place = number as f64;
    json!({"id": number.to_string(), "text": format!("point number {number:02}"), "vector": [place, 0.0, 1.0]})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn similar_records_are_found_hopped_through_and_gone_to() {
    let root = TempDir::new().unwrap();
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("notes").num_buckets(2).open().await.unwrap();
    writer.put_batch((0..60).map(point).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(point(60)).await.unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.sees(|screen| screen.contains("61 records") && screen.contains("point number")).await;
    explorer.press(&[Key::Char('s')]);
    let screen = explorer.shows("61 records searched").await;
    let first = screen.lines().find(|line| line.contains("▶▇")).unwrap_or_default().to_owned();
    assert!(first.contains("▇▇▇▇▇▇▇▇  0.0000   0·0 ■"), "itself comes first: {screen}");
    explorer.press(&[Key::End]);
    explorer.sees(|screen| screen.contains("50 of 50")).await;
    explorer.press(&[Key::Home, Key::Down, Key::Enter]);
    let screen =
        explorer.sees(|screen| screen.contains(" 0 › ") && screen.contains("searched")).await;
    let hop = screen.lines().find(|line| line.contains("▶▇")).unwrap_or_default().to_owned();
    assert!(hop.contains("0.0000") && !hop.contains("0·0 ■"), "{screen}");
    explorer.press(&[Key::Char('b')]);
    explorer
        .sees(|screen| screen.lines().any(|line| line.contains("▶▇") && line.contains("0·0 ■")))
        .await;
    explorer.press(&[Key::End, Key::Char('g')]);
    let screen = explorer.sees(|screen| !screen.contains("searched")).await;
    assert!(screen.contains("61 records"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_like_all_marked_records_is_what_is_nearest_to_their_mean() {
    let root = TempDir::new().unwrap();
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("notes").open().await.unwrap();
    writer.put_batch((0..60).map(point).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.sees(|screen| screen.contains("60 records") && screen.contains("point number")).await;
    let mark = Key::Char('m');
    let down = [Key::Down; 10];
    // Offsets 10, 20 and 40: their mean is not far from 23.
    explorer.press(&[&down[..], &[mark], &down, &[mark], &down, &down, &[mark]].concat());
    explorer.press(&[Key::Char('\''), Key::Char('s')]);
    let screen = explorer.shows("60 records searched").await;
    assert!(screen.contains("Similar to the mean of 3 records · notes"), "{screen}");
    let first = line(&screen, "▶▇");
    assert!(first.contains("0.1111  0·23 ■"), "a third of a step away, squared: {screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_have_words_are_found_and_gone_to() {
    let root = TempDir::new().unwrap();
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("notes").open().await.unwrap();
    writer.put_batch((0..60).map(point).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer
        .put(json!({"id": "60", "text": "the rarest of points", "vector": [1, 2, 3]}))
        .await
        .unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.sees(|screen| screen.contains("61 records") && screen.contains("point number")).await;
    let search = |text: &str| -> Vec<Key> {
        let typed = text.chars().map(Key::Char);
        [Key::Char('W')].into_iter().chain(typed).chain([Key::Enter]).collect()
    };
    explorer.press(&search("rarest number"));
    let screen = explorer.shows("61 of 61 records match").await;
    let first = screen.lines().find(|line| line.contains("▶▇")).unwrap_or_default();
    assert!(first.contains("0·60 ●") && first.contains("rarest of points"), "{screen}");
    explorer.press(&[Key::Char('g')]);
    let is_there = |screen: &str| !screen.contains("records match") && screen.contains("rarest");
    explorer.sees(is_there).await;
    explorer.press(&search("the"));
    explorer.shows("is in nearly every text").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_are_no_vectors_the_reason_is_told() {
    let root = TempDir::new().unwrap();
    let (engine, _writer) = flushed(&root, 1).await;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("note number 1").await;
    explorer.press(&[Key::Char('s')]);
    explorer.shows("there is no vector column here").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_can_be_jumped_to_and_one_that_is_not_kept_is_told() {
    let root = TempDir::new().unwrap();
    let (engine, _writer) = flushed(&root, 3).await;
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("30 records").await;
    let jump = |text: &str| -> Vec<Key> {
        let typed = text.chars().map(Key::Char);
        std::iter::once(Key::Char('g')).chain(typed).chain([Key::Enter]).collect()
    };
    explorer.press(&jump("v2"));
    explorer.shows("v 2 of 4 · ").await;
    explorer.press(&jump("v99"));
    explorer.shows("there is no v 99: v 1 to v 4 are kept").await;
    explorer.press(&jump("-4"));
    explorer.sees(|screen| line(screen, "note number 6").contains('▶')).await;
}

fn jump(text: &str) -> Vec<Key> {
    let typed = text.chars().map(Key::Char);
    std::iter::once(Key::Char('g')).chain(typed).chain([Key::Enter]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flushes_are_stepped_through_and_a_time_leads_to_what_came_since() {
    let root = TempDir::new().unwrap();
    let (engine, writer) = flushed(&root, 3).await;
    writer.put(note(30)).await.unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("note number 10").await;
    let forth = [("number 10", "flushed as v 3"), ("number 20", "flushed as v 4")];
    for (text, said) in forth.into_iter().chain([("number 30", "buffered since")]) {
        explorer.press(&[Key::Char('}')]);
        explorer.sees(|screen| line(screen, text).contains('▶') && screen.contains(said)).await;
    }
    explorer.press(&[Key::Char('}')]);
    explorer.shows("this is the last flush of the bucket").await;
    for text in ["number 20", "number 10", "number 0"] {
        explorer.press(&[Key::Char('{')]);
        explorer.sees(|screen| line(screen, text).contains("▶■")).await;
    }
    explorer.press(&jump("2h ago"));
    explorer.sees(|screen| line(screen, "number 0").contains('▶')).await;
    explorer.press(&jump("0s ago"));
    explorer.sees(|screen| line(screen, "number 30").contains("▶●")).await;
    explorer.press(&jump("9999-01-01"));
    explorer.shows("buffered since").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flushes_that_a_compaction_joined_are_stepped_through_as_they_were() {
    let root = TempDir::new().unwrap();
    let (engine, _writer) = flushed(&root, 3).await;
    engine.compact("notes", None, &crate::Job::default()).await.unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("note number 10").await;
    explorer.press(&jump("25"));
    explorer.sees(|screen| line(screen, "number 25").contains('▶')).await;
    // The second comes before the first has arrived.
    explorer.press(&[Key::Char('{'), Key::Char('{')]);
    explorer.sees(|screen| line(screen, "number 10").contains('▶')).await;
    explorer.press(&[Key::Char('}')]);
    explorer.sees(|screen| line(screen, "number 20").contains('▶')).await;
    explorer.press(&[Key::Char('}')]);
    explorer.shows("this is the last flush of the bucket").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_can_be_jumped_to_and_a_word_that_is_none_says_what_can_be_typed() {
    let root = TempDir::new().unwrap();
    let (engine, _writer) = flushed(&root, 3).await;
    engine.tag("notes", "before-fix", Some(3), None).await.unwrap();
    let mut explorer = Explorer::open(engine, records());
    explorer.shows("note number 10").await;
    explorer.press(&jump("before-fix"));
    explorer.shows("v 3 of 4 · ").await;
    explorer.press(&jump("nowhere"));
    explorer.shows("bucket 0 has no tag `nowhere`").await;
    explorer.press(&[Key::Esc, Key::Esc]);
    explorer.press(&jump("50%"));
    explorer.sees(|screen| line(screen, "number 15").contains('▶')).await;
}
