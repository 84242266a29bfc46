//! `lanceq completions`: the completion script of a shell.

use clap::{Args, CommandFactory as _};

use super::args;
use super::failure::Result;
use super::output::Data;

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Prints the script.
pub(crate) fn run(args: &CompletionsArgs) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::Args::command(), "lanceq", &mut script);
    let mut data = Data::stdout();
    data.write(&String::from_utf8_lossy(&script))?;
    data.finish()
}
