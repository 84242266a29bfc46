//! `lanceq completions`: the completion script of a shell.

use clap::Args;
use clap_complete::env::Shells;

use super::complete::VARIABLE;
use super::failure::{Failure, Result};
use super::output::Data;

/// Print the completion script of a shell
///
/// The script asks the program how a line may go on, so it knows the topics of the root, their columns, tags, versions and
/// buckets, and needs `lanceq` on the PATH. Let the shell read it when it starts: `source <(lanceq completions bash)`,
/// `source <(lanceq completions zsh)` behind `compinit`, `lanceq completions fish | source`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Where zsh loads the script as a function of its `fpath`, it does so for a first line that is waiting.
const AT_ONCE: &str =
    "if [[ $funcstack[1] == _lanceq ]]; then _clap_dynamic_completer_lanceq \"$@\"; fi\n";

/// Prints the script.
pub(crate) fn run(args: &CompletionsArgs) -> Result {
    let name = args.shell.to_string();
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let unknown = || Failure::wrong_use(format!("there are no completions for {name}"));
    let shell = shells.completer(&name).ok_or_else(unknown)?;
    // By its name: a path would be that of the machine on which a package is made.
    shell
        .write_registration(VARIABLE, "lanceq", "lanceq", "lanceq", &mut script)
        .map_err(|error| Failure::io("could not write the script", &error))?;
    if args.shell == clap_complete::Shell::Zsh {
        script.extend(AT_ONCE.bytes());
    }
    let mut data = Data::stdout();
    data.write(&String::from_utf8_lossy(&script))?;
    data.finish()
}
