//! Answers a shell that asks how a line may go on.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Command, CommandFactory as _};
use clap_complete::CompleteEnv;

use super::catalog::Catalog;
use super::kind::with_names;
use super::line::Line;
use crate::cli::args::Args;

/// Names the shell that asks; not set where a command is to run.
pub(crate) const VARIABLE: &str = "LANCEQ_COMPLETE";

/// Answers, where it is a shell that started this process; else there is a command to run.
pub(crate) fn answer() -> Option<ExitCode> {
    std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty())?;
    let asked: Vec<OsString> = std::env::args_os().collect();
    let words = asked.iter().position(|word| word == "--").and_then(|at| asked.get(at + 1..));
    let catalog = Arc::new(Catalog::new(Line::read(Args::command(), words.unwrap_or_default())));
    let grammar = || -> Command { with_names(Args::command(), &catalog) };
    let here = std::env::current_dir().ok();
    let answered = CompleteEnv::with_factory(grammar)
        .var(VARIABLE)
        .bin("lanceq")
        .completer("lanceq")
        .try_complete(asked, here.as_deref());
    // A shell shows nothing of what is said here but in the middle of the line that is typed.
    Some(if answered.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
