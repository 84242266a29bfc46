//! Why an export failed, as the command line says it.

use crate::cli::failure::Failure;
use crate::cli::output::unwritten;
use crate::files::Fault;

/// What to say where writing to `name` failed.
pub(super) fn failure(fault: Fault, name: &str) -> Failure {
    let message = fault.to_string();
    match fault {
        Fault::Exists(_) => Failure::failed(message).hint("`--force` replaces it"),
        Fault::Folder(_) => Failure::failed(message).hint("name a file in it"),
        Fault::Special(_) => Failure::failed(message).hint("`-` writes to stdout"),
        Fault::Dangling { .. } => {
            Failure::failed(message).hint("name that file, or take the link away")
        }
        Fault::File { source, .. } => Failure::io(message, &source),
        Fault::Output(error) => unwritten(name, &error),
        Fault::Form { reason, .. } => Failure::failed(message).because(reason),
    }
}
