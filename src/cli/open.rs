//! `lanceq [ROOT]`: the explorer.

use std::error::Error as _;

use super::failure::{Failure, Result};
use super::output;
use crate::tui::{self, Ended, Options, Signal, TerminalError};
use crate::{Engine, Error, ErrorKind};

/// Opens the explorer on a root.
pub(crate) async fn run(engine: &Engine) -> Result {
    needs_terminal()?;
    // A folder that is not there is said before the screen is taken over.
    engine.topics().await.map_err(unopened)?;
    explore(engine, Options { memory: tui::state_folder(), ..Options::default() }).await
}

/// Why a root cannot be explored; where there is none, how to begin.
fn unopened(error: Error) -> Failure {
    let is_missing = error.kind() == ErrorKind::NotFound;
    let failure = Failure::from(error);
    if !is_missing {
        return failure;
    }
    failure.hint(
        "`lanceq demo` shows live data; `lanceq put my_topic file.jsonl` creates the folder; \
         `--root PATH` names another",
    )
}

/// Opens the explorer where the options say; returns when somebody ends it.
pub(crate) async fn explore(engine: &Engine, options: Options) -> Result {
    let ended = tui::run(engine.clone(), options).await;
    for report in tui::reports() {
        output::narrate(format!("the report of a fault is in {}", report.display()));
    }
    match ended {
        Ok(Ended::ByUser) => Ok(()),
        Ok(Ended::BySignal(signal)) => Err(Failure::Signalled(signal.number())),
        Ok(Ended::ByHangUp) => Err(Failure::Signalled(Signal::HangUp.number())),
        Err(TerminalError::NoTerminal) => Err(no_terminal()),
        Err(TerminalError::Panicked { message, .. }) => Err(broken(message)),
        Err(error) => {
            let failure = Failure::failed(error.to_string());
            Err(error
                .source()
                .into_iter()
                .fold(failure, |failure, cause| failure.because(cause.to_string())))
        }
    }
}

fn broken(message: String) -> Failure {
    Failure::failed("the explorer ended because of a fault of its own")
        .because(message)
        .hint("please pass the report on: with it the fault can be found")
}

/// Says what is missing where the explorer could not be shown.
pub(crate) fn needs_terminal() -> Result {
    if output::stdout_is_terminal() { Ok(()) } else { Err(no_terminal()) }
}

fn no_terminal() -> Failure {
    Failure::wrong_use("the explorer needs a terminal, and this is none")
        .hint("`lanceq ls`, `lanceq get` and `lanceq tail` do the same in a pipe")
}
