//! The explorer in a pty on a thousand topics: from the start of the process to the first full
//! frame, and what it costs while nothing happens.

use std::io::Read;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lanceq::Engine;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::raw::record;
use crate::{ROUNDS, spread};

const TOPICS: usize = 1000;
const ROWS: u16 = 40;
const COLUMNS: u16 = 130;
/// How long the explorer rests before it is measured, and how long it is.
const SETTLE: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(20);

pub(crate) async fn run() {
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::open(folder.path()).await.unwrap();
    let writer = engine.writer("t0000").open().await.unwrap();
    writer.put(record(1)).await.unwrap();
    writer.close().await.unwrap();
    let first = folder.path().join("t0000");
    for number in 1..TOPICS {
        copy(&first, &folder.path().join(format!("t{number:04}")));
    }
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let mut explorer = Explorer::start(folder.path());
        times.push(explorer.first_full_frame().as_secs_f64() * 1e3);
        explorer.end();
    }
    let (middle, low, high) = spread(times);
    let mut explorer = Explorer::start(folder.path());
    explorer.first_full_frame();
    let share = explorer.share_at_rest() * 100.0;
    explorer.end();
    println!("frame: the explorer on {TOPICS} topics, {ROWS} rows, {ROUNDS} starts");
    println!("  process start to first full frame {middle:.0} ms ({low:.0} to {high:.0})");
    println!("  processor at rest, {} s           {share:.2} %", REST.as_secs());
}

struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    started: Instant,
    _pty: Box<dyn MasterPty + Send>,
}

impl Explorer {
    fn start(root: &Path) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, ..PtySize::default() };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lanceq"));
        command.arg(root);
        command.env("TERM", "xterm-256color");
        let started = Instant::now();
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self { child, output, screen, started, _pty: pty.master }
    }

    /// Every row of the tree is there and counted.
    fn first_full_frame(&mut self) -> Duration {
        loop {
            let bytes = self.output.recv().unwrap();
            self.screen.process(&bytes);
            let shown = self.screen.screen().contents();
            if shown.contains("t0030") && !shown.contains("·····") {
                return self.started.elapsed();
            }
        }
    }

    fn share_at_rest(&self) -> f64 {
        self.drain(SETTLE);
        let before = self.processor_seconds();
        self.drain(REST);
        (self.processor_seconds() - before) / REST.as_secs_f64()
    }

    fn drain(&self, time: Duration) {
        let end = Instant::now() + time;
        while self.output.recv_timeout(end.saturating_duration_since(Instant::now())).is_ok() {}
    }

    fn processor_seconds(&self) -> f64 {
        let stat =
            std::fs::read_to_string(format!("/proc/{}/stat", self.child.process_id().unwrap()));
        let stat = stat.unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
        ticks / 100.0
    }

    fn end(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}
