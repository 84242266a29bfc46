//! The one place that prints: data to stdout, narration to stderr.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::failure::{Failure, Report, Result};
use crate::files::Out;
use crate::tui::clean;

/// Where data goes: kept until it is flushed or 64 KiB have come together.
pub(crate) struct Data {
    out: BufWriter<Box<dyn Write + Send>>,
    is_terminal: bool,
    has_style: bool,
    name: String,
}

/// Before and behind what is to stand out in a line. Both are control characters, which no cleaned text has.
pub(crate) const EMPHASIS: [char; 2] = ['\u{1}', '\u{2}'];
/// The same to a terminal: bold and underlined, and no more.
const STYLES: [&str; 2] = ["\x1b[1;4m", "\x1b[22;24m"];

impl Data {
    /// Takes stdout.
    pub(crate) fn stdout() -> Self {
        Self::new(Box::new(io::stdout()), stdout_is_terminal(), "stdout")
    }

    /// Takes a file, which errors call by `name`.
    pub(crate) fn file(file: File, name: &str) -> Self {
        Self::new(Box::new(file), false, name)
    }

    fn new(out: Box<dyn Write + Send>, is_terminal: bool, name: &str) -> Self {
        let has_style = is_terminal && is_styled();
        let out = BufWriter::with_capacity(64 << 10, out);
        Self { out, is_terminal, has_style, name: name.into() }
    }

    /// Writes text: as it is for a program, for a person with no control character but line ends.
    pub(crate) fn write(&mut self, text: &str) -> Result {
        self.text(text).map_err(|error| self.failure(&error))
    }

    fn bytes(&mut self, bytes: &[u8]) -> Result {
        self.out.write_all(bytes).map_err(|error| self.failure(&error))
    }

    /// What a failed write means.
    fn failure(&self, error: &io::Error) -> Failure {
        unwritten(&self.name, error)
    }

    /// Writes a line of text.
    pub(crate) fn line(&mut self, text: &str) -> Result {
        self.write(text)?;
        self.write("\n")
    }

    /// Writes a line of cleaned text, in which what is between [`EMPHASIS`] stands out on a terminal with colours.
    pub(crate) fn emphasized(&mut self, text: &str) -> Result {
        for piece in text.split_inclusive(EMPHASIS) {
            let sign = EMPHASIS.iter().position(|sign| piece.ends_with(*sign));
            self.write(piece.trim_end_matches(EMPHASIS))?;
            if let Some(style) = sign.filter(|_| self.has_style).and_then(|sign| STYLES.get(sign)) {
                self.bytes(style.as_bytes())?;
            }
        }
        self.write("\n")
    }

    /// Hands on what is buffered.
    pub(crate) fn flush(&mut self) -> Result {
        self.out.flush().map_err(|error| self.failure(&error))
    }

    /// Hands on what is buffered, for the last time.
    pub(crate) fn finish(mut self) -> Result {
        self.flush()
    }
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Data").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Bytes as they are, for forms that are no text.
impl Write for Data {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Out for Data {
    fn text(&mut self, text: &str) -> io::Result<()> {
        if !self.is_terminal {
            return self.out.write_all(text.as_bytes());
        }
        let safe: Vec<_> = text.split('\n').map(clean).collect();
        self.out.write_all(safe.join("\n").as_bytes())
    }
}

/// What a failed write to something of this name means.
pub(crate) fn unwritten(name: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::io(format!("could not write to {name}"), error),
    }
}

/// Prints a value as indented JSON, and a line end.
pub(crate) fn json(value: &impl serde::Serialize) -> Result {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::failed("could not write JSON").because(error.to_string()))?;
    let mut data = Data::stdout();
    data.line(&text)?;
    data.finish()
}

/// Prints lines for people; each is cleaned.
pub(crate) fn lines(lines: &[String]) -> Result {
    let mut data = Data::stdout();
    for line in lines {
        data.line(&clean(line))?;
    }
    data.finish()
}

/// Hands a line to the program at the other end of stdout, at once.
pub(crate) fn answer(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.flush()
}

/// Tells the person something on stderr, cleaned; nobody listening is no error.
pub(crate) fn narrate(message: impl AsRef<str>) {
    writeln!(io::stderr(), "{}", clean(message.as_ref())).ok();
}

/// Shows how a command ended badly.
pub(crate) fn report(report: &Report) {
    report.lines().for_each(narrate);
}

/// Prints what the argument parser has to say: help and version to stdout, errors to stderr.
pub(crate) fn parser_message(message: &clap::Error) {
    message.print().ok();
}

/// Where the engine's warnings go.
pub(crate) fn warnings() -> impl Write {
    io::stderr()
}

/// Whether a terminal is to show more than plain text.
fn is_styled() -> bool {
    let is_plain =
        |name: &str, plain: fn(&str) -> bool| std::env::var(name).is_ok_and(|value| plain(&value));
    !is_plain("NO_COLOR", |value| !value.is_empty()) && !is_plain("TERM", |term| term == "dumb")
}

/// Whether data is read by a person now.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether narration is read by a person now.
pub(crate) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Blocks until whoever reads stdout is gone; false where that cannot be seen.
pub(crate) fn stdout_hangs_up() -> bool {
    let stdout = io::stdout();
    // An error and a hang-up are told without being asked for.
    let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
    loop {
        match poll(&mut watched, None) {
            Err(Errno::INTR) => {}
            Err(_) => return false,
            Ok(_) => {
                let [stdout] = &watched;
                return stdout.revents().intersects(PollFlags::ERR | PollFlags::HUP);
            }
        }
    }
}

/// How many cells a line of stdout may have; none where it is no terminal.
pub(crate) fn width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
