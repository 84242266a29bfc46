//! The command line's grammar; its comments are its help.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use super::adopt::AdoptArgs;
use super::bench::BenchArgs;
use super::branches::BranchesArgs;
use super::cleanup::CleanupArgs;
use super::compact::CompactArgs;
use super::completions::CompletionsArgs;
use super::create::CreateArgs;
use super::delete::DeleteArgs;
use super::demo::DemoArgs;
use super::diff::DiffArgs;
use super::export::ExportArgs;
use super::flush::FlushArgs;
use super::get::GetArgs;
use super::groups::GroupsArgs;
use super::index::IndexArgs;
use super::man::ManArgs;
use super::metrics::MetricsArgs;
use super::open::OpenArgs;
use super::options::OptionsArgs;
use super::pick::Matching;
use super::put::Keeping;
use super::rename::RenameArgs;
use super::repair::RepairArgs;
use super::restore::RestoreArgs;
use super::retain::RetainArgs;
use super::schema::SchemaArgs;
use super::search::SearchArgs;
use super::sql::SqlArgs;
use super::stats::StatsArgs;
use super::storage::StorageArgs;
use super::tag::TagArgs;
use super::trash::TrashArgs;
use super::verify::VerifyArgs;
use super::versions::VersionsArgs;
use super::waiting::Waiting;
use crate::{Durability, Error, From};

/// Queues on the Lance columnar format: put records, read them by offset, follow them live.
///
/// Without a command, the explorer opens on ROOT.
#[derive(Debug, Parser)]
#[command(name = "lanceq", version, disable_help_subcommand = true, args_override_self = true)]
pub(crate) struct Args {
    /// The folder to explore; the same as --root
    #[arg(value_name = "ROOT")]
    pub(crate) explore: Option<PathBuf>,

    /// The folder that holds the topics [default: what `LANCEQ_ROOT` names, else `./queue_storage`]
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) root: Option<PathBuf>,

    /// Follow symbolic links, and names in datasets, that lead out of the root
    #[arg(long, global = true)]
    pub(crate) follow_links: bool,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Whether a command takes the screen over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Draws {
    /// It draws on the whole screen.
    Screen,
    /// It writes lines.
    Lines,
}

impl Args {
    /// Whether this command line opens the explorer.
    pub(crate) fn draws(&self) -> Draws {
        match &self.command {
            None | Some(Command::Open(_)) => Draws::Screen,
            Some(Command::Demo(demo)) if demo.headless.is_none() => Draws::Screen,
            Some(_) => Draws::Lines,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open the explorer
    Open(OpenArgs),
    /// Put records into a topic, which is created where it does not exist
    ///
    /// A regular file is read whole before anything is put: its schema is inferred from all of it,
    /// and nothing is put if a record does not fit. From a pipe, records are put as they come.
    Put(Box<PutArgs>),
    /// Persist what is buffered, by whichever process
    Flush(FlushArgs),
    Verify(VerifyArgs),
    Cleanup(CleanupArgs),
    Retain(RetainArgs),
    Compact(CompactArgs),
    Index(Box<IndexArgs>),
    /// Mend a topic that cannot be opened for writing
    ///
    /// What cannot be read of its log is taken away and kept aside, and what is lost by it is said. Where
    /// another program removed a version that may have been a flush, it cannot be known whether what the
    /// log holds is persisted: without --keep or --drop, it only says how much of it is, by its contents.
    Repair(RepairArgs),
    /// Print records from an offset on
    Get(GetArgs),
    /// Print new records as they come
    Tail(TailArgs),
    /// List the named groups of a topic and how far each is behind; move or delete one
    ///
    /// A group is made by `lanceq tail --group NAME`, or by a program, and goes on where it committed.
    Groups(GroupsArgs),
    /// Print the records whose vectors are nearest to one, itself first
    Search(Box<SearchArgs>),
    /// Answer a query in SQL over topics: "select model, count(*) from traces group by model"
    ///
    /// A topic is a table; "traces/2" is one bucket of it, "traces@nightly" what there was at a tag, "traces/2@v41" at a
    /// version. Where the query names them, _bucket, _offset and _buffered say where a record lies. Nothing can be changed.
    Sql(SqlArgs),
    /// List the topics
    Ls(FactsArgs),
    /// Show how many records there are, and what they cost on disk
    Stats(StatsArgs),
    Storage(StorageArgs),
    /// Show a topic's fields and their types
    Schema(SchemaArgs),
    /// List the versions of a topic's buckets, newest first
    Versions(VersionsArgs),
    /// List the branches of a topic's buckets, which other programs made
    ///
    /// A branch is read with --branch; nothing is written to it.
    Branches(BranchesArgs),
    /// Print the records that differ between two versions, and say which columns do
    ///
    /// A record is told by its offset, which compaction, updates and restores keep; of one that was updated, the cells
    /// that differ are named. What is buffered is in no version.
    Diff(Box<DiffArgs>),
    /// Mark the head of each bucket, or one version of a bucket, with a name
    ///
    /// A tag names a version in --at and in restore, and keeps it from being cleaned up. What is buffered is in no
    /// version: flush first to have it marked.
    Tag(TagArgs),
    /// Make the records of an older version the topic's again, as a new version
    ///
    /// The versions in between stay, and can be restored in turn. What is buffered stays buffered, and lands behind.
    Restore(RestoreArgs),
    /// Write records into a file: JSON Lines, CSV, Parquet or Arrow
    ///
    /// The records are those that there are when it begins, buffered ones included. The file gets its name when it is
    /// complete, so an export that is cancelled leaves nothing.
    Export(Box<ExportArgs>),
    Adopt(AdoptArgs),
    Create(CreateArgs),
    Options(OptionsArgs),
    Rename(RenameArgs),
    Delete(DeleteArgs),
    Trash(TrashArgs),
    Metrics(MetricsArgs),
    Bench(BenchArgs),
    /// List the keys of the explorer
    Keys(FactsArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    /// Show live data: writers in a temporary root, and the explorer on it
    Demo(DemoArgs),
    /// Try reads for the process that started this one: not for people
    #[command(name = super::screen::WORD, hide = true)]
    Screen,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PutArgs {
    /// The topic
    pub(crate) topic: String,

    /// The file to read; `-` or nothing reads stdin
    #[arg(conflicts_with = "record")]
    pub(crate) file: Option<PathBuf>,

    /// Put this one record, a JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) record: Option<String>,

    /// What the input is [default: by extension, else by its first bytes]
    #[arg(long, value_name = "FORMAT", conflicts_with = "record")]
    pub(crate) input_format: Option<InputFormat>,

    /// Give the topic this schema, as `lanceq schema TOPIC --json` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,

    /// Convert between text, numbers and booleans where a value does not fit its field
    #[arg(long)]
    pub(crate) coerce: bool,

    /// What to do with a record that does not fit
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub(crate) on_error: OnError,

    /// Keep in the topic how far the import of FILE has come, and go on there: however often it is interrupted, each record
    /// is put once. Give it from the first time on; records are seen once they are flushed
    #[arg(long, requires = "file", conflicts_with_all = ["record", "dry_run", "durability", "no_flush", "ack"])]
    pub(crate) resume: bool,

    /// Check only: print the schema and list what would be refused
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) promise: Promise,

    #[command(flatten)]
    pub(crate) topic_options: TopicOptions,

    /// Serve what this command counts at `http://ADDRESS/metrics` while it runs: a port of this machine only, or IP:PORT
    #[arg(long, value_name = "ADDRESS", value_parser = super::metrics::address)]
    pub(crate) metrics: Option<SocketAddr>,

    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// What a put record is promised, and how that is told.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct Promise {
    /// What a put record survives before it is flushed: memory (nothing), os (kill -9),
    /// always (a power cut), or MS: a power cut, but for the last so many milliseconds [default: 1000]
    #[arg(
        long,
        value_name = "memory|os|always|MS",
        value_parser = durability,
        allow_negative_numbers = true
    )]
    pub(crate) durability: Option<Durability>,

    /// Leave the last records in the log: no flush at the end, only at the threshold
    #[arg(long)]
    pub(crate) no_flush: bool,

    /// Print `BUCKET OFFSET` to stdout for each record, once it is as durable as asked for
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) ack: bool,
}

/// What a topic is made with, and how often this writer flushes.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct TopicOptions {
    /// How many buckets a new topic gets [default: 1]
    #[arg(long, value_name = "N", value_parser = buckets, allow_negative_numbers = true)]
    pub(crate) buckets: Option<u32>,

    /// Which field of a new topic's records chooses the bucket [default: id]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) bucket_column: Option<String>,

    /// Records buffered in a bucket that start a flush [default: 1000; of a file 100000, or 32 MiB]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) flush_threshold: Option<usize>,

    #[command(flatten)]
    pub(crate) keeping: Keeping,
    /// Leave small fragments as they are: `lanceq compact`, or another writer, rewrites them
    #[arg(long)]
    pub(crate) no_maintenance: bool,
}

/// The form of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub(crate) enum InputFormat {
    /// One JSON object a line
    #[value(alias = "ndjson")]
    Jsonl,
    /// A JSON array of objects
    Json,
    /// Comma-separated values with a header line
    Csv,
    /// Apache Parquet
    Parquet,
    /// Arrow IPC, as a file or as a stream; also known as Feather
    #[value(aliases = ["feather", "ipc"])]
    Arrow,
}

/// What happens to a record that does not fit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnError {
    /// Stop; of a regular file nothing is put
    #[default]
    Stop,
    /// Leave it out and list it on stderr
    Skip,
    /// Leave it out and append it, with the reason, to FILE.rejected.jsonl (for stdin TOPIC.rejected.jsonl)
    DeadLetter,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TailArgs {
    /// The topic
    pub(crate) topic: String,

    /// Where to start in each bucket: `end`, `start`, an offset, or -N for the last N records [default: end; of a new
    /// group start]
    #[arg(
        long,
        value_name = "end|start|N|-N",
        value_parser = super::moment::tail_start,
        allow_hyphen_values = true
    )]
    pub(crate) from: Option<From>,

    /// Read as this group: start where it committed, and commit what was written. --from is for a new one
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,

    /// Stop after so many records
    #[arg(short = 'n', long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    /// Stop when nothing has come for so long; fractions are fine
    #[arg(long, value_name = "SECONDS", value_parser = super::moment::seconds, allow_negative_numbers = true)]
    pub(crate) timeout: Option<std::time::Duration>,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Follow a branch that another program made: what that program commits on it
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    #[command(flatten)]
    pub(crate) matching: Matching,

    #[command(flatten)]
    pub(crate) print: PrintArgs,
}

/// How records are printed.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct PrintArgs {
    /// How to print records [default: table on a terminal, jsonl in a pipe]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

    /// Print first where each record lies: `_bucket`, `_offset`, `_buffered`
    #[arg(long)]
    pub(crate) with_offset: bool,
}

/// The form in which records are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people; long values are cut
    Table,
    /// One JSON object a line
    Jsonl,
    /// A JSON array of objects
    Json,
    /// Comma-separated values with a header line; nested values as JSON text
    Csv,
}

/// How facts are printed.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub(crate) struct FactsArgs {
    /// Print JSON; its shape is documented and stable
    #[arg(long)]
    pub(crate) json: bool,
}

pub(super) fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a whole number, 0 or more".into())
}

pub(super) fn bucket(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "buckets are numbered from 0".into())
}

fn durability(text: &str) -> Result<Durability, String> {
    text.parse().map_err(|error| match error {
        Error::InvalidOption { reason, .. } => reason,
        other => other.to_string(),
    })
}

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number, 1 or more".into())
}

pub(super) fn buckets(text: &str) -> Result<u32, String> {
    positive(text).and_then(|number| u32::try_from(number).map_err(|error| error.to_string()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_word_that_is_no_command_is_a_root() {
        let args = Args::try_parse_from(["lanceq", "some/folder"]).unwrap();
        assert_eq!(args.explore, Some(PathBuf::from("some/folder")));
        assert_eq!(args.draws(), Draws::Screen);
    }

    #[test]
    fn negative_numbers_are_wrong_use_and_named() {
        for line in [
            ["lanceq", "get", "t", "--limit", "-1"],
            ["lanceq", "get", "t", "--offset", "-1"],
            ["lanceq", "tail", "t", "--limit", "-1"],
            ["lanceq", "tail", "t", "--timeout", "-1"],
            ["lanceq", "get", "t", "--bucket", "-1"],
            ["lanceq", "put", "t", "--durability", "-1"],
        ] {
            let error = Args::try_parse_from(line).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(error.to_string().contains(line[3]), "{error}");
        }
    }

    #[test]
    fn a_tail_may_start_so_many_records_before_the_end() {
        let args = Args::try_parse_from(["lanceq", "tail", "t", "--from", "-5"]).unwrap();
        let Some(Command::Tail(tail)) = args.command else { panic!("no tail") };
        assert_eq!(tail.from, Some(From::Last(5)));
    }
}
