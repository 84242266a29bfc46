//! What the explorer copies to reproduce a view reads what the view shows: as a command, as Rust, as Python.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::console::{Console, command};
use crate::program::{PROGRAM, Test};

/// Names the function to call, in the copy of this binary that reads as the copied one does.
const READER: &str = "LANCEQ_TEST_REPRODUCED";
/// What a line of that copy begins with.
const LINE: &str = "view: ";

/// The function as it was copied; that it is the same, the test says.
mod view {
    include!("reproduced/view.rs");

    pub(super) async fn read() -> Result<Page> {
        view().await
    }
}

/// The same of a view that is narrowed and sorted.
mod sorted {
    include!("reproduced/sorted.rs");

    pub(super) async fn read() -> Result<Page> {
        view().await
    }
}

fn sixty() -> Test {
    let line = |n: u32| format!("{{\"id\":\"{n}\",\"text\":\"note {n}\",\"number\":{n}}}\n");
    Test::new().topic("notes", &(0..60).map(line).collect::<String>())
}

/// The records in view: their first column is hidden.
fn shown() -> Vec<Value> {
    (0..23).map(|n| json!({"text": format!("note {n}"), "number": n})).collect()
}

/// The records with a text, sorted by the last column, the largest first.
const NARROWED: [(&str, &str); 3] =
    [("&note 1\r", " of 11 "), ("l", "number"), ("oo", "sort: number ▼")];

fn narrowed() -> Vec<Value> {
    let numbers = (10..20).rev().chain([1]);
    numbers.map(|n| json!({"text": format!("note {n}"), "number": n})).collect()
}

/// What the explorer copies after these keys.
fn copied(test: &Test, keys: &str) -> String {
    copied_of(test, &[], keys)
}

/// The same of a view that some keys lead to, each of which shows something first.
fn copied_of(test: &Test, steps: &[(&str, &str)], keys: &str) -> String {
    let mut console = Console::start(command(test, ["open"]));
    console.shows("note 0");
    console.type_in("\r-");
    console.shows("1 hidden");
    for (keys, shown) in steps {
        console.type_in(keys);
        console.shows(shown);
    }
    if !steps.is_empty() {
        console.sees(falls);
    }
    console.type_in(keys);
    console.shows("copied");
    console.copied().expect("something was copied")
}

/// Whether the records are there in their order.
fn falls(screen: &vt100::Screen) -> bool {
    let text = screen.contents();
    let place = |note: &str| text.find(note).zip(text.find("▶■"));
    let (first, last) = (place("note 19"), place("note 10"));
    first.zip(last).is_some_and(|((first, _), (last, selected))| first < last && last < selected)
}

/// What a copied command prints.
fn printed(test: &Test, copied: &str) -> Vec<Value> {
    let arguments = copied.strip_prefix("lanceq ").expect("it is a command of the program");
    let ran = Command::new("sh")
        .args(["-c", &format!("\"{PROGRAM}\" {arguments}")])
        .current_dir(test.path("."))
        .output()
        .unwrap();
    lines(&String::from_utf8(ran.stdout).unwrap())
}

/// What a copied function reads, in a copy of this binary.
fn read(test: &Test, function: &str) -> Vec<Value> {
    let read = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "reproduced::reader"])
        .current_dir(test.path("."))
        .env(READER, function)
        .output()
        .unwrap();
    let said = String::from_utf8(read.stdout).unwrap();
    let read: Vec<&str> = said.lines().filter_map(|line| Some(line.split_once(LINE)?.1)).collect();
    lines(&read.join("\n"))
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_copied_command_prints_what_is_shown() {
    let test = sixty();
    let copied = copied(&test, "Yc");
    assert_eq!(printed(&test, &copied), shown(), "{copied}");
    // Another root: the explorer would begin where it was left.
    let test = sixty();
    let copied = copied_of(&test, &NARROWED, "Yc");
    assert_eq!(printed(&test, &copied), narrowed(), "{copied}");
}

#[test]
fn a_copied_function_reads_what_is_shown() {
    let test = sixty();
    assert_eq!(copied(&test, "Yr"), include_str!("reproduced/view.rs"));
    assert_eq!(read(&test, "view"), shown());
    let test = sixty();
    assert_eq!(copied_of(&test, &NARROWED, "Yr"), include_str!("reproduced/sorted.rs"));
    assert_eq!(read(&test, "sorted"), narrowed());
}

/// Not a test: the copied function, where the environment asks for it.
#[tokio::test]
async fn reader() {
    let page = match std::env::var(READER).as_deref() {
        Ok("view") => view::read().await.unwrap(),
        Ok("sorted") => sorted::read().await.unwrap(),
        _ => return,
    };
    for record in page.records() {
        println!("{LINE}{}", Value::Object(record.fields));
    }
}

/// Needs pylance in the environment that the interop test makes; says so and passes where there is none.
#[test]
fn copied_python_reads_what_is_shown() {
    let Some(python) = python() else {
        eprintln!("skipped: there is no pylance here; `cargo xtask interop` gets one");
        return;
    };
    let test = sixty();
    let run = |test: &Test, code: &str| -> Vec<Value> {
        let code = code.replace(
            "print(table.to_pylist())",
            "import json\nprint(json.dumps(table.to_pylist()))",
        );
        let mut command = Command::new(&python);
        let ran = command.args(["-c", &code]).current_dir(test.path(".")).output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        serde_json::from_str(said.trim())
            .unwrap_or_else(|_| panic!("{code}\n{said}\n{}", String::from_utf8_lossy(&ran.stderr)))
    };
    assert_eq!(run(&test, &copied(&test, "Yp")), shown());
    let test = sixty();
    let in_sql = [("&text like 'note 1%'\r", " of 11 "), NARROWED[1], NARROWED[2]];
    assert_eq!(run(&test, &copied_of(&test, &in_sql, "Yp")), narrowed());
}

/// The interpreter of the environment with pylance.
fn python() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?;
    let folders = std::fs::read_dir(cache.join("lanceq")).ok()?.filter_map(Result::ok);
    let pythons = folders
        .filter(|folder| folder.file_name().to_string_lossy().starts_with("venv-pylance-"))
        .map(|folder| folder.path().join("bin").join("python"));
    pythons.into_iter().find(|python| python.exists())
}
