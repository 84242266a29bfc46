//! The grammar: help and wrong use.

use crate::program::Test;

#[test]
fn wrong_use_is_exit_code_2_and_names_what_is_wrong() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for (args, named) in [
        (["get", "t", "--limit", "-1"].as_slice(), "--limit"),
        (&["get", "t", "--offset", "-5"], "--offset"),
        (&["get", "t", "--bucket", "-1"], "--bucket"),
        (&["tail", "t", "--limit", "-1"], "--limit"),
        (&["tail", "t", "--timeout", "-1"], "--timeout"),
        (&["tail", "t", "--from", "middle"], "--from"),
        (&["put", "t", "--flush-threshold", "0"], "--flush-threshold"),
        (&["put", "t", "--buckets", "0"], "--buckets"),
        (&["put", "t", "--durability", "0"], "--durability"),
        (&["put", "t", "--durability", "slow"], "milliseconds"),
        (&["put", "t", "--durability", "-5"], "--durability"),
        (&["put", "t", "--ack", "--dry-run"], "--dry-run"),
        (&["put", "t", "--durability", "memory", "--no-flush"], "lose the last records"),
        (&["flush", "--bucket", "0"], "<TOPIC>"),
        (&["repair"], "<TOPIC>"),
        (&["cleanup"], "<TOPIC>"),
        (&["cleanup", "t", "--keep", "0"], "--keep"),
        (&["cleanup", "t", "--older-than", "7"], "such as `0s`"),
        (&["retain"], "<TOPIC>"),
        (&["retain", "t", "--keep-records", "0"], "--keep-records"),
        (&["retain", "t", "--keep-bytes", "1 furlong"], "such as `500MB`"),
        (&["retain", "t", "--keep-age", "7"], "such as `0s`"),
        (&["retain", "t", "--off", "--now"], "--off"),
        (&["storage"], "<TOPIC>"),
        (&["get"], "<TOPIC>"),
        (&["get", "t", "--format", "xml"], "--format"),
        (&["get", "t", "--columns", "n", "--exclude", "n"], "--exclude"),
        (&["put", "t", "x.jsonl", "--record", "{}"], "--record"),
        (&["stat", "ls"], "stat"),
    ] {
        test.run(args).code(2).stdout("").stderr_contains(named);
    }
}

#[test]
fn every_command_has_help_on_stdout() {
    let test = Test::new();
    let help = test.run(["--help"]).code(0).stderr("");
    for command in [
        "open",
        "put",
        "flush",
        "compact",
        "repair",
        "cleanup",
        "retain",
        "get",
        "tail",
        "search",
        "sql",
        "export",
        "tag",
        "restore",
        "diff",
        "keys",
        "ls",
        "stats",
        "storage",
        "schema",
        "versions",
        "branches",
        "groups",
        "completions",
        "man",
        "bench",
        "demo",
    ] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command} is in the help");
        test.run([command, "--help"]).code(0).stdout_contains("Usage: ").stderr("");
    }
    test.run(["--version"]).code(0).stdout_contains(env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_explorer_says_that_it_needs_a_terminal() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for args in [[].as_slice(), &["queue_storage"], &["open"], &["demo"]] {
        test.run(args)
            .code(2)
            .stdout("")
            .stderr_contains("needs a terminal")
            .stderr_contains("hint: ");
    }
}

#[test]
fn every_option_is_documented() {
    let documented = include_str!("../../docs/cli.md");
    let test = Test::new();
    for command in [
        "put",
        "flush",
        "repair",
        "cleanup",
        "retain",
        "get",
        "tail",
        "search",
        "export",
        "tag",
        "restore",
        "keys",
        "ls",
        "stats",
        "storage",
        "schema",
        "versions",
        "branches",
        "groups",
        "completions",
        "man",
        "bench",
        "demo",
    ] {
        assert!(documented.contains(&format!("lanceq {command}")), "{command}");
        let help = test.run([command, "--help"]).stdout;
        let options = help.split_whitespace().filter(|word| word.starts_with("--"));
        for option in options.map(|word| word.trim_end_matches([',', '.', ':', ';', '`'])) {
            assert!(documented.contains(option), "{option} of {command} is not in docs/cli.md");
        }
    }
}

#[test]
fn a_first_word_that_is_no_command_is_said_with_the_one_that_was_meant() {
    let test = Test::new().topic("t", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    for (args, hint) in [
        (["gte", "films"].as_slice(), "hint: did you mean `get`?"),
        (&["serach", "t", "--like", "0"], "hint: did you mean `search`?"),
        (&["nope"], "hint: `lanceq --help` lists the commands"),
    ] {
        let said = format!("error: there is no command `{}`", args[0]);
        test.run(args).code(2).stdout("").stderr_contains(&said).stderr_contains(hint);
    }
    test.run(["get", "t", "-n", "2"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n");
    let tail = test.run(["tail", "t", "--from", "start", "-n", "1"]);
    tail.code(0).stdout("{\"n\":1}\n");
}

#[test]
fn a_root_that_is_missing_or_one_folder_too_high_is_said() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for command in ["get", "tail", "schema", "stats", "versions"] {
        test.run([command, "t", "--root", "missing"])
            .code(1)
            .stdout("")
            .stderr_contains("error: there is no folder ")
            .stderr_contains("missing\n");
    }
    test.run(["get", "t", "--root", "."])
        .code(1)
        .stderr_contains("hint: there is a queue_storage in it: --root ")
        .stderr_contains("/queue_storage\n");
    test.run(["put", "new", "--root", "made", "--record", "{\"n\":1}"]).code(0);
}
