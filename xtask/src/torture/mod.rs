//! `cargo xtask torture`: the crash tests at the numbers that a release is judged by, in batches that can be resumed.
//!
//! Each batch is a run of an existing test with an own seed. What is done stands in `torture/progress.tsv` in the target
//! folder, so an interrupted run goes on where it was; the first violation ends it.

mod batch;
mod campaign;
mod machine;
mod progress;
mod report;
mod wanted;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;

pub(crate) use batch::target;
use batch::{Batch, Binary};
pub(crate) use machine::describe;
use progress::{Outcome, Progress};
use wanted::Wanted;

pub(crate) const USAGE: &str = "\
usage: cargo xtask torture [cuts=1000] [kills=10000] [cases=50000] [seed=1] [jobs=2] [options]

  cuts=N      power cuts of a real file system (needs root and loop devices); 0 leaves them out
  kills=N     kills of processes, spread over all durabilities, one process and four, and what runs beside them
  cases=N     cases of the model of the log's protocol
  seed=N      the first seed; another one is another run
  jobs=N      batches at once
  --nice      at low priority
  --fresh     forgets what is done and begins anew
  --report    prints the table of what is done, and does nothing";

/// Runs what is wanted and not done; prints the table.
pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = Wanted::read(arguments)?;
    let folder = target()?.join("torture");
    if wanted.is_fresh {
        Progress::forget(&folder)?;
    }
    let progress = Progress::open(&folder)?;
    if wanted.is_report {
        println!("{}", report::table(progress.lines()));
        return Ok(ExitCode::SUCCESS);
    }
    let binary = Binary::build(&folder)?;
    let broken = run_all(&wanted, &binary, progress)?;
    println!("\n{}", report::table(Progress::open(&folder)?.lines()));
    match broken {
        None => Ok(ExitCode::SUCCESS),
        Some((batch, log)) => {
            eprintln!("\nxtask: {} failed: {}", batch.name(), log.display());
            eprintln!("what it left: {}", binary.kept().display());
            eprintln!("once more:    {}", batch.command());
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Works off the batches, several at once; the first that fails, and its output.
fn run_all(
    wanted: &Wanted,
    binary: &Binary,
    progress: Progress,
) -> Result<Option<(Batch, PathBuf)>, String> {
    let queue = Mutex::new(campaign::batches(wanted, &progress).into_iter());
    let progress = Mutex::new(progress);
    let broken = Mutex::new(None);
    let next = || {
        let is_over = broken.lock().is_ok_and(|broken| Option::is_some(&broken));
        if is_over { None } else { queue.lock().ok()?.next() }
    };
    let work = || -> Result<(), String> {
        while let Some(batch) = next() {
            let done = binary.run(&batch, wanted.is_nice)?;
            let line = batch.line(wanted.seed, &done, binary.commit());
            progress.lock().map_err(|_| "a worker panicked")?.add(line)?;
            if done.outcome != Outcome::Passed {
                let mut broken = broken.lock().map_err(|_| "a worker panicked")?;
                broken.get_or_insert((batch, done.log));
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..wanted.jobs).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    broken.into_inner().map_err(|_| "a worker panicked".to_owned())
}
