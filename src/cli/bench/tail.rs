//! From one process to another: a child whose lines are told with the moment at which they came.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::record::{line, record};
use super::side::Turn;
use super::watch::Watch;
use crate::Engine;
use crate::cli::failure::{Failure, Result};

const TOPIC: &str = "t";
/// Longer than any line takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process, and the moments at which lines of its came.
struct Lines {
    child: Child,
    come: mpsc::UnboundedReceiver<Instant>,
}

/// Puts records one by one, each when the line of the last has come.
pub(super) async fn lanceq(root: &Path, puts: u64, watch: &mut Watch) -> Result<Turn> {
    let engine = Engine::open(root).await?;
    let writer = engine.writer(TOPIC).flush_threshold(usize::MAX).open().await?;
    writer.put(record(0)).await?;
    let program = std::env::current_exe().map_err(|error| not_started("lanceq tail", &error))?;
    let mut command = Command::new(program);
    command.arg("--root").arg(root).args(["tail", TOPIC, "--from", "start", "--format", "jsonl"]);
    let mut lines = Lines::of("lanceq tail", command.stdin(Stdio::null()))?;
    lines.next(watch).await?;
    let mut turn = Turn::default();
    for n in 1..=puts {
        let record = record(n);
        let begun = Instant::now();
        writer.put(record).await?;
        turn.add(lines.next(watch).await?.saturating_duration_since(begun), 1);
        watch.step()?;
    }
    writer.close_unflushed().await?;
    Ok(turn)
}

/// The same lines, through a pipe to `cat` and through another one back.
pub(super) async fn cat(puts: u64, watch: &mut Watch) -> Result<Turn> {
    let mut lines = Lines::of("cat", Command::new("cat").stdin(Stdio::piped()))?;
    let failed = |error| Failure::io("could not write to `cat`", &error);
    let mut pipe = lines.child.stdin.take().ok_or_else(|| failed(no_pipe()))?;
    let mut turn = Turn::default();
    for n in 1..=puts {
        let line = line(n);
        let begun = Instant::now();
        pipe.write_all(line.as_bytes()).map_err(failed)?;
        turn.add(lines.next(watch).await?.saturating_duration_since(begun), 1);
        watch.step()?;
    }
    Ok(turn)
}

impl Lines {
    fn of(name: &'static str, command: &mut Command) -> Result<Self> {
        let started = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|error| not_started(name, &error))?;
        let output = child.stdout.take().ok_or_else(|| not_started(name, &no_pipe()))?;
        let (tell, come) = mpsc::unbounded_channel();
        // A thread of its own: a read of a pipe cannot be called off. It ends with the child.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                if line.is_err() || tell.send(Instant::now()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, come })
    }

    /// When the next line came.
    async fn next(&mut self, watch: &mut Watch) -> Result<Instant> {
        let come = watch.wait(timeout(PATIENCE, self.come.recv())).await?;
        come.ok().flatten().ok_or_else(|| {
            Failure::failed("a record that was put did not come to the other process")
        })
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn not_started(name: &str, error: &std::io::Error) -> Failure {
    Failure::io(format!("could not start `{name}`"), error)
}

fn no_pipe() -> std::io::Error {
    std::io::Error::other("it has no pipe")
}
