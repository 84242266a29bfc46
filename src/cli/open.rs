//! `lanceq [ROOT]`: the explorer.

use std::error::Error as _;

use super::failure::{Failure, Result};
use super::output;
use crate::Engine;
use crate::tui::{self, Options, TerminalError};

/// Opens the explorer on a root.
pub(crate) async fn run(engine: &Engine) -> Result {
    needs_terminal()?;
    // A folder that is not there is said before the screen is taken over.
    engine.topics().await?;
    explore(engine, Options::default()).await
}

/// Opens the explorer where the options say; returns when the person leaves it.
pub(crate) async fn explore(engine: &Engine, options: Options) -> Result {
    match tui::run(engine.clone(), options).await {
        Ok(_) => Ok(()),
        Err(TerminalError::NoTerminal) => Err(no_terminal()),
        Err(error) => {
            let failure = Failure::failed(error.to_string());
            Err(error
                .source()
                .into_iter()
                .fold(failure, |failure, cause| failure.because(cause.to_string())))
        }
    }
}

/// Says what is missing where the explorer could not be shown.
pub(crate) fn needs_terminal() -> Result {
    if output::stdout_is_terminal() { Ok(()) } else { Err(no_terminal()) }
}

fn no_terminal() -> Failure {
    Failure::wrong_use("the explorer needs a terminal, and this is none")
        .hint("`lanceq ls`, `lanceq get` and `lanceq tail` do the same in a pipe")
}
