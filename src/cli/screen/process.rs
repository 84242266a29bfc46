//! One child process: started, asked, and ended where it does not answer.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::fd::BorrowedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::judged::{TIME, deadly, too_slow};
use super::protocol::{Request, Said, WORD};
use crate::Verdict;

/// Bytes that a pipe takes without blocking once it says that it can take some.
const AT_ONCE: usize = 4096;
/// Bytes of a child's last words that are looked at.
const LAST_WORDS: u64 = 4096;

/// A child that waits for requests. It ends when this is dropped, and with this process, however that ends.
pub(super) struct Process {
    child: Child,
    requests: Option<ChildStdin>,
    answers: ChildStdout,
    errors: ChildStderr,
    /// Whether it was asked before: what it holds then is not the next request's fault.
    pub(super) is_used: bool,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It has answered.
    Said(Verdict),
    /// It did not answer in time.
    Silent(String),
    /// It ended.
    Died(String),
}

impl Process {
    /// Starts a program as a child.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg0("lanceq")
            .arg(WORD)
            // Ctrl-C and Ctrl-Z are for the parent.
            .process_group(0)
            .env("LANCE_CPU_THREADS", "1")
            .env("MALLOC_ARENA_MAX", "2")
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let no_pipe = || io::Error::other("the child has no pipes");
        let requests = child.stdin.take().ok_or_else(no_pipe)?;
        let answers = child.stdout.take().ok_or_else(no_pipe)?;
        let errors = child.stderr.take().ok_or_else(no_pipe)?;
        Ok(Self { child, requests: Some(requests), answers, errors, is_used: false })
    }

    /// Asks it, and waits for the answer. Blocks, for at most the time that a read may take. Where it has not
    /// answered, it is not to be asked again.
    pub(super) fn ask(&mut self, request: &Request) -> io::Result<Outcome> {
        self.is_used = true;
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        match self.exchange(&line) {
            Ok(verdict) => Ok(Outcome::Said(verdict)),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                Ok(Outcome::Silent(too_slow()))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(error),
            Err(_) => Ok(Outcome::Died(self.bury())),
        }
    }

    fn exchange(&mut self, line: &[u8]) -> io::Result<Verdict> {
        let mut due = Instant::now() + TIME;
        let requests = self.requests.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        for part in line.chunks(AT_ONCE) {
            wait_for(requests.as_fd(), PollFlags::OUT, due)?;
            requests.write_all(part)?;
        }
        let mut said = Vec::new();
        loop {
            wait_for(self.answers.as_fd(), PollFlags::IN, due)?;
            let mut bytes = [0; AT_ONCE];
            let read = self.answers.read(&mut bytes)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            said.extend(bytes.iter().take(read));
            while let Some(end) = said.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = said.drain(..=end).collect();
                match serde_json::from_slice(&line).map_err(|error| no_answer(&error))? {
                    Said::Going => due = Instant::now() + TIME,
                    Said::Done(verdict) => return Ok(verdict),
                }
            }
        }
    }

    /// Why it ended.
    fn bury(&mut self) -> String {
        // Its end may be a moment behind that of its pipe; whoever only closed the pipe is ended.
        drop(self.requests.take());
        let mut words = Vec::new();
        let read = self.errors.by_ref().take(LAST_WORDS).read_to_end(&mut words);
        let status = self.child.wait().ok().filter(|_| read.is_ok());
        deadly(status, &String::from_utf8_lossy(&words))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Process").field(&self.child.id()).finish()
    }
}

fn no_answer(error: &serde_json::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("it answered in no known words: {error}"))
}

fn wait_for(pipe: BorrowedFd<'_>, what: PollFlags, due: Instant) -> io::Result<()> {
    loop {
        let left = due.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::from_borrowed_fd(pipe, what)], Some(&left)) {
            Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(_) => return Ok(()),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
