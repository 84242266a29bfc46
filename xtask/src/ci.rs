//! The steps of `cargo xtask ci`, in order, timed; the first that fails ends the run.

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::{cargo, feature_set, fuzz, interop};

/// One named check.
pub(crate) struct Step {
    name: &'static str,
    check: fn() -> Result<(), String>,
}

/// Everything CI checks besides the tests, cheapest first.
pub(crate) const STEPS: [Step; 10] = [
    Step { name: "format", check: || cargo(&["fmt", "--all", "--check"]) },
    Step { name: "one feature set", check: feature_set::check },
    Step { name: "lints", check: lints },
    Step { name: "engine alone", check: || cargo(&["check", "--no-default-features"]) },
    Step { name: "docs", check: docs },
    Step { name: "doctests", check: || cargo(&["test", "--quiet", "--doc"]) },
    Step { name: "architecture", check: || cargo(&["test", "--quiet", "--test", "architecture"]) },
    Step { name: "xtask", check: || cargo(&["test", "--quiet", "--package", "xtask"]) },
    Step { name: "corpora", check: fuzz::replay },
    INTEROP_STEP,
];

/// The interop test alone.
pub(crate) const INTEROP: [Step; 1] = [INTEROP_STEP];

const INTEROP_STEP: Step = Step { name: "interop", check: interop::check };

/// Runs the steps and prints the seconds each took.
pub(crate) fn run(steps: &[Step]) -> ExitCode {
    for step in steps {
        eprintln!("\n== {}", step.name);
        let started = Instant::now();
        let outcome = (step.check)();
        let seconds = started.elapsed().as_secs_f64();
        if let Err(cause) = outcome {
            eprintln!("== {}: FAILED after {seconds:.1} s: {cause}", step.name);
            return ExitCode::FAILURE;
        }
        eprintln!("== {}: ok, {seconds:.1} s", step.name);
    }
    ExitCode::SUCCESS
}

/// Lints the members of the workspace only: clippy takes the dependencies that `cargo check` has checked.
fn lints() -> Result<(), String> {
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn docs() -> Result<(), String> {
    let mut doc = cargo::command(&["doc", "--no-deps", "--document-private-items"])?;
    finish(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn cargo(subcommand: &[&str]) -> Result<(), String> {
    finish(&mut cargo::command(subcommand)?)
}

/// Runs a command to its end; anything but success is an error that names it.
pub(crate) fn finish(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(cause) => Err(format!("{command:?}: {cause}")),
    }
}
