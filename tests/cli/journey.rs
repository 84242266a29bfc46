//! One sitting in a real terminal, from a topic's tail to an older version and back, while another process writes.

use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::console::{Console, command};
use crate::program::{Running, Test};

const END: &str = "\x1b[F";
const DOWN: &str = "\x1b[B";
const PUT: &str = "\x10";

/// Another process that puts four records a second and flushes nothing.
struct OtherWriter {
    running: Running,
    feeder: Option<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
}

impl OtherWriter {
    fn start(test: &Test) -> Self {
        let mut command =
            test.command(["put", "notes", "-", "--no-flush", "--flush-threshold", "1000000"]);
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        let mut pipe = running.child.stdin.take().unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let told = is_over.clone();
        let feeder = std::thread::spawn(move || {
            for number in 0.. {
                let line = format!("{{\"id\":\"w{number}\",\"text\":\"written {number}\"}}\n");
                if told.load(Ordering::Acquire) || pipe.write_all(line.as_bytes()).is_err() {
                    return;
                }
                std::thread::park_timeout(Duration::from_millis(250));
            }
        });
        Self { running, feeder: Some(feeder), is_over }
    }

    /// Ends it; how many records it says that it put.
    fn end(mut self) -> String {
        self.is_over.store(true, Ordering::Release);
        self.feeder.take().unwrap().join().unwrap();
        let (code, said) = self.running.end();
        assert_eq!(code, Some(0), "{said}");
        said
    }
}

fn mark(screen: &str, text: &str) -> Option<char> {
    let line = screen.lines().find(|line| line.contains(text))?;
    line.chars().find(|mark| ['●', '■'].contains(mark))
}

#[test]
fn a_record_is_followed_found_copied_changed_put_flushed_and_left_for_an_older_version() {
    let note = |n: u32| format!("{{\"id\":\"{n}\",\"text\":\"note number {n}\"}}");
    let notes = (0..40).map(note).collect::<Vec<_>>().join("\n");
    let test = Test::new().topic("notes", &notes);
    let other = OtherWriter::start(&test);
    let mut console = Console::start(command(&test, ["open"]));

    // Follow, and hold still.
    console.shows("note number 3");
    console.type_in("\rf");
    console.shows("written 2");
    console.type_in(" ");
    console.shows("paused");

    // Find, copy, change, put.
    console.type_in("/written 2\r");
    console.shows("found `written 2`");
    console.type_in("c");
    console.shows("a copy of 0·42");
    console.type_in(&format!("{DOWN}{END} changed"));
    console.shows("written 2 changed");
    console.shows("✓ fits");
    console.type_in(PUT);
    console.shows("put · ");

    // It comes, buffered; a flush turns its mark, and that of what the other process put.
    console.type_in("G");
    console.sees(|screen| mark(&screen.contents(), "written 2 changed") == Some('●'));
    console.type_in("F");
    console.sees(|screen| mark(&screen.contents(), "written 2 changed") == Some('■'));
    console.shows("any key closes");
    console.type_in("\x1b");
    console.sees(|screen| !screen.contents().contains("any key closes"));

    // One version back it is not there; forward it is.
    console.type_in("\x1b");
    console.sees(|screen| !screen.contents().contains("tail of"));
    console.type_in("[");
    console.shows("read-only");
    console.type_in("G");
    console.shows("note number 39");
    console.sees(|screen| !screen.contents().contains("changed"));
    console.type_in("]");
    console.sees(|screen| !screen.contents().contains("read-only"));
    console.type_in("/changed\r");
    console.sees(|screen| mark(&screen.contents(), "written 2 changed") == Some('■'));

    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
    other.end();
    let all = test.records("notes");
    assert_eq!(all.iter().filter(|note| note["text"] == "written 2 changed").count(), 1);
}
