//! Runs the program in a folder of its own, and says what is expected of it.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lanceq");
/// No command of a test takes this long, however busy the machine is.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A folder in which the program runs; its root is `./queue_storage`.
pub(crate) struct Test {
    folder: PathBuf,
    /// Removes the folder, where it is this test's own.
    _own: Option<TempDir>,
}

/// What a run has left.
pub(crate) struct Ran {
    line: String,
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Test {
    /// Starts in an empty folder.
    pub(crate) fn new() -> Self {
        let own = tempfile::tempdir().unwrap();
        Self { folder: own.path().to_path_buf(), _own: Some(own) }
    }

    /// Works in the folder of another process's test.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, _own: None }
    }

    /// Has a topic with these JSON Lines, flushed.
    pub(crate) fn topic(self, name: &str, lines: &str) -> Self {
        self.run_with(["put", name, "-"], lines).code(0);
        self
    }

    /// Has a file in the folder.
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A path in the root.
    pub(crate) fn root(&self, name: &str) -> PathBuf {
        self.path("queue_storage").join(name)
    }

    /// The program, ready to be started.
    pub(crate) fn command<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .current_dir(&self.folder)
            .env_remove("LANCEQ_ROOT")
            .env_remove("LANCEQ_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        finish(self.command(args), b"")
    }

    /// Runs the program to its end, with this on its stdin.
    pub(crate) fn run_with<A: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = A>,
        stdin: impl AsRef<[u8]>,
    ) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped());
        finish(command, stdin.as_ref())
    }

    /// All records of a topic, as `get` prints them.
    pub(crate) fn records(&self, topic: &str) -> Vec<Value> {
        self.run(["get", topic, "--limit", "100000"]).code(0).json_lines()
    }

    /// Whether a topic exists.
    pub(crate) fn has_topic(&self, topic: &str) -> bool {
        self.root(topic).exists()
    }
}

fn finish(mut command: Command, stdin: &[u8]) -> Ran {
    let line = format!("{command:?}");
    let mut child = command.spawn().unwrap();
    if let Some(mut pipe) = child.stdin.take() {
        // Who has seen enough closes its end; that is no failure of the test.
        pipe.write_all(stdin).ok();
    }
    let done = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { line, code: done.status.code(), stdout: text(done.stdout), stderr: text(done.stderr) }
}

impl Ran {
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// The exit code; none where a signal ended it.
    pub(crate) fn exit_code(&self) -> Option<i32> {
        self.code
    }

    pub(crate) fn stdout(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "{self:?}");
        self
    }

    pub(crate) fn stdout_contains(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "no {part:?} in stdout: {self:?}");
        self
    }

    pub(crate) fn stderr(self, stderr: &str) -> Self {
        assert_eq!(self.stderr, stderr, "{self:?}");
        self
    }

    pub(crate) fn stderr_contains(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "no {part:?} in stderr: {self:?}");
        self
    }

    /// No control character but line ends came out.
    pub(crate) fn without_control_characters(self) -> Self {
        let unsafe_char = |c: char| c.is_control() && c != '\n';
        assert!(
            !self.stdout.contains(unsafe_char) && !self.stderr.contains(unsafe_char),
            "{self:?}"
        );
        self
    }

    /// Stdout as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Stdout as JSON Lines.
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl std::fmt::Debug for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, code, stdout, stderr } = self;
        write!(f, "{line}\nexit code {code:?}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

/// The program while it runs; killed if the test ends before it.
pub(crate) struct Running {
    pub(crate) child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = lines_of(child.stdout.take().unwrap());
        let stderr = lines_of(child.stderr.take().unwrap());
        Self { child, stdout, stderr }
    }

    /// The next line of stdout.
    pub(crate) fn line(&self) -> String {
        self.stdout.recv_timeout(PATIENCE).expect("a line of stdout")
    }

    /// The next line of stderr.
    pub(crate) fn said(&self) -> String {
        self.stderr.recv_timeout(PATIENCE).expect("a line of stderr")
    }

    /// Sends it Ctrl-C.
    pub(crate) fn interrupt(&self) {
        self.signal(rustix::process::Signal::INT);
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id()).unwrap();
        let process = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Ends it as `kill -9` does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end; the exit code and the rest of stderr.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, self.stderr.iter().collect::<Vec<_>>().join("\n"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn lines_of(mut stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        let mut line = Vec::new();
        let mut byte = [0];
        while stream.read_exact(&mut byte).is_ok() {
            if byte[0] == b'\n' {
                sender.send(String::from_utf8_lossy(&line).into_owned()).ok();
                line.clear();
            } else {
                line.push(byte[0]);
            }
        }
    });
    lines
}

/// So many lines, each made from its number.
pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect::<Vec<_>>().concat()
}

/// The real records beside the repository, where they are.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

/// Whether these tests were started so that hang-ups are ignored, as `nohup` does: what they start ignores them, too.
pub(crate) fn ignores_hang_ups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}
