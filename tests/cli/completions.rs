//! What a shell is told of how a line may go on, asked as the shell asks.

use std::path::Path;
use std::process::Command;

use crate::program::{PROGRAM, Test};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// A topic of two buckets with a tag and a group, and one of another program beside it.
fn root() -> Test {
    let films = "{\"id\":1,\"title\":\"Up\"}\n{\"id\":2,\"title\":\"Coco\"}\n{\"id\":3,\"title\":\"Luca\"}\n";
    let test = Test::new();
    test.run_with(["put", "films", "-", "--buckets", "2"], films).code(0);
    test.run(["tag", "films", "seen"]).code(0);
    test.run(["tail", "films", "--group", "trainer", "--timeout", "0.1"]).code(0);
    copied(&Path::new(HERE).join("tests/fixtures/foreign/chats.lance"), &test.root("chats.lance"));
    test
}

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// How the last of these words may go on, as bash is told.
fn offered(test: &Test, words: &[&str]) -> Vec<String> {
    let mut command = test.command(["--"].iter().chain(words));
    command.env("LANCEQ_COMPLETE", "bash").env("_CLAP_IFS", "\n");
    command.env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string());
    let done = command.output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{words:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// The same without options.
fn names(test: &Test, words: &[&str]) -> Vec<String> {
    offered(test, words).into_iter().filter(|name| !name.starts_with('-')).collect()
}

#[test]
fn names_are_those_of_the_root_that_the_line_means() {
    let test = root();
    let elsewhere = Test::new();
    let root = test.path("queue_storage");
    let root = root.to_str().unwrap();
    for (words, expected) in [
        (["get", ""].as_slice(), ["chats", "films"].as_slice()),
        (&["get", "f"], &["films"]),
        (&["get", "x"], &[]),
        (&["get", "films", "--columns", ""], &["id", "title"]),
        (&["get", "films", "--columns", "id,t"], &["id,title"]),
        (&["get", "films", "--bucket", ""], &["0", "1"]),
        (&["tail", "films", "--group", ""], &["trainer"]),
        (&["groups", "films", ""], &["trainer"]),
        (&["tag", "films", "s"], &["seen"]),
        (&["restore", "films", "se"], &["seen"]),
        (&["diff", "films", "1", "s"], &["seen"]),
        (&["get", "chats", "--columns", "m"], &["messages"]),
        (&["export", "films", "--exclude", "t"], &["title"]),
        (&["get", "films", "--at", "s"], &["seen"]),
    ] {
        let here: Vec<&str> = ["lanceq"].iter().chain(words).copied().collect();
        assert_eq!(names(&test, &here), expected, "{words:?}");
        let there: Vec<&str> = ["lanceq", "--root", root].iter().chain(words).copied().collect();
        assert_eq!(names(&elsewhere, &there), expected, "{words:?} with --root");
    }
    assert_eq!(names(&test, &["lanceq", "create", ""]), [""; 0], "no name that is taken");
    test.run_with(["put", "gone", "-"], "{\"id\":1}\n").code(0);
    test.run(["delete", "gone", "--yes"]).code(0);
    let trashed = names(&test, &["lanceq", "trash", "--restore", ""]);
    assert!(trashed.len() == 1 && trashed[0].starts_with("gone-"), "{trashed:?}");
    let states = names(&test, &["lanceq", "get", "films", "--at", ""]);
    assert_eq!(states.first().map(String::as_str), Some("seen"), "tags first: {states:?}");
    assert!(states.contains(&"1".to_owned()), "then versions: {states:?}");
}

#[test]
fn commands_and_options_are_completed_too() {
    let test = Test::new();
    assert_eq!(offered(&test, &["lanceq", "comp"]), ["compact", "completions"]);
    assert_eq!(offered(&test, &["lanceq", "get", "t", "--with"]), ["--with-offset"]);
    assert_eq!(names(&test, &["lanceq", "get", "t", "--format", "js"]), ["jsonl", "json"]);
    let commands = names(&test, &["lanceq", ""]);
    assert!(commands.contains(&"put".to_owned()), "{commands:?}");
    assert!(!commands.iter().any(|name| name.starts_with("__")), "what is not for people");
}

#[test]
fn what_cannot_be_found_is_not_offered_and_nothing_is_said() {
    let test = root().file("queue_storage/films/topic.json", "{\"format\": 1, broken");
    std::fs::create_dir_all(test.root("$(touch gone)/data.lance")).unwrap();
    assert_eq!(
        names(&test, &["lanceq", "get", ""]),
        ["chats", "films"],
        "no word that a shell runs"
    );
    assert_eq!(names(&test, &["lanceq", "get", "films", "--columns", ""]), [""; 0]);
    assert_eq!(names(&test, &["lanceq", "get", "none", "--columns", ""]), [""; 0]);
    assert_eq!(
        names(&test, &["lanceq", "get", "t", "--root", "nowhere", "--columns", ""]),
        [""; 0]
    );
    let empty = Test::new();
    assert_eq!(names(&empty, &["lanceq", "get", ""]), [""; 0]);
    assert!(!empty.path("queue_storage").exists(), "looking makes no root");
}

#[test]
fn every_shell_gets_a_script_that_asks_the_program() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        Test::new()
            .run(["completions", shell])
            .code(0)
            .stderr("")
            .stdout_contains("LANCEQ_COMPLETE")
            .stdout_contains("lanceq");
    }
    Test::new().run(["completions", "csh"]).code(2).stdout("").stderr_contains("possible values");
}

/// Runs a script in a shell that finds the program; none where there is no such shell.
fn in_shell(test: &Test, shell: &str, script: &str) -> Option<String> {
    let programs = Path::new(PROGRAM).parent().unwrap().display();
    let path = format!("{programs}:{}", std::env::var("PATH").unwrap_or_default());
    let done = Command::new(shell)
        .args(["-c", script])
        .current_dir(test.path("."))
        .env("PATH", path)
        .env_remove("LANCEQ_ROOT")
        .output();
    let Ok(done) = done else {
        eprintln!("skipped: there is no {shell}");
        return None;
    };
    assert!(done.status.success(), "{shell}: {done:?}");
    Some(String::from_utf8(done.stdout).unwrap())
}

#[test]
fn bash_completes_a_line_by_the_script() {
    let script = "source <(lanceq completions bash)
        COMP_WORDS=(lanceq get films --columns ''); COMP_CWORD=4; COMP_TYPE=9
        _clap_complete_lanceq lanceq '' --columns
        printf '%s\\n' \"${COMPREPLY[@]}\"; complete -p lanceq";
    let Some(said) = in_shell(&root(), "bash", script) else { return };
    let completed: Vec<&str> = said.lines().collect();
    assert_eq!(completed.get(..2), Some(["id", "title"].as_slice()), "{said}");
    assert!(said.contains("-F _clap_complete_lanceq lanceq"), "{said}");
}

#[test]
fn fish_completes_a_line_by_the_script() {
    let script =
        "lanceq completions fish | source; complete --do-complete 'lanceq get films --columns '";
    let Some(said) = in_shell(&root(), "fish", script) else { return };
    assert!(said.lines().any(|line| line.starts_with("title")), "{said}");
}

#[test]
fn zsh_completes_a_line_by_the_script() {
    // What it completes goes to its line editor only, through these two.
    let script = "compdef() { : }; _describe() { print -l -- ${(P)3} }
        source <(lanceq completions zsh)
        words=(lanceq get films --columns ''); CURRENT=5
        _clap_dynamic_completer_lanceq";
    let Some(said) = in_shell(&root(), "zsh", script) else { return };
    assert_eq!(said.lines().take(2).collect::<Vec<_>>(), ["id", "title"], "{said}");
}

#[test]
fn zsh_completes_the_first_line_for_which_it_loads_the_script() {
    let script = "compdef() { : }; _describe() { print -l -- ${(P)3} }
        lanceq completions zsh > _lanceq; fpath=($PWD $fpath); autoload -Uz _lanceq
        words=(lanceq get ''); CURRENT=3
        _lanceq";
    let Some(said) = in_shell(&root(), "zsh", script) else { return };
    assert!(said.lines().any(|line| line.starts_with("films")), "{said}");
}
