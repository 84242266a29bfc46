//! A damaged dataset among sound ones.

use std::fs;

use lance::dataset::WriteMode;

use crate::hole::other_program;
use crate::program::Test;

/// Three topics, of which `b` has a head manifest that is empty.
fn one_of_three_is_broken() -> Test {
    let test =
        ["a", "b", "c"].iter().fold(Test::new(), |test, name| test.topic(name, "{\"n\":1}\n"));
    let versions = test.root("b").join("bucket_0/data.lance/_versions");
    for manifest in fs::read_dir(versions).unwrap() {
        fs::write(manifest.unwrap().path(), b"").unwrap();
    }
    test
}

#[test]
fn it_is_listed_with_its_error_and_the_others_are_as_they_were() {
    let test = one_of_three_is_broken();
    let listed = test.run(["ls", "--json"]).code(0).json();
    let found: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (&t["topic"], t["total_count"].as_u64()))
        .collect();
    assert_eq!(found.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [Some(1), None, Some(1)]);
    assert!(listed[1]["error"].as_str().unwrap().contains("data.lance"), "{listed}");
    test.run(["ls"]).code(0).stdout_contains("✗ ");
}

#[test]
fn stats_of_all_has_the_sound_ones_and_fails() {
    let ran = one_of_three_is_broken()
        .run(["stats", "--json"])
        .code(1)
        .stderr_contains("1 of 3 topics could not be read");
    assert_eq!(ran.json().as_array().unwrap().len(), 2);
}

#[test]
fn reading_it_fails_and_names_the_dataset() {
    let test = one_of_three_is_broken();
    for command in ["get", "tail", "stats", "versions"] {
        test.run([command, "b"]).code(1).stderr_contains("error: ").stderr_contains("data.lance");
    }
    test.run(["get", "a"]).code(0).stdout("{\"n\":1}\n");
}

#[tokio::test]
async fn a_head_that_cannot_be_read_is_told_to_readers_and_healed_by_writers() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    other_program(&test, &[7], WriteMode::Append).await;
    let head = format!("t/bucket_0/data.lance/_versions/{:020}.manifest", u64::MAX - 3);
    fs::write(test.root(&head), "").unwrap();
    test.run(["get", "t"])
        .code(0)
        .stdout("{\"n\":0}\n")
        .stderr_contains("versions cannot be read; an older one is shown")
        .stderr_contains("passed_over=[3] version=2");
    test.run(["put", "t", "--record", "{\"n\":1}"])
        .code(0)
        .stderr_contains(
            "note: t, bucket 0: version 3 could not be read: its manifest is empty; kept in ",
        )
        .stderr_contains("; how many records are lost cannot be known");
    test.run(["get", "t"]).code(0).stdout("{\"n\":0}\n{\"n\":1}\n").stderr("");
}
