//! `storage`: what a topic takes on disk, and the commands that are worth it.

use serde_json::json;

use crate::program::Test;

#[test]
fn columns_versions_and_advice_are_told_and_the_advised_command_works() {
    let test = Test::new().topic("t", "{\"n\":1,\"text\":\"one\"}\n");
    for n in 2..=16 {
        let record = format!("{{\"n\":{n},\"text\":\"number {n}\"}}");
        test.run(["put", "t", "--record", &record, "--no-maintenance"]).code(0);
    }
    let told = test.run(["storage", "t"]).code(0);
    for part in ["column", "n", "int64", "text", "utf8", "16 fragments", "version", "append", "log"]
    {
        assert!(told.stdout.contains(part), "{part}: {}", told.stdout);
    }
    told.stderr_contains(
        "t, bucket 0: 16 small fragments could be 1: `lanceq compact t --bucket 0`",
    );
    test.run(["compact", "t", "--bucket", "0"]).code(0);
    test.run(["storage", "t", "--bucket", "0"]).code(0).stderr("").stdout_contains("1 fragment");
    let storage = test.run(["storage", "t", "--json"]).code(0).json();
    let bucket = &storage[0];
    assert_eq!(
        (&bucket["records"], &bucket["files"], &bucket["files_read"]),
        (&json!(16), &json!(1), &json!(1))
    );
    assert_eq!(bucket["columns"][0]["type"], "int64");
    assert_eq!(bucket["versions"][0]["operation"], "compact");
    assert_eq!(bucket["advice"], json!([]));
    test.run(["storage", "t", "--bucket", "7"]).code(1).stderr_contains("bucket");
    test.run(["storage", "none"]).code(1).stderr_contains("there is no topic `none`");
}
