//! Reading records over real topics: in full, by text, copied, and from the tail to the table.

use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{
    ArrayRef, BinaryArray, FixedSizeListArray, Float32Array, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field};
use serde_json::json;
use tempfile::TempDir;

use super::watched::Explorer;
use crate::tui::{Key, Options, Start};
use crate::{Engine, Writer};

async fn engine(root: &TempDir) -> Engine {
    Engine::open(root.path().join("queues")).await.unwrap()
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

/// A record with a value of each kind that JSON has no word for.
fn rich() -> RecordBatch {
    let id: ArrayRef = Arc::new(StringArray::from(vec!["first"]));
    let time: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from(vec![1_773_489_847_112_001]).with_timezone("UTC"));
    let vector = [Some(vec![Some(0.1_f32), Some(-1.0e-7), Some(16_777_216.0)])];
    let vector: ArrayRef =
        Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vector, 3));
    let image: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"\x89PNG\r\n\x1a\n\x00\xff"]));
    let score: ArrayRef = Arc::new(Float32Array::from(vec![0.3]));
    let field =
        |name: &str, of: &ArrayRef| Arc::new(Field::new(name, of.data_type().clone(), true));
    let deep = StructArray::from(vec![
        (field("score", &score), score.clone()),
        (Arc::new(Field::new("note", DataType::Utf8, true)), id.clone()),
    ]);
    let columns = [
        ("id", id),
        ("time", time),
        ("embedding", vector),
        ("image", image),
        ("deep", Arc::new(deep) as ArrayRef),
    ];
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

async fn rich_topic(engine: &Engine) -> Writer {
    let writer = engine.writer("rich").open().await.unwrap();
    writer.put_arrow(rich()).await.unwrap();
    writer.flush().await.unwrap();
    writer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_unfolds_to_all_of_its_values() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let _writer = rich_topic(&engine).await;
    let mut explorer = Explorer::open(engine, Options::default());
    let table = explorer.shows("⟨png, 10 B⟩").await;
    assert!(table.contains("2026-03-14 12:04:07.112"), "{table}");
    explorer.press(&[Key::Enter, Key::Enter]);
    let screen = explorer.shows("2026-03-14T12:04:07.112001Z").await;
    assert!(line(&screen, "▸ embedding").contains("3 × f32  ‖16777216.00‖"), "{screen}");
    assert!(line(&screen, "rich/0 · 0").contains("■ persisted"), "{screen}");
    explorer.press(&[Key::Down, Key::Down, Key::Enter, Key::Down, Key::Down, Key::Right]);
    let screen = explorer.shows("89 50 4e 47").await;
    assert!(line(&screen, "-1e-7").contains("16777216.0"), "{screen}");
    explorer.press(&[Key::End, Key::Char(' ')]);
    explorer.shows("score  0.3").await;
    explorer.press(&[Key::Home, Key::Char(' ')]);
    explorer.shows("there is nothing to unfold here").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_puts_the_same_record_again_to_the_bit() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = rich_topic(&engine).await;
    let mut explorer = Explorer::open(engine.clone(), Options::default());
    explorer.shows("⟨png, 10 B⟩").await;
    explorer.press(&[Key::Enter, Key::Char('c')]);
    explorer.shows("a copy of 0·0").await;
    explorer.shows("✓ fits").await;
    explorer.press(&[Key::Ctrl('p')]);
    explorer.shows("put · bucket 0 · offset 1 · buffered").await;
    writer.flush().await.unwrap();
    let page = engine.reader("rich").await.unwrap().get(0, 2).await.unwrap();
    let batches: Vec<RecordBatch> = page
        .chunks
        .iter()
        .flat_map(|chunk| (0..chunk.batch.num_rows()).map(|row| chunk.batch.slice(row, 1)))
        .collect();
    assert_eq!(batches.len(), 2);
    assert_eq!(batches[0], batches[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_found_far_below_in_another_bucket_and_back() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = engine.writer("notes").num_buckets(2).open().await.unwrap();
    let note = |n: usize| json!({"id": n.to_string(), "text": format!("note {n:05}"), "in": {"deep": [format!("x{n:05}")]}});
    writer.put_batch((0..6000).map(note).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": "far", "text": "the Needle, buffered"})).await.unwrap();
    let mut explorer = Explorer::open(engine, Options::default());
    explorer.shows("6 001 records").await;
    explorer.press(&[Key::Enter, Key::Char('/')]);
    explorer.press(&typed("needle"));
    explorer.press(&[Key::Enter]);
    explorer.shows("found `needle` at ").await;
    explorer.sees(|screen| line(screen, "the Needle, buffered").contains("▶●")).await;
    explorer.press(&[Key::Home, Key::Char('/')]);
    explorer.press(&typed("NEEDLE"));
    explorer.press(&[Key::Enter]);
    explorer.shows("not found: `NEEDLE` is not in the 6 001 records looked at").await;
    explorer.press(&typed("/x05999"));
    explorer.press(&[Key::Enter]);
    explorer.shows("found `x05999` at ").await;
    explorer.sees(|screen| line(screen, "note 05999").contains("▶■")).await;
    explorer.press(&[Key::End, Key::Char('N')]);
    explorer.sees(|screen| line(screen, "note 05999").contains("▶■")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_is_left_for_its_record_in_the_table() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = engine.writer("notes").open().await.unwrap();
    let note = |n: usize| json!({"id": n.to_string(), "text": format!("note {n:05}")});
    writer.put_batch((0..1000).map(note).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let start = Start::Tail("notes".parse().unwrap());
    let mut explorer = Explorer::open(engine, Options { start, ..Options::default() });
    explorer.shows("note 00999").await;
    writer.put_batch((1000..1003).map(note).collect()).await.unwrap();
    let screen = explorer.sees(|screen| line(screen, "note 01002").contains('●')).await;
    assert!(line(&screen, "offset").contains("arrived"), "{screen}");
    explorer.press(&[Key::Up, Key::Up]);
    explorer.sees(|screen| line(screen, "note 01000").contains("▶")).await;
    explorer.press(&[Key::Char('f')]);
    explorer.sees(|screen| line(screen, "note 01000").contains("▶●")).await;
    explorer.shows("1 001 of 1 003").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_come_draw_a_course_beside_their_topic() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = engine.writer("notes").open().await.unwrap();
    writer.put(json!({"id": "0"})).await.unwrap();
    let mut explorer = Explorer::open(engine, Options::default());
    explorer.sees(|screen| line(screen, "notes").contains("1 ")).await;
    writer.put_batch((1..40).map(|n: usize| json!({"id": n.to_string()})).collect()).await.unwrap();
    explorer.shows("rec/s").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_looked_through_as_it_was() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = engine.writer("notes").open().await.unwrap();
    for flush in 0..3 {
        let note = |n: usize| json!({"id": n.to_string(), "text": format!("note {n:05}")});
        writer.put_batch((flush * 10..flush * 10 + 10).map(note).collect()).await.unwrap();
        writer.flush().await.unwrap();
    }
    let start = Start::Records("notes".parse().unwrap());
    let mut explorer = Explorer::open(engine, Options { start, ..Options::default() });
    explorer.shows("30 records").await;
    explorer.press(&[Key::Char('[')]);
    explorer.shows("20 records").await;
    explorer.press(&[Key::Home]);
    explorer.press(&typed("/00025"));
    explorer.press(&[Key::Enter]);
    explorer.shows("not found: `00025` is not in the 20 records looked at").await;
    explorer.press(&typed("/00015"));
    explorer.press(&[Key::Enter]);
    explorer.shows("found `00015` at 0·15 in text").await;
    let screen = explorer.sees(|screen| line(screen, "note 00015").contains("▶■")).await;
    assert!(screen.contains("20 records"), "the version stays: {screen}");
}

fn note(n: usize) -> serde_json::Value {
    let kind = if n.is_multiple_of(2) { "red" } else { "blue" };
    json!({"id": format!("n{n:04}"), "kind": kind, "size": n % 100})
}

/// A topic of two buckets: some hundred records in versions, and a few buffered.
async fn notes(engine: &Engine) -> Writer {
    let writer = engine.writer("notes").num_buckets(2).open().await.unwrap();
    writer.put_batch((0..300).map(note).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((300..310).map(note).collect()).await.unwrap();
    writer
}

async fn notes_explorer(root: &TempDir) -> (Engine, Writer, Explorer) {
    let engine = engine(root).await;
    let writer = notes(&engine).await;
    let start = Start::Records("notes".parse().unwrap());
    let mut explorer = Explorer::open(engine.clone(), Options { start, ..Options::default() });
    explorer.sees(|screen| screen.contains("310 records") && screen.contains("n00")).await;
    (engine, writer, explorer)
}

fn keyed(key: char, text: &str) -> Vec<Key> {
    [vec![Key::Char(key)], typed(text), vec![Key::Enter]].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_narrow_the_table_buffered_records_included_and_come_off_one_by_one() {
    let root = TempDir::new().unwrap();
    let (_engine, writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&keyed('&', "size >= 98"));
    let screen = explorer.shows("6 of 310 records match").await;
    assert!(screen.contains("filter: size >= 98 ✕"), "{screen}");
    explorer.press(&keyed('&', "RED"));
    explorer.shows("0 of 310 records match").await;
    explorer.press(&[Key::Backspace]);
    explorer.press(&keyed('&', "red"));
    explorer.shows("3 of 310 records match").await;
    explorer.sees(|screen| ["n0098", "n0198", "n0298"].iter().all(|id| screen.contains(id))).await;
    // What comes and matches comes in, whether buffered or flushed.
    writer.put_batch((398..400).map(note).collect()).await.unwrap();
    let screen = explorer.sees(|screen| line(screen, "n0398").contains('●')).await;
    assert!(screen.contains("4 of ") && !screen.contains("n0399"), "{screen}");
    writer.flush().await.unwrap();
    explorer.sees(|screen| line(screen, "n0398").contains('■')).await;
    explorer.press(&[Key::Backspace]);
    explorer.shows("8 of ").await;
    explorer.press(&[Key::Backspace]);
    explorer.shows("312 records").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cell_of_the_cursor_makes_a_condition_and_its_record_stays_selected() {
    let root = TempDir::new().unwrap();
    let (_engine, _writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&[Key::Char('&')]);
    explorer.press(&typed("id = 'n0123'"));
    explorer.press(&[Key::Enter]);
    explorer.sees(|screen| line(screen, "n0123").contains('▶')).await;
    explorer.press(&[Key::Right, Key::Char('='), Key::Backspace]);
    explorer.press(&keyed('&', "size < 1000"));
    explorer.shows("310 of 310 records match").await;
    explorer.sees(|screen| line(screen, "n0123").contains('▶')).await;
    explorer.press(&[Key::Char('!')]);
    explorer.shows("kind ≠ ").await;
    explorer.shows("155 of 310 records match").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_condition_that_is_none_says_where_and_the_screen_stays() {
    let root = TempDir::new().unwrap();
    let (_engine, _writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&keyed('&', "sise > 3"));
    let screen = explorer.shows("there is no column `sise`; there are id, kind, size").await;
    assert!(screen.contains("310 records") && screen.contains("only records with: sise > 3"));
    explorer.press(&[Key::Home, Key::Delete, Key::Delete, Key::Delete, Key::Delete]);
    explorer.press(&typed("size"));
    explorer.press(&[Key::Enter]);
    explorer.shows("filter: size > 3 ✕").await;
    explorer.press(&[Key::Char('&'), Key::Up]);
    explorer.shows("only records with: size > 3").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_filter_serves_the_tail() {
    let root = TempDir::new().unwrap();
    let (_engine, writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&keyed('&', "kind = 'red'"));
    explorer.shows("155 of 310 records match").await;
    explorer.press(&[Key::Char('f')]);
    explorer.sees(|screen| screen.contains("following") && screen.contains("n0308")).await;
    writer.put_batch((400..404).map(note).collect()).await.unwrap();
    let screen = explorer.sees(|screen| screen.contains("n0402")).await;
    assert!(screen.contains("n0400") && !screen.contains("n0401") && !screen.contains("n0309"));
    explorer.press(&keyed('&', "402"));
    let screen = explorer.sees(|screen| !screen.contains("n0400")).await;
    assert!(screen.contains("“402” ✕"), "{screen}");
    writer.put_batch((4020..4022).map(note).collect()).await.unwrap();
    explorer.shows("n4020").await;
    explorer.press(&[Key::Char('f')]);
    explorer.shows("2 of ").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_rows_are_sorted_and_the_order_comes_off_again() {
    let root = TempDir::new().unwrap();
    let (_engine, writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&[Key::Right, Key::Right, Key::Char('o')]);
    explorer.sees(|screen| screen.contains("sort: size ▲") && screen.contains("n0300")).await;
    explorer.press(&[Key::Char('o'), Key::Home]);
    let screen = explorer.sees(|screen| line(screen, "n0099").contains('▶')).await;
    assert!(screen.contains("310 records") && screen.contains("size▼"), "{screen}");
    writer.put(note(999)).await.unwrap();
    explorer.shows("1 new, r sorts again").await;
    explorer.press(&[Key::Char('r')]);
    explorer.sees(|screen| screen.contains("311 records") && screen.contains("n0999")).await;
    explorer.press(&keyed('&', "kind = 'red'"));
    explorer.sees(|screen| line(screen, "n0098").contains('▶')).await;
    explorer.press(&[Key::Char('o'), Key::Backspace]);
    explorer.sees(|screen| screen.contains("311 records") && !screen.contains("sort:")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_filtered_as_it_was_and_a_text_is_found_among_what_matches() {
    let root = TempDir::new().unwrap();
    let (_engine, _writer, mut explorer) = notes_explorer(&root).await;
    explorer.press(&keyed('g', "0:v2"));
    explorer.shows("v 2").await;
    explorer.press(&keyed('&', "size = 7"));
    let screen =
        explorer.sees(|screen| screen.contains("records match") && screen.contains("v 2")).await;
    assert!(!screen.contains("n0307"), "{screen}");
    explorer.press(&[Key::Esc]);
    explorer.shows("4 of 310 records match").await;
    explorer.press(&keyed('/', "n0207"));
    explorer.sees(|screen| line(screen, "n0207").contains('▶')).await;
    explorer.press(&keyed('/', "n0208"));
    explorer.shows("not found: `n0208` is not in the").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_followed_together_and_one_can_be_muted() {
    let root = TempDir::new().unwrap();
    let engine = engine(&root).await;
    let writer = notes(&engine).await;
    let others = engine.writer("others").open().await.unwrap();
    others.put_batch((7000..7003).map(note).collect()).await.unwrap();
    let mut explorer = Explorer::open(engine, Options::default());
    explorer.sees(|screen| screen.contains("others") && screen.contains("310 records")).await;
    explorer.press(&[Key::Down, Key::Char(' '), Key::Up, Key::Char('f')]);
    let screen = explorer.sees(|screen| screen.contains("n7002") && screen.contains("n0309")).await;
    assert!(screen.contains("a notes + b others"), "{screen}");
    assert!(line(&screen, "n7002").contains("b0 ●"), "{screen}");
    others.put(note(7003)).await.unwrap();
    writer.put(note(400)).await.unwrap();
    explorer.sees(|screen| screen.contains("n7003") && screen.contains("n0400")).await;
    others.flush().await.unwrap();
    explorer.sees(|screen| line(screen, "n7003").contains("b0 ■")).await;
    explorer.press(&keyed('/', "n7003"));
    explorer.sees(|screen| line(screen, "n7003").contains('▶')).await;
    explorer.press(&[Key::Char('M')]);
    let screen = explorer.shows("others/0 is muted").await;
    assert!(!screen.contains("n7002") && screen.contains("1 source muted"), "{screen}");
    explorer.press(&[Key::Char('S')]);
    explorer.sees(|screen| screen.contains("n7003") && screen.contains("n0400")).await;
    explorer.press(&keyed('/', "n7003"));
    explorer.sees(|screen| line(screen, "n7003").contains('▶')).await;
    explorer.press(&[Key::Char('f')]);
    explorer
        .sees(|screen| screen.contains("others ─") && line(screen, "n7003").contains('▶'))
        .await;
}
