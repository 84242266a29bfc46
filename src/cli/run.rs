//! The program from its arguments to its exit code.

use std::process::ExitCode;

use clap::Parser as _;

use super::args::{Args, Command, Draws};
use super::dispatch::dispatch;
use super::failure::Failure;
use super::{complete, log, output, runtime, screen, unknown};

/// Runs the command line that this process was started with.
pub fn main() -> ExitCode {
    if let Some(answered) = complete::answer() {
        return answered;
    }
    // The grammar would take the word for ROOT, and blame the one behind it.
    let first = std::env::args_os().nth(1);
    if let Some(failure) = first.and_then(|word| unknown::command(word.to_str()?)) {
        return failed(&failure);
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(message) => {
            output::parser_message(&message);
            return ExitCode::from(u8::try_from(message.exit_code()).unwrap_or(2));
        }
    };
    if matches!(args.command, Some(Command::Screen)) {
        return screen::serve();
    }
    match start(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    failure.report().into_iter().for_each(output::report);
    ExitCode::from(failure.exit_code())
}

fn start(args: Args) -> Result<(), Failure> {
    let draws = args.draws();
    log::start(draws)?;
    let runtime = runtime::start(draws == Draws::Screen)
        .map_err(|error| Failure::io("could not start the runtime", &error))?;
    let result = runtime.block_on(dispatch(args));
    // A read of stdin cannot be called off: whoever waits for it would wait for ever.
    runtime.shutdown_background();
    result
}
