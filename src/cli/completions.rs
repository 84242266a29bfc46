//! `lanceq completions`: the completion script of a shell.

use clap::CommandFactory as _;

use super::args::{Args, CompletionsArgs};
use super::failure::Result;
use super::output::Data;

/// Prints the script.
pub(crate) fn run(args: &CompletionsArgs) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "lanceq", &mut script);
    let mut data = Data::stdout();
    data.write(&String::from_utf8_lossy(&script))?;
    data.finish()
}
