//! The command: measures what is asked for, one thing after the other, and reports.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::folder::Folder;
use super::machine::Machine;
use super::plan::{Plan, What};
use super::report::{Measured, Report, name};
use super::turns::Turns;
use super::watch::Watch;
use crate::cli::args::{FactsArgs, positive};
use crate::cli::failure::Result;
use crate::cli::output;

/// Measure this disk: put, flush, get, stream and tail, each beside plain files
///
/// Works in a temporary folder below the root, which is removed, also after Ctrl-C; without a root, below the current
/// folder. Both sides of a measurement take turns; the ratio is the speed of lanceq over that of the raw side.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// What to measure [default: everything]
    #[arg(value_enum, value_name = "WHAT")]
    pub(crate) what: Vec<What>,

    /// A few seconds: 2,000 records and one round, to see that it runs
    #[arg(long)]
    pub(crate) quick: bool,

    /// So many records [default: 100000]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) records: Option<usize>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Measures below a root, and prints what came of it.
pub(crate) async fn run(args: &BenchArgs, root: Option<PathBuf>) -> Result {
    let plan = Plan::of(args.quick, args.records);
    let mut watch = Watch::listen();
    let folder = Folder::below(root)?;
    let machine = Machine::at(folder.path());
    if cfg!(debug_assertions) {
        output::narrate(
            "note: this is a debug build, and its figures say nothing: build with `--release`",
        );
    }
    let measured = measure_all(&chosen(&args.what), &folder, plan, &mut watch).await;
    folder.remove();
    let report = Report::of(machine, plan, measured?);
    if args.facts.json { report.json() } else { report.table() }
}

/// Each once, in the usual order; all where none is named.
fn chosen(named: &[What]) -> Vec<What> {
    let all = What::value_variants().iter().copied();
    all.filter(|what| named.is_empty() || named.contains(what)).collect()
}

async fn measure_all(
    whats: &[What],
    folder: &Folder,
    plan: Plan,
    watch: &mut Watch,
) -> Result<Vec<Measured>> {
    let mut turns = Turns::new(folder, plan, watch);
    let mut measured = Vec::new();
    for what in whats {
        output::narrate(format!("measuring {} …", name(*what)));
        let (mut lanceq, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..plan.rounds {
            raw.push(turns.raw(*what).await?.figures());
            lanceq.push(turns.lanceq(*what).await?.figures());
        }
        measured.push(Measured::of(*what, &lanceq, &raw));
    }
    Ok(measured)
}
