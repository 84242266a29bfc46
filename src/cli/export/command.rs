//! An export from its options to the file.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::sink::Sink;
use super::target::{Target, is_stdout};
use crate::cli::count::counted;
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::output;
use crate::cli::pick::Pick;
use crate::cli::progress::Progress;
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

/// What kind of file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    /// One JSON object a line
    #[value(alias = "ndjson")]
    Jsonl,
    /// Comma-separated values with a header line; nested values as JSON text
    Csv,
    /// Apache Parquet, compressed with zstd
    Parquet,
    /// An Arrow IPC file, also known as Feather
    #[value(aliases = ["feather", "ipc"])]
    Arrow,
}

impl FileFormat {
    fn of(file: &Path) -> Option<Self> {
        let extension = file.extension()?.to_str()?;
        Self::from_str(extension, true).ok()
    }

    fn is_binary(self) -> bool {
        matches!(self, Self::Parquet | Self::Arrow)
    }
}

/// Writes all records that were there when it began, and says how many.
pub(crate) async fn run(engine: &Engine, args: &ExportArgs) -> Result {
    let format = args.format.or_else(|| FileFormat::of(&args.file)).ok_or_else(|| {
        let file = args.file.display();
        Failure::wrong_use(format!("what is to be written does not follow from the name {file}"))
            .hint("end it in .jsonl, .csv, .parquet or .arrow, or say it with --format")
    })?;
    if format.is_binary() && is_stdout(&args.file) && output::stdout_is_terminal() {
        return Err(Failure::wrong_use("a terminal cannot show Parquet or Arrow")
            .hint("redirect it into a file, or name one"));
    }
    // IMPORTANT: before there is a file that a signal could leave behind.
    let interrupt = Interrupt::listen(Some("stopping; nothing is left behind"));
    let mut scan = args.pick.reader(engine, &args.topic).await?.scan().await?;
    let target = Target::of(&args.file, args.force)?;
    let mut sink = Sink::new(format, target.open()?, scan.schema())?;
    let count = copy(&mut scan, &mut sink, (args, interrupt)).await?;
    sink.finish()?;
    if let Some(name) = target.complete()? {
        output::narrate(format!("exported {} to {name}", counted(count, "record")));
    }
    Ok(())
}

/// Copies up to the limit; returns how many records.
async fn copy(
    scan: &mut Scan,
    sink: &mut Sink,
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
        sink.write(&chunk.batch.slice(0, rows))?;
        left -= rows as u64;
        count += rows as u64;
        progress.at(scan.passed());
    }
    Ok(count)
}
