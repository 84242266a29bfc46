//! Where the engine's log goes: to the file that `LANCEQ_LOG` names, else only warnings, to stderr.

use std::env;
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::fmt;

use super::args::Draws;
use super::failure::{Failure, Result};
use super::output;

/// Names the log file.
const VARIABLE: &str = "LANCEQ_LOG";

/// Starts logging. A command that draws the screen never logs to it.
pub(crate) fn start(draws: Draws) -> Result {
    match env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => to_file(Path::new(&path)),
        None if draws == Draws::Lines => {
            to_stderr();
            Ok(())
        }
        None => Ok(()),
    }
}

fn to_file(path: &Path) -> Result {
    let file = File::options().create(true).append(true).open(path).map_err(|error| {
        Failure::io(format!("could not open {}", path.display()), &error)
            .hint(format!("{VARIABLE} names a file that the log is appended to"))
    })?;
    fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(Mutex::new(file))
        .init();
    Ok(())
}

fn to_stderr() {
    fmt()
        .with_ansi(false)
        .without_time()
        .with_target(false)
        .with_max_level(tracing::Level::WARN)
        .with_writer(output::warnings)
        .init();
}
