//! The demo's writers as a process of their own, which ends with this one.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use super::writers::TRACES;
use crate::Engine;
use crate::cli::failure::{Failure, Result};

/// What writers say when they begin.
pub(super) const BEGUN: &str = "writing to ";
/// Longer than anybody looks at a demo.
const A_DAY: &str = "86400";
const GLANCE: Duration = Duration::from_millis(20);
/// How often it is looked whether they still run.
const LOOK_UP: Duration = Duration::from_millis(250);
/// The first version takes some milliseconds; a machine under load may take longer.
const START_PATIENCE: Duration = Duration::from_secs(30);
const END_PATIENCE: Duration = Duration::from_secs(3);

/// The running writers. They stop when the pipe to their stdin closes, however this process ends.
pub(super) struct WriterProcess {
    child: Child,
}

impl WriterProcess {
    /// Starts this program again, as the writer of a root.
    pub(super) fn start(root: &Path) -> Result<Self> {
        let failed = |error| Failure::io("could not start the demo's writers", &error);
        let program = std::env::current_exe().map_err(failed)?;
        let child = Command::new(program)
            .args(["demo", "--headless", A_DAY, "--until-stdin-ends", "--root"])
            .arg(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        Ok(Self { child })
    }

    /// Waits until the first traces are persisted.
    pub(super) async fn has_written(&mut self, engine: &Engine) -> Result {
        let deadline = Instant::now() + START_PATIENCE;
        while Instant::now() < deadline {
            if persisted(engine).await > 0 {
                return Ok(());
            }
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            sleep(GLANCE).await;
        }
        Err(Failure::failed("the demo's writers wrote nothing").because(self.last_words()))
    }

    /// Waits until they have ended; returns what they said last. Cancel-safe.
    pub(super) async fn ended(&mut self) -> String {
        while matches!(self.child.try_wait(), Ok(None)) {
            sleep(LOOK_UP).await;
        }
        self.last_words()
    }

    /// Lets them flush and end; who does not within a few seconds is killed.
    pub(super) async fn stop(mut self) {
        drop(self.child.stdin.take());
        let deadline = Instant::now() + END_PATIENCE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            sleep(GLANCE).await;
        }
    }

    fn last_words(&mut self) -> String {
        self.child.kill().ok();
        let status = self.child.wait();
        let mut said = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut said).ok();
        }
        // That they began is no reason to end.
        let reason = said.lines().rfind(|line| !line.starts_with(BEGUN));
        match (reason, status) {
            (Some(reason), _) => reason.to_owned(),
            (None, Ok(status)) => status.to_string(),
            (None, Err(_)) => "they said nothing".into(),
        }
    }
}

impl Drop for WriterProcess {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, and is only collected.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn persisted(engine: &Engine) -> u64 {
    let Ok(reader) = engine.reader(TRACES).await else { return 0 };
    reader.counts().await.map_or(0, |counts| counts.persisted_count)
}

/// Waits until stdin ends: until the process at its other end has.
pub(super) async fn stdin_ends() {
    let (tell, ended) = oneshot::channel();
    let watch = move || {
        std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
        tell.send(()).ok();
    };
    // A thread of its own: a read of stdin cannot be called off.
    if std::thread::Builder::new().spawn(watch).is_ok() {
        ended.await.ok();
    }
}
