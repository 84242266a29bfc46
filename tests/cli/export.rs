//! `export`: files that `put` takes back, whole or not at all. And `keys`.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::console::{Console, command};
use crate::program::{Running, Test, ignores_hang_ups, lines};

/// Records of several kinds, the last ten of them buffered.
fn topic() -> (Test, Vec<Value>) {
    let record = |n: usize| {
        format!(
            "{{\"id\":{n},\"text\":\"a \\\"{n}\\\",\\nb\",\"real\":{:?},\"vec\":[{n},0.5],\"tags\":[\"x\"],\"in\":{{\"a\":{n}}},\"none\":null,\"some\":{}}}",
            n as f64 / 8.0,
            if n.is_multiple_of(3) { "null".into() } else { n.to_string() }
        )
    };
    let test = Test::new().topic("t", &lines(990, record));
    let more = lines(1000, record).lines().skip(990).fold(String::new(), |all, l| all + l + "\n");
    test.run_with(["put", "t", "-", "--no-flush"], more).code(0);
    let records = test.records("t");
    assert_eq!(records.len(), 1000);
    (test, records)
}

#[test]
fn what_was_exported_is_what_was_read() {
    let (test, records) = topic();
    for name in ["all.jsonl", "all.csv", "all.parquet", "all.arrow", "all.feather"] {
        test.run(["export", "t", name])
            .code(0)
            .stdout("")
            .stderr(&format!("exported 1000 records to {name}\n"));
        let copy = name.replace('.', "_");
        if name.ends_with("csv") {
            let lines = std::fs::read_to_string(test.path(name)).unwrap();
            assert!(lines.starts_with("id,text,real,vec,tags,in,some\n0,\"a \"\"0\"\",\nb\",0.0,"));
            continue;
        }
        test.run(["put", &copy, name]).code(0);
        assert_eq!(test.records(&copy), records, "{name}");
        let schema = |topic: &str| test.run(["schema", topic, "--json"]).code(0).json();
        if !name.ends_with("jsonl") {
            assert_eq!(schema(&copy), schema("t"), "{name} keeps the types");
        }
    }
    let left: Vec<_> =
        std::fs::read_dir(test.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".lanceq")), "{left:?}");
}

#[test]
fn an_export_chooses_as_get_does() {
    let (test, records) = topic();
    let export = |args: &[&str]| -> Vec<Value> {
        let command = ["export", "t", "-", "--format", "jsonl"];
        test.run(command.iter().chain(args)).code(0).stderr("").json_lines()
    };
    assert_eq!(export(&[]), records);
    assert_eq!(export(&["--limit", "3"]), records[..3]);
    assert_eq!(export(&["--at", "2"]), records[..990]);
    assert_eq!(
        export(&["--columns", "id", "--filter", "id >= 988 and id < 993"]),
        [988, 989, 990, 991, 992].map(|id| json!({"id": id}))
    );
    assert_eq!(export(&["--filter", "id >= 988", "--limit", "4"]), records[988..992]);
    assert_eq!(
        export(&["--exclude", "text,real,vec,tags,in,some", "--limit", "1"]),
        [json!({"id": 0})]
    );
    test.run(["export", "t", "-", "--format", "csv", "--filter", "id < 0", "--columns", "id,text"])
        .code(0)
        .stdout("id,text\n");
    let parquet = test.command(["export", "t", "-", "--format", "parquet"]).output().unwrap();
    assert!(parquet.status.success() && parquet.stdout.starts_with(b"PAR1"));
}

#[test]
fn an_export_replaces_no_file_unless_told_to() {
    let (test, _) = topic();
    let test = test.file("mine.jsonl", "precious");
    test.run(["export", "t", "mine.jsonl"])
        .code(1)
        .stderr("error: mine.jsonl exists\nhint: `--force` replaces it\n");
    assert_eq!(std::fs::read_to_string(test.path("mine.jsonl")).unwrap(), "precious");
    test.run(["export", "t", "mine.jsonl", "--force", "--limit", "1"]).code(0);
    assert_eq!(std::fs::read_to_string(test.path("mine.jsonl")).unwrap().lines().count(), 1);
}

#[test]
fn an_export_that_fails_leaves_nothing() {
    let (test, _) = topic();
    let files = || std::fs::read_dir(test.path("")).unwrap().count();
    let before = files();
    for (args, code, said) in [
        (["export", "t", "x.txt"].as_slice(), 2, "x.txt"),
        (&["export", "t", "x"], 2, "--format"),
        (&["export", "t", "-"], 2, "--format"),
        (&["export", "nope", "x.csv"], 1, "there is no topic `nope`"),
        (&["export", "t", "no/such/x.csv"], 1, "could not write no/such/x.csv"),
        (&["export", "t", "queue_storage", "--format", "csv"], 1, "is a folder"),
        (&["export", "t", "x.csv", "--columns", "nope"], 2, "`nope`"),
        (&["export", "t", "x.csv", "--filter", "id >"], 2, "`id >`"),
        (&["export", "t", "x.csv", "--filter", "cast(text as int) > 1"], 2, "cannot be computed"),
        (&["export", "t", "x.csv", "--at", "99"], 1, "no version 99"),
        (&["export", "t", "x.csv", "--limit", "-1"], 2, "--limit"),
        (&["export", "t"], 2, "<FILE>"),
    ] {
        test.run(args).code(code).stdout("").stderr_contains(said);
        assert_eq!(files(), before, "{args:?}");
    }
}

#[test]
fn a_cancelled_export_leaves_nothing() {
    let (test, _) = topic();
    let files = || std::fs::read_dir(test.path("")).unwrap().count();
    let before = files();
    // Enough for it to be under way when it is told to stop.
    for _ in 0..6 {
        let all = test.run(["export", "t", "-", "--format", "jsonl"]).code(0).stdout;
        test.run_with(["put", "t", "-"], all).code(0);
    }
    // A closed terminal may hang up twice: that is no second request.
    for signals in [&[Signal::INT][..], &[Signal::TERM], &[Signal::HUP, Signal::HUP]] {
        if signals[0] == Signal::HUP && ignores_hang_ups() {
            continue;
        }
        let mut command = test.command(["export", "t", "big.jsonl"]);
        command.stdin(Stdio::null());
        let export = Running::start(command);
        while files() == before {
            std::thread::yield_now();
        }
        for signal in signals {
            export.signal(*signal);
        }
        let (code, said) = export.end();
        assert_eq!(code, Some(130), "{signals:?}: {said}");
        assert!(said.contains("nothing is left behind"), "{signals:?}: {said}");
        assert_eq!(files(), before, "{signals:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_export_never_replaces_what_is_no_regular_file() {
    use std::os::unix::fs::FileTypeExt as _;

    let test = Test::new().topic("t", "{\"n\":1}\n");
    let socket = test.path("socket.jsonl");
    let _bound = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    for force in [&[][..], &["--force"]] {
        let export = ["export", "t", "socket.jsonl"];
        test.run(export.iter().chain(force))
            .code(1)
            .stderr("error: socket.jsonl is no regular file\nhint: `-` writes to stdout\n");
        assert!(std::fs::metadata(&socket).unwrap().file_type().is_socket());
    }
    #[cfg(target_os = "linux")]
    test.run(["export", "t", "/dev/fd/1", "--format", "jsonl", "--force"])
        .code(1)
        .stdout("")
        .stderr("error: /dev/fd/1 is no regular file\nhint: `-` writes to stdout\n");
    test.run(["export", "t", "queue_storage", "--format", "csv", "--force"])
        .code(1)
        .stderr("error: queue_storage is a folder\nhint: name a file in it\n");
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions_and_the_links_to_it() {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let test = Test::new().topic("t", "{\"n\":1}\n").file("mine.jsonl", "precious");
    fs::set_permissions(test.path("mine.jsonl"), Permissions::from_mode(0o640)).unwrap();
    symlink("mine.jsonl", test.path("link.jsonl")).unwrap();
    test.run(["export", "t", "link.jsonl"]).code(1).stderr_contains("link.jsonl exists");
    assert_eq!(fs::read_to_string(test.path("mine.jsonl")).unwrap(), "precious");
    test.run(["export", "t", "link.jsonl", "--force"]).code(0);
    assert_eq!(fs::read_to_string(test.path("mine.jsonl")).unwrap(), "{\"n\":1}\n");
    assert!(fs::symlink_metadata(test.path("link.jsonl")).unwrap().is_symlink());
    let mode = fs::metadata(test.path("mine.jsonl")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);

    symlink("gone.jsonl", test.path("dangling.jsonl")).unwrap();
    test.run(["export", "t", "dangling.jsonl", "--force"])
        .code(1)
        .stderr_contains("dangling.jsonl is a link to gone.jsonl, which does not exist");
    assert!(!test.path("gone.jsonl").exists());
}

#[test]
fn binary_forms_are_kept_from_a_terminal() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for format in ["parquet", "arrow"] {
        let mut console = Console::start(command(&test, ["export", "t", "-", "--format", format]));
        assert_eq!(console.end(), 2, "{format}");
        assert!(console.has("error: a terminal cannot show Parquet or Arrow"), "{format}");
        assert!(console.has("hint: redirect it into a file"), "{format}");
    }
    let mut console = Console::start(command(&test, ["export", "t", "-", "--format", "jsonl"]));
    assert_eq!(console.end(), 0);
    assert!(console.has("{\"n\":1}"));
}

#[test]
fn a_reader_that_had_enough_is_no_failure_of_any_form() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for format in ["jsonl", "csv", "parquet", "arrow"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut export = test.command(["export", "t", "-", "--format", format]);
        let done = export.stdout(writer).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!((done.status.code(), said.as_str()), (Some(0), ""), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_what_was_written_in_every_form() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for format in ["jsonl", "csv", "parquet", "arrow"] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut export = test.command(["export", "t", "-", "--format", format]);
        let done = export.stdout(full).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(1), "{format}: {said}");
        assert!(
            said.starts_with("error: could not write to stdout\n  cause: No space left on device"),
            "{format}: {said}"
        );
    }
}

#[test]
fn the_keys_are_those_of_the_documentation() {
    let test = Test::new();
    let page = include_str!("../../docs/keys.md");
    let keys = test.run(["keys", "--json"]).code(0).json();
    let entries = keys.as_array().unwrap();
    assert!(!entries.is_empty());
    for entry in entries {
        let names: Vec<_> = entry.as_object().unwrap().keys().collect();
        assert_eq!(names, ["action", "keys", "places", "title"]);
        assert!(page.contains(&format!("| `{}` |", entry["action"].as_str().unwrap())), "{entry}");
        assert!(entry["keys"].as_array().is_some_and(|keys| keys.iter().all(Value::is_string)));
    }
    let guide = include_str!("../../docs/cli.md");
    let sample = guide.split("`lanceq keys --json`").nth(1).unwrap();
    let sample = sample.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
    let sample: Vec<Value> = serde_json::from_str(sample).unwrap();
    assert!(!sample.is_empty() && sample.iter().all(|entry| entries.contains(entry)), "{sample:?}");
    let listed = test.run(["keys"]).code(0).stderr("").stdout;
    assert_eq!(listed.lines().count(), entries.len() + 1);
    assert!(listed.starts_with("ACTION"), "{listed}");
}
