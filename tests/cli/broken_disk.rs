//! A sync of the log that fails: nothing relies on it, every process hears of it, and opening anew heals.

use std::io::Write as _;
use std::process::Stdio;

use crate::program::{Running, Test};
use crate::put_ack::piped;

#[test]
fn a_failed_sync_acknowledges_nothing_and_is_told_to_processes_that_write_already() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    let (beside, mut to_beside) = piped(&test, &["put", "t", "--ack", "--durability", "os"]);
    to_beside.write_all(b"{\"n\":1}\n").unwrap();
    assert_eq!(beside.line(), "0 1");

    let mut command = test.command(["put", "t", "--ack", "--durability", "always"]);
    // The first is that of its recovery.
    command.stdin(Stdio::piped()).env("LANCEQ_FAIL", "log.sync:3");
    let mut broken = Running::start(command);
    let mut pipe = broken.child.stdin.take().unwrap();
    pipe.write_all(b"{\"n\":2}\n").unwrap();
    assert_eq!(broken.line(), "0 2");
    pipe.write_all(b"{\"n\":3}\n").unwrap();
    let (code, said) = broken.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("could not be made durable"), "{said}");
    assert!(said.contains("hint: open the writer again"), "{said}");

    to_beside.write_all(b"{\"n\":4}\n").unwrap();
    let (code, said) = beside.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a sync failed in another process"), "{said}");

    test.run(["put", "t", "--record", "{\"n\":5}"]).code(0);
    let found: Vec<_> = test.records("t").iter().map(|r| r["n"].as_u64().unwrap()).collect();
    // What was not acknowledged may be there: it was in the system's hands.
    assert_eq!(found, [0, 1, 2, 3, 5]);
}
