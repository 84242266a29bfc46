//! One run of one test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::campaign::Campaign;
use super::machine;
use super::progress::{Line, Outcome};
use crate::cargo;

/// A batch that takes longer is stuck.
const PATIENCE: Duration = Duration::from_mins(45);

/// So many of a campaign, from a number on.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) campaign: &'static Campaign,
    pub(crate) seed: u64,
    pub(crate) first: u64,
    pub(crate) count: u64,
}

/// What became of it.
pub(crate) struct Done {
    pub(crate) outcome: Outcome,
    seconds: u64,
    pub(crate) log: PathBuf,
}

/// The test binary, built once.
pub(crate) struct Binary {
    path: PathBuf,
    folder: PathBuf,
    commit: String,
}

impl Batch {
    pub(crate) fn name(&self) -> String {
        let Self { campaign, first, count, seed } = self;
        format!("{} {first}..{} (seed {seed})", campaign.what, first + count)
    }

    /// What repeats it by hand.
    pub(crate) fn command(&self) -> String {
        let Self { campaign: Campaign { variable, test, .. }, seed, .. } = self;
        let number = self.number();
        format!(
            "LANCEQ_SEED={seed} {variable}={number} cargo xtask test --test crash -- --exact {test} --nocapture"
        )
    }

    /// The value of the variable.
    fn number(&self) -> u64 {
        self.count * self.campaign.each
    }

    pub(crate) fn line(&self, seed: u64, done: &Done, commit: &str) -> Line {
        Line {
            what: self.campaign.what.to_owned(),
            seed,
            first: self.first,
            count: self.count,
            outcome: done.outcome,
            seconds: done.seconds,
            commit: commit.to_owned(),
            date: machine::today(),
        }
    }
}

impl Binary {
    /// Builds the crash tests and the program that they start.
    pub(crate) fn build(folder: &Path) -> Result<Self, String> {
        let mut cargo = cargo::command(&["test", "--test", "crash", "--no-run"])?;
        let output = cargo.args(["--message-format", "json-render-diagnostics"]);
        let output = output.stderr(Stdio::inherit()).output();
        let output = output.map_err(|cause| format!("cannot start cargo: {cause}"))?;
        let told = String::from_utf8_lossy(&output.stdout);
        let path = told.lines().filter_map(executable).next_back();
        let path = path.filter(|_| output.status.success()).ok_or("the tests cannot be built")?;
        Ok(Self { path, folder: folder.to_path_buf(), commit: machine::commit() })
    }

    pub(crate) fn commit(&self) -> &str {
        &self.commit
    }

    /// Where what a violation left is kept.
    pub(crate) fn kept(&self) -> PathBuf {
        self.folder.join("broken")
    }

    pub(crate) fn run(&self, batch: &Batch, is_nice: bool) -> Result<Done, String> {
        eprintln!("xtask: {} …", batch.name());
        let begun = Instant::now();
        let log = self.folder.join(format!("{}-{}.log", batch.campaign.test, batch.seed));
        let out = File::create(&log).map_err(|cause| format!("{}: {cause}", log.display()))?;
        let err = out.try_clone().map_err(|cause| cause.to_string())?;
        let mut command = self.command(is_nice);
        command.args(["--exact", batch.campaign.test, "--nocapture"]);
        command.env("LANCEQ_SEED", batch.seed.to_string());
        command.env(batch.campaign.variable, batch.number().to_string());
        command.env("LANCEQ_KEEP", self.kept()).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        let mut child = command.spawn().map_err(|cause| format!("{command:?}: {cause}"))?;
        let outcome = outcome(wait(&mut child)?, &log);
        let seconds = begun.elapsed().as_secs();
        eprintln!("xtask: {}: {outcome:?}, {seconds} s", batch.name());
        if outcome == Outcome::Passed {
            drop(fs::remove_file(&log));
        }
        Ok(Done { outcome, seconds, log })
    }

    fn command(&self, is_nice: bool) -> Command {
        if !is_nice {
            return Command::new(&self.path);
        }
        let mut nice = Command::new("nice");
        nice.args(["-n", "19"]).arg(&self.path);
        nice
    }
}

/// Where cargo builds: this program stands in `debug` there.
pub(crate) fn target() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|cause| format!("cannot name myself: {cause}"))?;
    let target = own.parent().and_then(Path::parent);
    target.map(Path::to_path_buf).ok_or_else(|| format!("{} has no target", own.display()))
}

/// The test binary in a message of cargo.
fn executable(message: &str) -> Option<PathBuf> {
    let is_test = message.contains("\"kind\":[\"test\"]") && message.contains("\"name\":\"crash\"");
    let path = message.split_once("\"executable\":\"").filter(|_| is_test)?.1;
    Some(path.split('"').next()?.into())
}

/// `None` where it is stuck; it is killed then.
#[expect(
    clippy::disallowed_methods,
    reason = "the standard library waits for a child without a limit only"
)]
fn wait(child: &mut Child) -> Result<Option<ExitStatus>, String> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().map_err(|cause| cause.to_string())? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().and_then(|()| child.wait()).map_err(|cause| cause.to_string())?;
    Ok(None)
}

/// Judges by how the test ended, and by what it said: one that was skipped, or that no name fits, proves nothing.
fn outcome(status: Option<ExitStatus>, log: &Path) -> Outcome {
    let said = fs::read(log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let has_run = said.contains("test result: ok. 1 passed") && !said.contains("skipped: ");
    match status.and_then(|status| status.code()) {
        Some(0) if has_run => Outcome::Passed,
        Some(101) => Outcome::Violated,
        _ => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binary_is_found_in_what_cargo_says() {
        let said = r#"{"target":{"kind":["test"],"name":"crash"},"executable":"/t/crash-1"}"#;
        assert_eq!(executable(said), Some("/t/crash-1".into()));
        assert_eq!(executable(r#"{"target":{"kind":["lib"],"name":"lanceq"}}"#), None);
    }
}
