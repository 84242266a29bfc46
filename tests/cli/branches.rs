//! Branches, which other programs make: Lance itself stands for them here.

use lance::Dataset;
use lance::dataset::WriteMode;
use serde_json::json;

use crate::console::{Console, command};
use crate::hole::{commit, other_program};
use crate::program::{Running, Test};

/// A topic of three versions, the last one of three records, and a branch that began at the one before and has one of its own.
async fn branched() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n{\"n\":2}\n");
    let path = test.root("t/bucket_0/data.lance");
    let mut dataset = Box::pin(Dataset::open(path.to_str().unwrap())).await.unwrap();
    let branch = Box::pin(dataset.create_branch("what-if", 2, None)).await.unwrap();
    let mut branch = Box::pin(branch.checkout_branch("what-if")).await.unwrap();
    Box::pin(branch.delete("n = 1")).await.unwrap();
    other_program(&test, &[3], WriteMode::Append).await;
    test
}

#[tokio::test]
async fn a_branch_is_listed_and_read() {
    let test = branched().await;
    let listed = test.run(["branches", "t", "--json"]).code(0).json();
    let branch = &listed.as_array().unwrap()[0];
    assert!(branch["created"].as_str().unwrap().ends_with('Z'), "{branch}");
    let rest = json!({"bucket_id": 0, "branch": "what-if", "parent": null, "parent_version": 2,
        "created": branch["created"], "version": 3, "rows": 1, "error": null});
    assert_eq!(*branch, rest);
    test.run(["branches", "t"]).code(0).stdout_contains("what-if");
    let on = |command: &[&str]| test.run([command, &["--branch", "what-if"]].concat()).code(0);
    on(&["get", "t"]).stdout("{\"n\":2}\n");
    on(&["get", "t", "--at", "2"]).stdout("{\"n\":1}\n{\"n\":2}\n");
    on(&["schema", "t"]).stdout_contains("int64");
    let versions = on(&["versions", "t", "--json"]).json();
    let made: Vec<_> =
        versions.as_array().unwrap().iter().map(|v| v["operation"].clone()).collect();
    assert_eq!(made, ["delete", "clone"]);
    on(&["diff", "t", "2"]).stderr_contains("version 2 to 3: +0 ~0 -1");
    let file = test.path("branch.jsonl");
    on(&["export", "t", file.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "{\"n\":2}\n");
    test.run(["get", "t"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_is_followed_until_it_is_deleted() {
    let test = branched().await;
    let follow = ["tail", "t", "--branch", "what-if", "--from", "-1", "--with-offset"];
    let tail = Running::start(test.command(follow));
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":1,\"_buffered\":false,\"n\":2}");
    // Neither what is buffered nor what is committed beside the branch is on it.
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":4}"]).code(0);
    other_program(&test, &[5], WriteMode::Append).await;
    let path = test.root("t/bucket_0/data.lance");
    commit(&path.join("tree/what-if"), &[20, 21], WriteMode::Append).await;
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":2,\"_buffered\":false,\"n\":20}");
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":3,\"_buffered\":false,\"n\":21}");
    let filtered = ["tail", "t", "--branch", "what-if", "--from", "start", "--timeout", "0"];
    test.run([&filtered[..], &["--filter", "n > 20"]].concat()).code(0).stdout("{\"n\":21}\n");

    let mut dataset = Box::pin(Dataset::open(path.to_str().unwrap())).await.unwrap();
    Box::pin(dataset.delete_branch("what-if")).await.unwrap();
    let (code, stderr) = tail.end();
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("has no branch `what-if`; it has none at all"), "{stderr}");
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_named_with_those_that_are() {
    let test = branched().await;
    let commands: [&[&str]; 5] =
        [&["get", "t"], &["tail", "t"], &["versions", "t"], &["schema", "t"], &["diff", "t", "1"]];
    for command in commands {
        test.run([command, &["--branch", "x"]].concat())
            .code(1)
            .stderr_contains("topic `t`, bucket 0 has no branch `x`; it has `what-if`")
            .stderr_contains("`lanceq branches TOPIC` lists the branches");
    }
    let test = Test::new().topic("t", "{\"n\":1}\n");
    test.run(["branches", "t"]).code(0).stdout("").stderr("t has no branches\n");
    test.run(["branches", "t", "--json"]).code(0).stdout("[]\n");
}

#[tokio::test]
async fn a_clean_up_leaves_what_a_branch_stands_on() {
    let test = branched().await;
    test.run(["cleanup", "t", "--keep", "1"]).code(0);
    test.run(["get", "t", "--branch", "what-if", "--at", "2"])
        .code(0)
        .stdout("{\"n\":1}\n{\"n\":2}\n");
    test.run(["get", "t", "--at", "2"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_branch_is_opened_in_the_explorer_and_what_is_there_now_is_gone_back_to() {
    let test = branched().await;
    let mut console = Console::start(command(&test, ["open"]));
    console.shows("3 records");
    console.type_in("\rv");
    console.shows("⎇ b 1 branch");
    console.type_in("b");
    console.shows("⎇ what-if  from v 2  now v 3, 1 record");
    console.type_in("\r");
    console.shows("⎇ what-if v 3 of 3");
    console.shows("read-only view");
    console.type_in("[");
    console.shows("⎇ what-if v 2 of 3");
    console.type_in("\x1b");
    console.sees(|screen| !screen.contents().contains("read-only view"));
    console.type_in("\x03");
    console.end();
}
