//! Whatever ends the explorer, the terminal is as it was, the exit code says what ended it, and stderr says why.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::console::{Console, command, of_program};
use crate::program::{PATIENCE, PROGRAM, Test};

/// Names the root, in the copy of this binary that owns a terminal.
const OWNED: &str = "LANCEQ_TEST_OWNED_TERMINAL";

fn one_topic() -> Test {
    Test::new().topic("notes", "{\"text\":\"the first note\"}\n")
}

fn explorer(test: &Test) -> Console {
    let mut console = Console::start(command(test, ["open"]));
    console.shows("the first note");
    console
}

#[test]
fn a_key_and_each_signal_give_the_terminal_back_and_say_so_in_the_exit_code() {
    let test = one_topic();
    for (signal, code) in
        [(None, 0), (Some(Signal::HUP), 129), (Some(Signal::INT), 130), (Some(Signal::TERM), 143)]
    {
        let mut console = explorer(&test);
        match signal {
            Some(signal) => console.signal(signal),
            None => console.type_in("q"),
        }
        assert_eq!(console.end(), code, "{signal:?}");
        console.is_as_it_was();
    }
}

/// The explorer, which panics when it passes a place for the N-th time.
#[cfg(debug_assertions)]
fn faulty(test: &Test, fault: &str) -> Console {
    let mut command = command(test, ["open"]);
    command.env("LANCEQ_PANIC", fault);
    Console::start(command)
}

/// What the reports in the folder of a test say.
#[cfg(debug_assertions)]
fn reports(test: &Test) -> Vec<String> {
    let files = fs::read_dir(test.path(".")).unwrap().map(|file| file.unwrap());
    let ours = files.filter(|file| file.file_name().to_string_lossy().starts_with("lanceq-fault-"));
    ours.map(|file| fs::read_to_string(file.path()).unwrap()).collect()
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_in_an_update_or_a_view_gives_the_terminal_back_and_leaves_a_report() {
    for place in ["update", "view"] {
        let test = one_topic();
        // The first frame or answer passes: the screen is the explorer's when it happens. How many frames there are
        // depends on what comes together.
        let mut console = faulty(&test, &format!("{place}:2"));
        assert_eq!(console.end(), 1, "{place}");
        console.is_as_it_was();
        let message = format!("a fault on purpose in {place}");
        for said in [
            message.as_str(),
            "the report of a fault is in ",
            "error: the explorer ended because of a fault of its own",
        ] {
            assert!(console.has(said), "{place}: {said:?} is not said");
        }
        let [report] = &reports(&test)[..] else { panic!("one report") };
        assert!(report.contains(&message) && report.contains("lanceq::tui"), "{report}");
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_in_a_load_is_shown_in_its_place_and_ends_nothing() {
    let test = one_topic();
    let mut console = faulty(&test, "load:2");
    console.shows("✗ a fault of lanceq itself: a fault on purpose in load");
    console.shows("the whole report is in ");
    console.type_in("r");
    console.shows("the first note");
    console.type_in("q");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
    assert_eq!(reports(&test).len(), 1);
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_in_the_background_is_told_and_ends_nothing() {
    let test = one_topic();
    let mut console = faulty(&test, "task");
    console.shows("the first note");
    test.run(["put", "notes", "--record", "{\"text\":\"the second note\"}"]).code(0);
    console.shows("a fault of lanceq itself: a fault on purpose in task");
    console.sees(|screen| {
        let shown = screen.contents();
        screen.alternate_screen() && shown.contains("Topics") && !shown.contains("panicked at")
    });
    console.type_in("rq");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
    assert!(console.has("the report of a fault is in "));
}

#[test]
fn control_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let test = one_topic();
    let script = format!("set -m; {PROGRAM} open; echo it is stopped; read go; fg; echo left $?");
    let mut console = Console::start(of_program(&test, "sh", ["-c", &script]));
    console.shows("the first note");
    console.type_in("\x1a");
    console.shows("it is stopped");
    console.is_as_it_was();
    console.type_in("\r");
    console
        .sees(|screen| screen.alternate_screen() && screen.contents().contains("the first note"));
    console.type_in("q");
    console.shows("left 0");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

#[test]
fn where_there_is_no_shell_control_z_changes_nothing() {
    let test = one_topic();
    let mut console = explorer(&test);
    console.type_in("\x1a");
    while console.times_taken() < 2 {
        console.reads();
    }
    console.type_in("?");
    console.sees(|screen| screen.alternate_screen() && screen.contents().contains(" Keys "));
    console.type_in("qq");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

/// The shell between keeps the signal away that would tell: what is left is the end of the terminal itself.
#[expect(
    clippy::disallowed_methods,
    reason = "a process that is no child of ours cannot be waited for"
)]
#[test]
fn a_terminal_that_goes_away_without_a_signal_ends_it() {
    let test = one_topic();
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["terminal::owns_a_terminal", "--exact", "--nocapture"])
        .env(OWNED, test.path("."))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(owner.stdout.take().unwrap());
    assert!(said.lines().any(|line| line.unwrap().contains("the screen is there")));
    owner.kill().unwrap();
    owner.wait().unwrap();
    let begun = Instant::now();
    let code = loop {
        let code = fs::read_to_string(test.path("code")).unwrap_or_default();
        if code.ends_with('\n') {
            break code;
        }
        assert!(begun.elapsed() < PATIENCE, "the explorer goes on without a terminal");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(code, "129\n");
}

/// Not a test: has the explorer in a terminal until it is killed, and the terminal goes with it.
#[test]
fn owns_a_terminal() {
    let Some(folder) = std::env::var_os(OWNED) else { return };
    let test = Test::at(PathBuf::from(folder));
    let script = format!("trap '' HUP; {PROGRAM} open; echo $? > code");
    let mut console = Console::start(of_program(&test, "sh", ["-c", &script]));
    console.shows("the first note");
    println!("the screen is there");
    loop {
        std::thread::park();
    }
}
