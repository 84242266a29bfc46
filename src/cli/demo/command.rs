//! The command: writes, or starts the writers and shows what they write.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::writer_process::{BEGUN, WriterProcess, stdin_ends};
use super::writers::{TRACES, Written, write};
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::open::OpenArgs;
use crate::cli::{open, output, screen};
use crate::tui::{Options, Start};
use crate::{Engine, TopicName};

/// What is said where the writers end before the explorer.
const ENDED: &str = "the demo's writers have ended";

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Only write, for so long, and print a summary; no explorer
    #[arg(long, value_name = "SECONDS", value_parser = crate::cli::moment::seconds, allow_negative_numbers = true)]
    pub(crate) headless: Option<Duration>,

    /// Open on the live traces at once, without the tour
    #[arg(long, conflicts_with = "headless")]
    pub(crate) no_tour: bool,

    /// Stop when stdin ends: how the demo's own writer follows the explorer
    #[arg(long, hide = true, requires = "headless")]
    pub(crate) until_stdin_ends: bool,
}

/// Runs the demo in `root`, or in a temporary one.
pub(crate) async fn run(args: &DemoArgs, root: Option<PathBuf>) -> Result {
    match args.headless {
        Some(time) => headless(args, time, root).await,
        None => explore(args, root).await,
    }
}

async fn explore(args: &DemoArgs, root: Option<PathBuf>) -> Result {
    open::needs_terminal()?;
    if let Some(root) = root {
        return explore_in(args, &root).await;
    }
    let folder = temporary()?;
    let result = explore_in(args, folder.path()).await;
    drop(folder);
    result
}

/// Shows what the writers write; when it returns, they have ended.
async fn explore_in(args: &DemoArgs, root: &Path) -> Result {
    let engine = Engine::builder(root).screen(Arc::new(screen::pool()?)).open().await?;
    output::narrate("starting the writers …");
    let mut writers = WriterProcess::start(root)?;
    let result = match writers.has_written(&engine).await {
        Ok(()) => {
            let traces = TRACES.parse::<TopicName>()?;
            // The tour begins where one begins at home: at the topics.
            let start = if args.no_tour { Start::Tail(traces) } else { Start::Records(traces) };
            let tour = !args.no_tour;
            let setup = open::Setup::read(&OpenArgs::default())?;
            let options = Options { start, tour, ..setup.options() };
            explore_while_written(&engine, &mut writers, options).await
        }
        Err(failure) => Err(failure),
    };
    writers.stop().await;
    result
}

/// Shows the explorer; where the writers end before it, says so in it, and once more when it has ended.
async fn explore_while_written(
    engine: &Engine,
    writers: &mut WriterProcess,
    options: Options,
) -> Result {
    let (tell, news) = mpsc::channel(1);
    let explored = open::explore(engine, Options { news: Some(news), ..options });
    let mut explored = pin!(explored);
    let last_words = tokio::select! {
        biased;
        result = &mut explored => return result,
        last_words = writers.ended() => last_words,
    };
    // The explorer may have ended meanwhile; then it is said below.
    tell.send(format!("{ENDED}: {last_words}")).await.ok();
    explored.await?;
    Err(Failure::failed(ENDED).because(last_words))
}

/// Writes for so long. A temporary root is kept, for somebody to look at.
async fn headless(args: &DemoArgs, time: Duration, root: Option<PathBuf>) -> Result {
    let root = match root {
        Some(root) => root,
        None => temporary()?.keep(),
    };
    let engine = Engine::open(&root).await?;
    output::narrate(format!("{BEGUN}{0}; watch it with `lanceq {0}`", root.display()));
    let mut interrupt = Interrupt::listen(Some("stopping; Ctrl-C again ends at once"));
    let mut is_interrupted = false;
    let stop = async {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = interrupt.asked() => is_interrupted = true,
            () = stdin_ends(), if args.until_stdin_ends => {}
        }
    };
    let written = write(&engine, stop).await?;
    sum_up(&written, &root);
    if is_interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

fn temporary() -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix("lanceq-demo-")
        .tempdir()
        .map_err(|error| Failure::io("could not make a temporary folder", &error))
}

fn sum_up(written: &Written, root: &Path) {
    let Written { traces, metrics, events } = written;
    output::narrate(format!(
        "put and flushed {traces} traces, {metrics} metrics and {events} events in {}",
        root.display()
    ));
}
