//! Links in a root that lead out of it: refused, named, and followed where that is asked for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::program::Test;

/// A root with a topic, and beside it a folder with another one.
fn two_roots() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    test.run(["--root", "elsewhere", "put", "out", "--record", "{\"n\":7}"]).code(0);
    test
}

/// Replaces a file or folder by a link to where it lies now, out of the root.
fn move_out(test: &Test, path: &str) {
    let outside = test.path("outside");
    fs::create_dir_all(&outside).unwrap();
    let moved = outside.join(Path::new(path).file_name().unwrap());
    fs::rename(test.root(path), &moved).unwrap();
    symlink(&moved, test.root(path)).unwrap();
}

#[test]
fn whatever_of_a_topic_is_a_link_out_of_the_root_is_refused_and_named() {
    for part in [
        "t",
        "t/topic.json",
        "t/bucket_0",
        "t/bucket_0/data.lance",
        "t/bucket_0/data.lance/_versions",
        "t/bucket_0/data.lance/data",
        "t/bucket_0/wal",
    ] {
        let test = Test::new();
        test.run_with(["put", "t", "--no-flush"], "{\"n\":1}\n").code(0);
        test.run_with(["put", "t"], "{\"n\":2}\n").code(0);
        move_out(&test, part);
        let link = format!("{part} leads out of the root, to ");
        for command in [&["get", "t"][..], &["put", "t", "--record", "{\"n\":3}"], &["flush", "t"]]
        {
            let ran = test.run(command).code(1).stderr_contains(&link);
            ran.stderr_contains("hint: see who made it; `--follow-links`");
        }
        test.run(["ls"]).code(0).stdout_contains("✗ ").stdout_contains(&link);
        test.run(["--follow-links", "get", "t"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n");
    }
}

#[test]
fn a_single_file_that_is_a_link_out_of_the_root_is_refused() {
    for folder in ["data", "_versions"] {
        let test = Test::new().topic("t", "{\"n\":1}\n");
        let folder = format!("t/bucket_0/data.lance/{folder}");
        let files = fs::read_dir(test.root(&folder)).unwrap().map(|entry| entry.unwrap());
        let names: Vec<_> = files.map(|file| file.file_name().into_string().unwrap()).collect();
        for name in names {
            move_out(&test, &format!("{folder}/{name}"));
        }
        test.run(["get", "t"]).code(1).stderr_contains("leads out of the root, to ");
        test.run(["get", "t", "--follow-links"]).code(0).stdout("{\"n\":1}\n");
    }
}

#[test]
fn links_within_the_root_and_a_root_that_is_a_link_are_followed() {
    let test = two_roots();
    symlink("t", test.root("again")).unwrap();
    test.run(["get", "again"]).code(0).stdout("{\"n\":1}\n");
    symlink(test.path("elsewhere"), test.path("link")).unwrap();
    test.run(["--root", "link", "get", "out"]).code(0).stdout("{\"n\":7}\n");
    test.run(["--root", "link", "put", "out", "--record", "{\"n\":8}"]).code(0);
}

#[test]
fn a_topic_beside_one_that_leads_out_is_read() {
    let test = two_roots();
    symlink(test.path("elsewhere/out"), test.root("out")).unwrap();
    test.run(["get", "t"]).code(0).stdout("{\"n\":1}\n");
    test.run(["stats", "--json"]).code(1).stderr_contains("1 of 2 topics could not be read");
}
