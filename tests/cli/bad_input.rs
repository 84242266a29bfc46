//! What people and programs get wrong: each has a clear error, an exit code, and nothing half put.

use std::fs;

use crate::program::Test;

#[test]
fn names_that_cannot_be_topics_are_wrong_use_and_make_nothing() {
    let long = "x".repeat(300);
    for name in ["../x", ".", "..", "a/b", "", &long, "bucket_0", "t.lance", "a\u{1b}[2Jb", "-"] {
        let test = Test::new();
        test.run_with(["put", "--", name], "{\"n\":1}\n")
            .code(2)
            .stderr_contains("error: ")
            .without_control_characters();
        assert!(!test.path("queue_storage").exists(), "{name:?}");
        assert!(!test.path("x").exists(), "{name:?}");
    }
}

#[test]
fn reading_a_name_that_leaves_the_root_finds_nothing() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for name in ["../queue_storage/t", ".", "", "t/bucket_0", "nope"] {
        for command in ["get", "tail", "stats", "schema", "versions"] {
            let ran = test.run([command, "--", name]);
            assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{ran:?}");
        }
    }
    test.run(["get", "nope"])
        .code(1)
        .stderr_contains("error: there is no topic `nope` in ")
        .stderr_contains("hint: `lanceq ls` lists the topics");
}

#[test]
fn a_root_that_is_a_file_is_named() {
    let test = Test::new().file("root", "x");
    for args in [
        ["ls", "--root", "root"].as_slice(),
        &["get", "t", "--root", "root"],
        &["put", "t", "--record", "{}", "--root", "root"],
    ] {
        test.run(args).code(1).stderr_contains("root is not a folder");
    }
}

#[test]
fn a_root_that_is_not_there_is_named_with_what_to_do() {
    Test::new().run(["ls"]).code(1).stderr_contains("queue_storage").stderr_contains("hint: ");
}

#[test]
fn the_root_comes_from_the_option_or_else_the_environment() {
    let test = Test::new();
    test.run(["put", "t", "--record", "{\"n\":1}", "--root", "here"]).code(0);
    assert!(test.path("here/t").exists());
    let mut command = test.command(["ls"]);
    command.env("LANCEQ_ROOT", test.path("here"));
    let listed = command.output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("t "), "{listed:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let test = Test::new().file("empty.jsonl", "").file("blank.jsonl", "\n\n");
    fs::create_dir(test.path("folder")).unwrap();
    for (file, said) in [
        ("nope.jsonl", "could not read nope.jsonl"),
        ("folder", "folder is a folder"),
        ("empty.jsonl", "empty.jsonl is empty"),
        ("blank.jsonl", "blank.jsonl is empty"),
    ] {
        test.run(["put", "t", file]).code(1).stderr_contains(said);
    }
    assert!(!test.has_topic("t"));
}

/// Lines that are refused, and what is said of them.
const REFUSED: [(&str, &str); 9] = [
    ("{\"a\":1,}", "line 2, column 8: "),
    ("{\"a\":1", "line 2, column 6: "),
    ("[1,2]", "line 2, column 1: expected an object, found list of 2"),
    ("42", "line 2, column 1: expected an object, found integer 42"),
    ("null", "line 2, column 1: expected an object, found null"),
    ("{\"a\":NaN}", "line 2, column 6: "),
    ("{\"a\":1,\"a\":2}", "the key a is there twice"),
    ("{\"a\":9223372036854775808}", "9223372036854775808"),
    ("{\"a\":99999999999999999999}", "99999999999999999999"),
];

#[test]
fn a_line_that_is_no_record_is_told_by_line_column_and_reason() {
    for (line, said) in REFUSED {
        let test = Test::new().file("t.jsonl", format!("{{\"a\":1}}\n{line}\n"));
        test.run(["put", "t", "t.jsonl"])
            .code(1)
            .stderr_contains("t.jsonl, line 2")
            .stderr_contains(said);
        assert!(!test.has_topic("t"), "{line}");
        test.run_with(["put", "t"], format!("{{\"a\":1}}\n{line}\n{{\"a\":2}}\n"))
            .code(1)
            .stderr_contains("stopped: put 1 record into t")
            .stderr_contains("stdin, line 2");
        assert_eq!(test.records("t").len(), 1, "{line}");
    }
}

#[test]
fn names_that_no_field_can_have_are_refused_with_their_line() {
    for name in ["a.b", "", "_rowid", "_offset", "tab\\there"] {
        let test = Test::new().file("t.jsonl", format!("{{\"ok\":1}}\n{{\"{name}\":1}}\n"));
        test.run(["put", "t", "t.jsonl"])
            .code(1)
            .stderr_contains("t.jsonl, line 2: ")
            .without_control_characters();
        assert!(!test.has_topic("t"), "{name}");
        test.run(["put", "t", "t.jsonl", "--on-error", "skip"])
            .code(0)
            .stderr_contains("refused 1");
        test.run(["get", "t"]).stdout("{\"ok\":1}\n");
    }
}

#[test]
fn a_vector_of_the_wrong_length_is_refused_with_both_lengths() {
    let test = Test::new().topic("t", "{\"embedding\":[0.1,0.2,0.3]}\n");
    test.run(["put", "t", "--record", "{\"embedding\":[1,2]}"])
        .code(1)
        .stderr_contains("field `embedding`: expected 3 items, found 2");
    assert_eq!(test.records("t").len(), 1);
}

#[test]
fn bytes_that_command_a_terminal_reach_none() {
    let escapes = "\\u0000\\u001b[2J\\u009b31m\\u202e\\r\\n";
    let test = Test::new().topic("t", &format!("{{\"s\":\"{escapes}\"}}\n"));
    test.run(["get", "t", "--format", "table"])
        .code(0)
        .without_control_characters()
        .stdout_contains("␀␛[2J");
    // JSON keeps the value, in escapes.
    let read: serde_json::Value = test.records("t").remove(0);
    assert_eq!(read["s"], "\0\u{1b}[2J\u{9b}31m\u{202e}\r\n");
    test.run(["put", "t", "--record", &format!("{{\"s\":{{\"{escapes}\":1}}}}")])
        .code(1)
        .without_control_characters();
    test.run(["get", "\u{1b}[2J"]).without_control_characters();
}

#[test]
fn a_record_of_16_mib_arrives_whole() {
    let long = "x".repeat(16 << 20);
    let test = Test::new().file("t.jsonl", format!("{{\"s\":\"{long}\"}}\n{{\"s\":\"short\"}}\n"));
    test.run(["put", "t", "t.jsonl"]).code(0);
    let records = test.records("t");
    assert_eq!(records[0]["s"].as_str().unwrap().len(), 16 << 20);
    assert_eq!(records[1]["s"], "short");
}

#[test]
fn no_permission_is_said_with_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;

    let test = Test::new();
    fs::create_dir(test.path("queue_storage")).unwrap();
    fs::set_permissions(test.path("queue_storage"), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(test.root("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return;
    }
    test.run(["put", "t", "--record", "{\"n\":1}"])
        .code(1)
        .stderr_contains("queue_storage")
        .stderr_contains("hint: ");
}
