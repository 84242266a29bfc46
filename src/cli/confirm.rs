//! Asks a person to type a name before something goes.

use std::io::{self, BufRead as _, IsTerminal as _};

use super::failure::{Failure, Result};
use super::output;

/// Has the name typed in, on a terminal; elsewhere `--yes` must have been given.
pub(crate) fn confirm(what: &str, name: &str) -> Result {
    if !(io::stdin().is_terminal() && output::stderr_is_terminal()) {
        return Err(Failure::wrong_use(format!("{what} has to be confirmed"))
            .hint("there is no terminal to ask on; with `--yes` it is done unasked"));
    }
    output::narrate(format!("Type {name} to go on, anything else to leave it as it is:"));
    let mut typed = String::new();
    let read = io::stdin().lock().read_line(&mut typed);
    read.map_err(|error| Failure::io("could not read what is typed", &error))?;
    if typed.trim() == name {
        return Ok(());
    }
    Err(Failure::failed("another name was typed; nothing was done"))
}
