//! The explorer in a real terminal: this test program starts itself in one, as the explorer.

use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use super::flows::many_topics;
use crate::Engine;
use crate::tui::{Options, run};

/// Names the root, in the program that is to be the explorer.
const ROOT: &str = "LANCEQ_TEST_EXPLORER_ROOT";
const PATIENCE: Duration = Duration::from_secs(20);

/// Not a test: the explorer, where the environment names a root. SIGUSR1 makes it panic.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn explorer() {
    let Some(root) = std::env::var_os(ROOT) else { return };
    let mut asked = signal(SignalKind::user_defined1()).unwrap();
    tokio::spawn(async move {
        asked.recv().await;
        panic!("a fault on purpose");
    });
    let engine = Engine::open(root).await.unwrap();
    let ended = run(engine, Options::default()).await;
    println!("ended: {ended:?}");
}

/// A terminal with the explorer in it.
struct Console {
    screen: vt100::Parser,
    output: Receiver<Vec<u8>>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

impl Console {
    fn start(root: &TempDir) -> Self {
        let size = PtySize { rows: 30, cols: 110, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", "tui::tests::pty::explorer"]);
        command.env(ROOT, root.path().join("queues"));
        command.env("TMPDIR", root.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { screen: vt100::Parser::new(30, 110, 0), output, master: pair.master, child }
    }

    /// Waits for a screen that fits.
    fn sees(&mut self, fits: impl Fn(&vt100::Screen) -> bool) {
        let begun = Instant::now();
        while !fits(self.screen.screen()) {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(RecvTimeoutError::Timeout) if begun.elapsed() < PATIENCE => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("that never showed:\n{}", self.screen.screen().contents())
                }
            }
        }
    }

    fn shows(&mut self, text: &str) {
        self.sees(|screen| screen.contents().contains(text));
    }

    /// Waits until the terminal is as it was, and the program has said how it ended.
    fn is_restored_and_says(&mut self, text: &str) {
        self.sees(|screen| !screen.alternate_screen() && screen.contents().contains(text));
        let screen = self.screen.screen();
        assert!(!screen.hide_cursor() && !screen.bracketed_paste());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    fn type_in(&mut self, keys: &str) {
        self.master.take_writer().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Time that the program uses in so many seconds, in hundredths of a second.
    fn ticks_in(&self, seconds: u64) -> u64 {
        let before = self.ticks();
        let begun = Instant::now();
        while let Some(left) = Duration::from_secs(seconds).checked_sub(begun.elapsed()) {
            self.output.recv_timeout(left).ok();
        }
        self.ticks() - before
    }

    /// Time that the program has used, in hundredths of a second.
    fn ticks(&self) -> u64 {
        let stat = format!("/proc/{}/stat", self.child.process_id().unwrap());
        let stat = std::fs::read_to_string(stat).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn it_shows_topics_follows_keys_and_leaves_the_terminal_as_it_was() {
    let root = TempDir::new().unwrap();
    many_topics(&root, 3).await;
    let mut console = Console::start(&root);
    console.shows("notes_0002");
    assert!(console.screen.screen().alternate_screen());
    console.type_in("?q\x1b[B\r\rqqq");
    console.is_restored_and_says("ended: Ok(ByUser)");
}

#[tokio::test]
async fn a_signal_leaves_the_terminal_as_it_was() {
    use rustix::process::Signal;
    let root = TempDir::new().unwrap();
    many_topics(&root, 3).await;
    let signals =
        [(Signal::TERM, "Terminate"), (Signal::HUP, "HangUp"), (Signal::INT, "Interrupt")];
    for (signal, name) in signals {
        let mut console = Console::start(&root);
        console.shows("notes_0002");
        console.signal(signal);
        console.is_restored_and_says(&format!("ended: Ok(BySignal({name}))"));
    }
}

#[tokio::test]
async fn a_panic_of_another_task_is_told_and_ends_nothing() {
    let root = TempDir::new().unwrap();
    many_topics(&root, 3).await;
    let mut console = Console::start(&root);
    console.shows("notes_0002");
    console.signal(rustix::process::Signal::USR1);
    console.sees(|screen| {
        let text = screen.contents();
        screen.alternate_screen()
            && text.contains("a fault of lanceq itself: a fault on purpose")
            && text.contains("notes_0002")
            && !text.contains("panicked at")
    });
    console.type_in("q");
    console.is_restored_and_says("ended: Ok(ByUser)");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_thousand_topics_at_rest_take_less_than_half_a_percent_of_a_processor() {
    let root = TempDir::new().unwrap();
    many_topics(&root, 1000).await;
    let mut console = Console::start(&root);
    console.sees(|screen| {
        let text = screen.contents();
        text.contains("notes_0020") && !text.contains("·····")
    });
    // What it does at the start (arming a thousand watches) may reach into the first spans.
    let spans: Vec<u64> =
        (0..8).map(|_| console.ticks_in(4)).take_while(|ticks| *ticks > 2).collect();
    assert!(spans.len() < 8, "hundredths of a second used in each 4 seconds: {spans:?}");
}
