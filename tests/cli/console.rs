//! The program in a real terminal: what it shows, and in which state it leaves the terminal.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use portable_pty::{Child, CommandBuilder, PtyPair, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::program::{PATIENCE, PROGRAM, Test};

pub(crate) const ROWS: u16 = 30;
pub(crate) const COLUMNS: u16 = 110;
/// A terminal that says nothing for so long says nothing more.
const SILENCE: Duration = Duration::from_millis(300);

/// A terminal with a program in it; killed if the test ends before it.
pub(crate) struct Console {
    screen: vt100::Parser,
    /// All that it wrote.
    written: Vec<u8>,
    output: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    /// How the terminal was before, as `stty -a` would say.
    before: String,
    /// Our own end of the program's side stays open: so a program that ends does not hang the terminal up.
    pty: PtyPair,
}

/// The program with these arguments, in the folder of a test.
pub(crate) fn command<A: AsRef<OsStr>>(
    test: &Test,
    args: impl IntoIterator<Item = A>,
) -> CommandBuilder {
    of_program(test, PROGRAM, args)
}

/// Any program, in the folder of a test.
pub(crate) fn of_program<A: AsRef<OsStr>>(
    test: &Test,
    program: &str,
    args: impl IntoIterator<Item = A>,
) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(args);
    command.cwd(test.path("."));
    for (name, value) in [("TERM", "xterm-256color"), ("LANCEQ_PANIC", "")] {
        command.env(name, value);
    }
    // What a test copies is not for the clipboard of whoever runs it.
    let own = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "TMUX", "STY"];
    for name in ["LANCEQ_ROOT", "LANCEQ_LOG", "NO_COLOR", "RUST_BACKTRACE"].iter().chain(&own) {
        command.env_remove(name);
    }
    // Nor does it know what they have set up, or remember anything for them.
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        command.env(name, test.path(name));
    }
    command.env("TMPDIR", test.path("."));
    command
}

impl Console {
    pub(crate) fn start(command: CommandBuilder) -> Self {
        let size = PtySize { rows: ROWS, cols: COLUMNS, ..PtySize::default() };
        let pty = native_pty_system().openpty(size).unwrap();
        let before = format!("{:?}", pty.master.get_termios().unwrap());
        let child = pty.slave.spawn_command(command).unwrap();
        let output = bytes_of(pty.master.try_clone_reader().unwrap());
        let keys = pty.master.take_writer().unwrap();
        let screen = vt100::Parser::new(ROWS, COLUMNS, 0);
        Self { screen, written: Vec::new(), output, keys, child, before, pty }
    }

    /// Waits for a screen that fits.
    pub(crate) fn sees(&mut self, fits: impl Fn(&vt100::Screen) -> bool) {
        let begun = Instant::now();
        while !fits(self.screen.screen()) {
            let is_over = match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok(bytes) => {
                    self.take(&bytes);
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            // A screen that changes all the time may not be waited for without end.
            let text = self.screen.screen().contents();
            assert!(!is_over && begun.elapsed() < PATIENCE, "that never showed:\n{text}");
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.written.extend(bytes);
    }

    /// Takes what comes within a tenth of a second.
    pub(crate) fn reads(&mut self) {
        if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
            self.take(&bytes);
        }
    }

    /// How often it has taken the terminal over.
    pub(crate) fn times_taken(&self) -> usize {
        self.written.windows(8).filter(|bytes| bytes == b"\x1b[?1049h").count()
    }

    /// Whether it wrote this, whatever the terminal made of it.
    pub(crate) fn wrote(&self, text: &str) -> bool {
        self.written.windows(text.len()).any(|bytes| bytes == text.as_bytes())
    }

    /// What it asked the terminal to keep last.
    pub(crate) fn copied(&self) -> Option<String> {
        let written = String::from_utf8_lossy(&self.written);
        let (_, text) = written.rsplit_once("\x1b]52;c;")?;
        let bytes = STANDARD.decode(text.split_once('\x07')?.0).ok()?;
        String::from_utf8(bytes).ok()
    }

    pub(crate) fn shows(&mut self, text: &str) {
        self.sees(|screen| screen.contents().contains(text));
    }

    /// Whether something is on the screen now.
    pub(crate) fn has(&self, text: &str) -> bool {
        self.screen.screen().contents().contains(text)
    }

    pub(crate) fn type_in(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    pub(crate) fn id(&self) -> Pid {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        Pid::from_raw(id).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.id(), signal).unwrap();
    }

    /// Waits for its end; the exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) = self.output.recv_timeout(SILENCE) {
                    self.take(&bytes);
                }
                return status.exit_code();
            }
            if let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.take(&bytes);
            }
            let said = self.screen.screen().contents();
            assert!(begun.elapsed() < PATIENCE, "it never ended:\n{said}");
        }
    }

    /// The terminal has the settings that it had, and nothing is left of what the program switched on.
    #[track_caller]
    pub(crate) fn is_as_it_was(&self) {
        let screen = self.screen.screen();
        let text = screen.contents();
        assert!(!screen.alternate_screen(), "the alternate screen is still there:\n{text}");
        assert!(!screen.hide_cursor(), "there is no cursor:\n{text}");
        assert!(!screen.bracketed_paste(), "pastes are still in brackets:\n{text}");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let now = format!("{:?}", self.pty.master.get_termios().unwrap());
        assert_eq!(now, self.before, "the settings of the terminal:\n{text}");
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn bytes_of(mut reader: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    output
}
