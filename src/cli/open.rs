//! `lanceq [ROOT]`: the explorer.

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::failure::{Failure, Result};
use super::output;
use crate::tui::{self, Colours, Config, Ended, Options, Signal, TerminalError, Theme};
use crate::{Engine, Error, ErrorKind};

/// What `lanceq open` takes.
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
#[derive(Debug, Default, Args)]
pub(crate) struct OpenArgs {
    /// The folder to explore; the same as --root
    #[arg(value_name = "ROOT")]
    pub(crate) explore: Option<PathBuf>,

    /// The configuration [default: lanceq/config.toml in `$XDG_CONFIG_HOME` or `~/.config`]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The colours: ansi, contrast, deuteranopia or mono [default: ansi, with `NO_COLOR` mono]
    #[arg(long, value_name = "NAME", value_parser = theme)]
    pub(crate) theme: Option<Theme>,

    /// Leave the mouse to the terminal, which selects text with it
    #[arg(long)]
    pub(crate) no_mouse: bool,

    /// Draw borders with ASCII only
    #[arg(long)]
    pub(crate) ascii: bool,

    /// Let nothing move by itself
    #[arg(long)]
    pub(crate) reduced_motion: bool,

    /// Change nothing: what would put, flush, tag or compact is off until F6 allows it
    #[arg(long)]
    pub(crate) read_only: bool,
}

fn theme(name: &str) -> Result<Theme, String> {
    Theme::named(name).ok_or_else(|| "expected ansi, contrast, deuteranopia or mono".into())
}

/// How the explorer is to look and to behave: what was set up, and what the command line says besides.
pub(crate) struct Setup {
    config: Config,
    /// What is wrong with what was set up.
    told: Vec<String>,
    read_only: bool,
}

impl Setup {
    /// Reads what was set up; only a file that is named must be there.
    pub(crate) fn read(args: &OpenArgs) -> Result<Self> {
        if let Some(file) = args.config.as_ref().filter(|file| !file.is_file()) {
            return Err(Failure::failed(format!("there is no file {}", file.display())).hint(
                "`--config FILE` names a configuration; docs/explorer.md says what it may hold",
            ));
        }
        let file: Option<PathBuf> = args.config.clone().or_else(tui::config_file);
        let (mut config, told) = file.map(|file| tui::read_config(&file)).unwrap_or_default();
        config.mouse &= !args.no_mouse;
        config.ascii |= args.ascii;
        config.reduced_motion |= args.reduced_motion;
        config.theme = args.theme.or(config.theme);
        Ok(Self { config, told, read_only: args.read_only })
    }

    /// How often the disk is to be looked at where no events come.
    pub(crate) fn poll(&self) -> Option<Duration> {
        self.config.poll
    }

    /// The same for the explorer.
    pub(crate) fn options(self) -> Options {
        let theme = self.config.theme.unwrap_or_else(Theme::from_env);
        let colours = Colours::from_env();
        let Self { config, told, read_only } = self;
        Options { theme, colours, config, told, read_only, ..Options::default() }
    }
}

/// Opens the explorer on a root.
pub(crate) async fn run(engine: &Engine, setup: Setup) -> Result {
    needs_terminal()?;
    // A folder that is not there is said before the screen is taken over.
    engine.topics().await.map_err(unopened)?;
    explore(engine, Options { memory: tui::state_folder(), ..setup.options() }).await
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
