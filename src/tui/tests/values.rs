//! Single values over real topics: heavy ones, other forms of them, and columns that are made of what lies inside.

use serde_json::json;
use tempfile::TempDir;

use super::watched::Explorer;
use crate::Engine;
use crate::tui::{Key, Options};

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    screen.lines().find(|line| line.contains(text)).unwrap_or_default()
}

/// A topic of these records, and an explorer on it.
async fn explorer(root: &TempDir, records: &[serde_json::Value]) -> Explorer {
    let engine = Engine::open(root.path().join("queues")).await.unwrap();
    let writer = engine.writer("values").open().await.unwrap();
    for record in records {
        writer.put(record.clone()).await.unwrap();
    }
    writer.flush().await.unwrap();
    writer.close().await.unwrap();
    Explorer::open(engine, Options::default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heavy_value_is_read_when_somebody_asks_for_it_and_says_before_how_large_it_is() {
    let root = TempDir::new().unwrap();
    let text = format!("begin {}", "word ".repeat(1 << 20));
    let records =
        [json!({"id": 1, "text": text, "note": "beside"}), json!({"id": 2, "text": "light"})];
    let mut explorer = explorer(&root, &records).await;
    explorer.shows("begin word").await;
    explorer.press(&[Key::Enter, Key::Enter]);
    let screen = explorer.shows("↵ reads it").await;
    assert!(line(&screen, "↵ reads it").contains("text  ⟨5.2 MB⟩"), "{screen}");
    assert!(screen.contains("\"beside\""), "{screen}");
    explorer.press(&[Key::Down, Key::Char('x')]);
    explorer.shows("it is not read yet: ↵ reads it").await;
    explorer.press(&[Key::Char('y'), Key::Char('y')]);
    explorer.shows("the value is not read yet: ↵ reads it").await;
    explorer.press(&[Key::Esc, Key::Enter]);
    explorer.sees(|screen| line(screen, "text").contains("▾ text  begin word word")).await;
    explorer.press(&[Key::Char('J')]);
    explorer.shows("\"light\"").await;
    explorer.press(&[Key::Char('K')]);
    explorer.shows("⟨5.2 MB⟩  ↵ reads it").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_are_no_texts_a_search_for_words_says_that() {
    let root = TempDir::new().unwrap();
    let mut explorer = explorer(&root, &[json!({"id": 7})]).await;
    explorer.shows("1 record").await;
    explorer.press(&[&[Key::Enter], &typed("Wone")[..], &[Key::Enter]].concat());
    explorer.shows("`values` has no column of texts").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_shown_as_json_and_a_text_in_hexadecimal() {
    let root = TempDir::new().unwrap();
    let record = json!({"id": 7, "text": "größe", "usage": {"tokens": 3, "tags": ["a", "b"]}});
    let mut explorer = explorer(&root, &[record]).await;
    explorer.shows("größe").await;
    explorer.press(&[Key::Enter, Key::Enter]);
    explorer.shows("values/0 · 0").await;
    explorer.press(&[Key::Down, Key::Char('x')]);
    explorer.shows("67 72 c3 b6 c3 9f 65").await;
    explorer.press(&[Key::Char('x')]);
    explorer.sees(|screen| !screen.contains("67 72 c3")).await;
    explorer.press(&[Key::Char('t')]);
    let screen = explorer.shows("\"tokens\": 3,").await;
    for part in ["\"id\": 7,", "\"text\": \"größe\",", "\"usage\": {", "\"tags\": ["] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    explorer.press(&[Key::Char('x')]);
    explorer.shows("the record is shown as JSON: t leads back to the tree").await;
    explorer.press(&[Key::Char('t')]);
    explorer.sees(|screen| !screen.contains("\"tokens\": 3,")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_inside_another_becomes_a_column_to_sort_and_to_filter_by() {
    let root = TempDir::new().unwrap();
    let record = |id: u32, tokens: u32, role: &str| json!({"id": id, "usage": {"tokens": tokens}, "messages": [{"role": role}]});
    let records = [record(1, 30, "user"), record(2, 10, "system"), record(3, 20, "user")];
    let mut explorer = explorer(&root, &records).await;
    explorer.shows("tokens: 30").await;
    explorer.press(&[Key::Enter, Key::Enter]);
    explorer.shows("tokens: 30").await;
    explorer.sees(|screen| screen.contains("values/0 · 0") && screen.contains("usage")).await;
    explorer.press(&[Key::Char('C')]);
    explorer.shows("this is a column already").await;
    explorer.press(&[Key::Down, Key::Enter, Key::Down]);
    explorer.press(&typed("C"));
    explorer.shows("`usage.tokens` is a column now").await;
    explorer.press(&[Key::Esc]);
    explorer.sees(|screen| line(screen, "usage.tokens").contains("messages")).await;
    // It is the last column: by it, 10 comes first.
    explorer.press(&typed("lllo"));
    let first = |screen: &str, id: &str| {
        screen
            .lines()
            .skip_while(|line| !line.contains("usage.tokens"))
            .nth(2)
            .is_some_and(|line| line.contains(id))
    };
    explorer.sees(|screen| screen.contains("sort: usage.tokens ▲") && first(screen, " 2 ")).await;
    explorer.press(&typed("="));
    explorer.shows("usage.tokens = 30").await;
    let matches = |screen: &str| screen.contains("1 of 3 records match") && first(screen, " 1 ");
    explorer.sees(|screen| matches(screen) && screen.contains("{tokens: 30}")).await;
    explorer.press(&typed("yy"));
    explorer.shows("copied `usage.tokens` of values/0 · 0, 2 B").await;
    explorer.press(&[Key::Backspace, Key::Backspace, Key::Home]);
    explorer.sees(|screen| !screen.contains("sort:") && screen.contains("tokens: 30")).await;
    explorer.press(&[Key::Home, Key::Enter]);
    explorer.shows("values/0 · 0").await;
    explorer.press(&typed("C"));
    explorer.shows("`usage.tokens` is no column any more").await;
    explorer.press(&[Key::Esc]);
    explorer
        .sees(|screen| {
            screen.contains("messages") && !line(screen, "messages").contains("usage.tokens")
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_of_an_item_says_why_no_condition_is_made_of_it() {
    let root = TempDir::new().unwrap();
    let records =
        [json!({"id": 1, "messages": [{"role": "user"}]}), json!({"id": 2, "messages": []})];
    let mut explorer = explorer(&root, &records).await;
    explorer.shows("role: \"user\"").await;
    explorer.press(&[Key::Enter, Key::Enter]);
    explorer.shows("values/0 · 0").await;
    let to_role = [Key::Down, Key::Enter, Key::Down, Key::Enter, Key::Down];
    explorer.press(&to_role);
    explorer.press(&typed("C"));
    explorer.shows("`messages[0].role` is a column now").await;
    explorer.press(&[Key::Esc]);
    explorer.sees(|screen| line(screen, "messages[0].role").contains("id")).await;
    explorer.press(&typed("ll="));
    explorer
        .shows("`messages[0].role` lies in a list or a map: no condition reaches into one")
        .await;
}
