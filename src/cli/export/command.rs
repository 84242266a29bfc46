//! An export from its options to the file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::failed::failure;
use crate::cli::count::{counted, non_finite};
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{self, Data};
use crate::cli::pick::Pick;
use crate::cli::progress::Progress;
use crate::files::{FileFormat, Sink, Target};
use crate::{Engine, Scan};

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The topic
    pub(crate) topic: String,

    /// The file to write; `-` writes to stdout
    pub(crate) file: PathBuf,

    /// What to write [default: by extension: .jsonl, .csv, .parquet, .arrow]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<FileFormat>,

    /// Replace the file where it exists
    #[arg(long)]
    pub(crate) force: bool,

    /// At most so many records in all; with --filter, so many that match
    #[arg(long, value_name = "N", value_parser = crate::cli::args::whole, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    #[command(flatten)]
    pub(crate) pick: Pick,
}

/// Whether a terminal cannot show it.
fn is_binary(format: FileFormat) -> bool {
    matches!(format, FileFormat::Parquet | FileFormat::Arrow)
}

/// Whether this names stdout.
fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

/// Writes all records that were there when it began, and says how many.
pub(crate) async fn run(engine: &Engine, args: &ExportArgs) -> Result {
    let format = args.format.or_else(|| FileFormat::of(&args.file)).ok_or_else(|| {
        let file = args.file.display();
        Failure::wrong_use(format!("what is to be written does not follow from the name {file}"))
            .hint("end it in .jsonl, .csv, .parquet or .arrow, or say it with --format")
    })?;
    if is_binary(format) && is_stdout(&args.file) && output::stdout_is_terminal() {
        return Err(Failure::wrong_use("a terminal cannot show Parquet or Arrow")
            .hint("redirect it into a file, or name one"));
    }
    // IMPORTANT: before there is a file that a signal could leave behind.
    let interrupt = Interrupt::listen(Some("stopping; nothing is left behind"));
    let mut scan = args.pick.reader(engine, &args.topic).await?.scan().await?;
    write(&mut scan, (args, format), interrupt).await
}

/// Writes what is read; where it is stdout, there is nothing to make complete.
async fn write(
    scan: &mut Scan,
    (args, format): (&ExportArgs, FileFormat),
    interrupt: Interrupt,
) -> Result {
    let name = args.file.display().to_string();
    let (target, out, name) = if is_stdout(&args.file) {
        (None, Data::stdout(), "stdout".to_owned())
    } else {
        let target = Target::of(&args.file, args.force).map_err(|fault| failure(fault, &name))?;
        let file = target.open().map_err(|fault| failure(fault, &name))?;
        (Some(target), Data::file(file, &name), name)
    };
    let failure = |fault| failure(fault, &name);
    let mut sink = Sink::new(format, out, scan.schema()).map_err(failure)?;
    let count = copy(scan, (&mut sink, &name), (args, interrupt)).await?;
    let as_null = sink.finish().map_err(failure)?;
    if as_null > 0 {
        let values = usize::try_from(as_null).unwrap_or(usize::MAX);
        output::narrate(non_finite(values, "written"));
    }
    if let Some(target) = target {
        target.complete().map_err(failure)?;
        output::narrate(format!("exported {} to {name}", counted(count, "record")));
    }
    Ok(())
}

/// Copies up to the limit; returns how many records.
async fn copy(
    scan: &mut Scan,
    (sink, name): (&mut Sink<Data>, &str),
    (args, mut interrupt): (&ExportArgs, Interrupt),
) -> Result<u64> {
    let mut progress = Progress::records("exporting", scan.total());
    let (mut left, mut count) = (args.limit.unwrap_or(u64::MAX), 0);
    while left > 0 {
        let chunk = tokio::select! {
            biased;
            () = interrupt.asked() => return Err(Failure::Interrupted),
            chunk = scan.next() => chunk?,
        };
        let Some(chunk) = chunk else { break };
        let rows = chunk.batch.num_rows().min(usize::try_from(left).unwrap_or(usize::MAX));
        sink.write(&chunk.batch.slice(0, rows)).map_err(|fault| failure(fault, name))?;
        left -= rows as u64;
        count += rows as u64;
        progress.at(scan.passed());
    }
    Ok(count)
}
