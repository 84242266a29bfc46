//! Runs libFuzzer on the targets of `fuzz`, a workspace of its own, two at a time, and keeps what it finds.
//!
//! Each run starts from the committed corpus and adds to one of its own in the target folder, which the next run goes on
//! with.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::fuzz_report::{self, Report};
use crate::{cargo, ci};

/// Seconds for each target, where nothing else is said.
const SECONDS: u64 = 60;
/// Runs at the same time.
const AT_ONCE: usize = 2;
/// Bytes of an input at most, seconds for one, and MiB of memory for a run.
const LIMITS: [&str; 3] = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=1024"];

/// What is asked for: `[SECONDS] [TARGET]` to look for inputs, `keep` to take what was found into the corpora.
struct Wanted {
    seconds: u64,
    target: Option<String>,
}

/// The program that holds all targets, and where things lie.
struct Fuzzer {
    program: PathBuf,
    corpora: PathBuf,
    work: PathBuf,
}

/// Looks for inputs that break a promise; fails where one is found.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let fuzzer = Fuzzer::build()?;
    let names = fuzzer.names()?;
    if arguments == ["keep"] {
        names.iter().try_for_each(|name| fuzzer.keep(name))?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = Wanted::read(arguments, &names)?;
    let reports = fuzzer.all(&wanted, names)?;
    println!("{}", fuzz_report::table(&reports));
    let crashes: Vec<&PathBuf> = reports.iter().flat_map(|report| &report.crashes).collect();
    for report in &reports {
        for input in &report.crashes {
            println!("{}", fuzzer.again(&report.target, input));
        }
    }
    let is_sound = crashes.is_empty() && reports.iter().all(|report| report.is_sound);
    Ok(if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs each input of the corpora through its target once, without libFuzzer.
pub(crate) fn replay() -> Result<(), String> {
    ci::finish(cargo_in(&folder()).args(["test", "--quiet", "--locked", "--test", "replay"]))
}

fn folder() -> PathBuf {
    cargo::root().join("fuzz")
}

/// Cargo where it finds the workspace of the targets, and not ours.
fn cargo_in(folder: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    cargo
}

impl Wanted {
    fn read(arguments: &[String], names: &[String]) -> Result<Self, String> {
        let mut wanted = Self { seconds: SECONDS, target: None };
        for argument in arguments {
            if let Ok(seconds) = argument.parse() {
                wanted.seconds = seconds;
            } else if names.contains(argument) {
                wanted.target = Some(argument.clone());
            } else {
                let names = names.join(", ");
                return Err(format!("no target is called `{argument}`; there are {names}"));
            }
        }
        Ok(wanted)
    }
}

impl Fuzzer {
    /// Builds with the instructions that tell libFuzzer which code an input reached.
    fn build() -> Result<Self, String> {
        let folder = folder();
        let mut build = cargo_in(&folder);
        build.args(["build", "--release", "--locked"]);
        build.args(["--config", "libfuzzer.toml", "--features", "libfuzzer"]);
        build.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
        eprintln!("xtask: building the targets (about 2 minutes the first time on 2 cores)");
        let output = build.output().map_err(|cause| format!("{build:?}: {cause}"))?;
        if !output.status.success() {
            return Err(format!("{build:?}: {}", output.status));
        }
        let told = String::from_utf8_lossy(&output.stdout);
        let program = told.lines().rev().find_map(executable).ok_or("cargo names no program")?;
        let work = program.with_file_name("fuzz-work");
        Ok(Self { program, corpora: folder.join("corpus"), work })
    }

    /// The targets that have a corpus; a test holds that each has one.
    fn names(&self) -> Result<Vec<String>, String> {
        let io = |cause| format!("{}: {cause}", self.corpora.display());
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.corpora).map_err(io)? {
            names.push(entry.map_err(io)?.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn all(&self, wanted: &Wanted, mut names: Vec<String>) -> Result<Vec<Report>, String> {
        names.retain(|name| wanted.target.as_ref().is_none_or(|target| target == name));
        names.reverse();
        let (waiting, done) = (Mutex::new(names), Mutex::new(Vec::new()));
        let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let work = || {
            while let Some(name) = next() {
                let report = self.one(&name, wanted.seconds);
                done.lock().unwrap_or_else(PoisonError::into_inner).push(report);
            }
        };
        thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut reports = done.into_iter().collect::<Result<Vec<_>, _>>()?;
        reports.sort_by(|one, other| one.target.cmp(&other.target));
        Ok(reports)
    }

    fn one(&self, target: &str, seconds: u64) -> Result<Report, String> {
        let (own, crashes) = (self.work.join(target), self.work.join(format!("{target}-crashes")));
        for folder in [&own, &crashes] {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let before = files(&crashes);
        let mut run = self.command(target);
        run.args(LIMITS).arg("-print_final_stats=1").arg(format!("-max_total_time={seconds}"));
        run.arg(format!("-artifact_prefix={}/", crashes.display()));
        let output = run.arg(&own).arg(self.corpora.join(target)).output();
        let output = output.map_err(|cause| format!("{run:?}: {cause}"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            eprintln!("== {target}: {}\n{}", output.status, fuzz_report::end(&told));
        }
        let crashes = files(&crashes).into_iter().filter(|path| !before.contains(path)).collect();
        Ok(Report::read(target, &told, output.status.success(), crashes))
    }

    fn command(&self, target: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.env("LANCEQ_TARGET", target);
        command
    }

    /// Takes the fewest inputs that reach what all reach as the target's corpus.
    fn keep(&self, target: &str) -> Result<(), String> {
        let (kept, new) = (self.corpora.join(target), self.work.join(format!("{target}-kept")));
        let io = |cause: std::io::Error| format!("{}: {cause}", new.display());
        drop(fs::remove_dir_all(&new));
        fs::create_dir_all(&new).map_err(io)?;
        let mut merge = self.command(target);
        merge.args(LIMITS).arg("-merge=1").arg(&new).arg(&kept).arg(self.work.join(target));
        let output = merge.output().map_err(|cause| format!("{merge:?}: {cause}"))?;
        if !output.status.success() {
            let told = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{merge:?}: {}\n{}", output.status, fuzz_report::end(&told)));
        }
        files(&kept).iter().try_for_each(fs::remove_file).map_err(io)?;
        for path in files(&new) {
            let name = path.file_name().unwrap_or_default();
            fs::copy(&path, kept.join(name)).map_err(io)?;
        }
        Ok(())
    }

    /// How an input is tried again.
    fn again(&self, target: &str, input: &Path) -> String {
        format!("LANCEQ_TARGET={target} {} {}", self.program.display(), input.display())
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort_unstable();
    files
}

/// The program in a line of cargo's messages.
fn executable(line: &str) -> Option<PathBuf> {
    let (_, path) = line.split_once("\"executable\":\"")?;
    path.split_once('"').map(|(path, _)| path.into())
}
