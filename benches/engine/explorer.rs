//! The explorer as a program in a pty: what it shows, and when.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::role::resident;

pub(crate) const ROWS: u16 = 40;
const COLUMNS: u16 = 130;
/// Longer than any frame takes.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Explorer {
    child: Box<dyn Child + Send + Sync>,
    /// What came, and when.
    output: Receiver<(Instant, Vec<u8>)>,
    keys: Box<dyn Write + Send>,
    screen: vt100::Parser,
    started: Instant,
    _pty: Box<dyn MasterPty + Send>,
}

/// What a program costs that nothing is asked of.
pub(crate) struct Rest {
    /// Of one processor.
    pub(crate) share: f64,
    /// Bytes that it wrote to the terminal.
    pub(crate) bytes: usize,
}

impl Explorer {
    pub(crate) fn start(root: &Path) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, ..PtySize::default() };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lanceq"));
        command.arg(root);
        command.env("TERM", "xterm-256color");
        let started = Instant::now();
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let keys = pty.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self { child, output, keys, screen, started, _pty: pty.master }
    }

    /// From the start of the process until the screen fits.
    pub(crate) fn starts_with(&mut self, fits: impl Fn(&vt100::Screen) -> bool) -> Duration {
        self.until(fits) - self.started
    }

    /// From a key until the screen fits.
    pub(crate) fn press(&mut self, key: &str, fits: impl Fn(&vt100::Screen) -> bool) -> Duration {
        let pressed = Instant::now();
        self.keys.write_all(key.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self.until(fits) - pressed
    }

    /// When the bytes came that made the screen fit.
    fn until(&mut self, fits: impl Fn(&vt100::Screen) -> bool) -> Instant {
        loop {
            let Ok((at, bytes)) = self.output.recv_timeout(PATIENCE) else {
                panic!("that never showed:\n{}", self.screen.screen().contents());
            };
            self.screen.process(&bytes);
            if fits(self.screen.screen()) {
                return at;
            }
        }
    }

    /// Takes what comes for so long; how many bytes that was.
    pub(crate) fn watch(&mut self, time: Duration) -> usize {
        self.watch_with(time, |_| {})
    }

    /// Takes what comes for so long, and looks at the screen each time; how many bytes that was.
    pub(crate) fn watch_with(
        &mut self,
        time: Duration,
        mut look: impl FnMut(&vt100::Screen),
    ) -> usize {
        let end = Instant::now() + time;
        let mut seen = 0;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok((_, bytes)) => {
                    seen += bytes.len();
                    self.screen.process(&bytes);
                    look(self.screen.screen());
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return seen,
            }
        }
    }

    /// One line of the screen, from the top.
    pub(crate) fn line(&self, row: u16) -> String {
        line(self.screen.screen(), row)
    }

    /// Whether the screen has a text now.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.screen.screen().contents().contains(text)
    }

    /// Resident memory of the program in MiB, at most so far.
    pub(crate) fn resident(&self) -> f64 {
        resident(&self.child.process_id().unwrap().to_string()).1
    }

    pub(crate) fn rest(&mut self, time: Duration) -> Rest {
        let before = self.processor_seconds();
        let bytes = self.watch(time);
        let share = (self.processor_seconds() - before) / time.as_secs_f64();
        Rest { share, bytes }
    }

    fn processor_seconds(&self) -> f64 {
        let stat = format!("/proc/{}/stat", self.child.process_id().unwrap());
        let stat = std::fs::read_to_string(stat).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().map(|ticks| ticks.parse::<f64>().unwrap()).sum();
        ticks / 100.0
    }

    pub(crate) fn end(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// One line of a screen, from the top.
pub(crate) fn line(screen: &vt100::Screen, row: u16) -> String {
    screen.rows(0, COLUMNS).nth(usize::from(row)).unwrap_or_default()
}
