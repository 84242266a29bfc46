//! The program itself on a dataset that kills whoever decodes it.

use std::fs;
use std::time::Instant;

use rustix::process::{Pid, Signal, test_kill_process};

use crate::console::{Console, command};
use crate::program::{PATIENCE, Test};

use super::corpus::foreign;
use super::damage::Damage;

/// Two datasets of another program, `bad` and `good`; in the former, a file of deleted rows has some bytes twice, so that
/// it asks for many gigabytes.
async fn deadly() -> Test {
    let test = Test::new().topic("own", "{\"n\":1}\n");
    for name in ["bad", "good"] {
        foreign(&test.root(&format!("{name}.lance")), false).await;
    }
    let folder = fs::read_dir(test.root("bad.lance/_deletions")).unwrap();
    let file = folder.map(|entry| entry.unwrap().path()).max().unwrap();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, Damage::Doubled(305, 49).to(&bytes)).unwrap();
    test
}

#[tokio::test]
async fn a_dataset_that_would_kill_the_program_is_an_error_and_the_others_are_read() {
    let test = deadly().await;
    test.run(["get", "bad"])
        .code(1)
        .stdout("")
        .stderr_contains("bad.lance was not read: decoding it takes more than 4 GiB of memory")
        .stderr_contains("hint: other topics are not affected");
    test.run(["get", "good", "-n", "1"]).code(0).stderr("").stdout_contains("\"id\":0");
    test.run(["ls"]).code(0).stdout_contains("good").stdout_contains("own");
}

#[tokio::test]
async fn without_the_screen_it_kills_the_program() {
    let test = deadly().await;
    let mut get = test.command(["get", "bad"]);
    // Its last words are long, and a core of it large.
    let done = get.env("LANCEQ_OFF", "screen").output().unwrap();
    assert_eq!(done.status.code(), None, "{done:?}");
}

#[tokio::test]
async fn the_explorer_shows_what_is_wrong_with_it_and_goes_on() {
    let test = deadly().await;
    let mut console = Console::start(command(&test, [] as [&str; 0]));
    console.shows("bad");
    // The topics are sorted: the first is the bad one.
    console.shows("was not read");
    console.type_in("\r");
    console.shows("GiB of memory");
    console.type_in("q");
    console.type_in("j\r");
    console.shows("number number 2");
    console.type_in("qq");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

/// What a program has started: the processes whose parent it is.
fn children(of: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{}/task", of.as_raw_nonzero())).into_iter();
    let read = |thread: fs::DirEntry| fs::read_to_string(thread.path().join("children")).ok();
    let listed: Vec<String> = threads.flatten().flatten().filter_map(read).collect();
    let listed = listed.concat();
    listed.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)).collect()
}

#[tokio::test]
async fn the_processes_that_try_reads_end_with_the_one_that_started_them_however_it_ends() {
    let test = deadly().await;
    let mut console = Console::start(command(&test, [] as [&str; 0]));
    console.shows("good");
    let started = Instant::now();
    let children = loop {
        let found = children(console.id());
        if !found.is_empty() {
            break found;
        }
        console.reads();
        assert!(started.elapsed() < PATIENCE, "nothing tries reads");
    };
    console.signal(Signal::KILL);
    let started = Instant::now();
    while children.iter().any(|id| test_kill_process(*id).is_ok()) {
        assert!(started.elapsed() < PATIENCE, "one of them lives on");
        console.reads();
    }
}
