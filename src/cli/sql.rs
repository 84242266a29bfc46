//! `lanceq sql`: queries over topics.

use std::io::{IsTerminal as _, Read as _};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_schema::Schema;
use clap::Args;

use super::args::{Format, PrintArgs, whole};
use super::failure::{Failure, Result};
use super::format::Printer;
use super::output::{self, Data};
use crate::{Chunk, Engine, Query, SqlOptions};

#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// The query; `-` or nothing reads it from stdin
    pub(crate) query: Option<String>,

    /// At most so many rows; 0 for all [default: 1000 on a terminal, all in a pipe]
    #[arg(short = 'n', long, value_name = "N", value_parser = whole, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    /// Megabytes of memory for what it sorts, groups and joins; what does not fit goes into temporary files [default: 1024]
    #[arg(long, value_name = "MB", value_parser = super::args::positive)]
    pub(crate) memory: Option<usize>,

    /// How to print rows [default: table on a terminal, jsonl in a pipe]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
}

/// Rows that a terminal gets where nobody said how many.
const ON_A_TERMINAL: u64 = 1000;

/// Prints the rows of the answer as they come.
pub(crate) async fn run(engine: &Engine, args: &SqlArgs) -> Result {
    let query = args.query.as_deref().filter(|query| *query != "-");
    let query = query.map_or_else(from_stdin, |query| Ok(query.to_owned()))?;
    let mut options = SqlOptions::default();
    if let Some(megabytes) = args.memory {
        options = options.memory(megabytes.saturating_mul(1 << 20));
    }
    let answer = engine.sql(&query, &options).await?;
    if args.format.is_none() && is_plan(answer.schema()) {
        return print_plan(answer).await;
    }
    let usual = if output::stdout_is_terminal() { ON_A_TERMINAL } else { 0 };
    let most = Some(args.limit.unwrap_or(usual)).filter(|most| *most > 0).unwrap_or(u64::MAX);
    print(answer, most, args.format).await
}

fn from_stdin() -> Result<String> {
    if std::io::stdin().is_terminal() {
        return Err(Failure::wrong_use("a query is missing")
            .hint("lanceq sql \"select count(*) from my_topic\""));
    }
    let mut query = String::new();
    let read = std::io::stdin().read_to_string(&mut query);
    read.map_err(|error| Failure::io("could not read the query from stdin", &error))?;
    Ok(query)
}

async fn print(mut answer: Query, most: u64, format: Option<Format>) -> Result {
    let mut printer = Printer::new(PrintArgs { format, with_offset: false });
    let mut has_more = false;
    while let Some(batch) = answer.next().await? {
        let left = most - printer.printed();
        has_more = batch.num_rows() as u64 > left;
        printer.chunk(&rows(batch), usize::try_from(left).unwrap_or(usize::MAX))?;
        if has_more {
            break;
        }
    }
    let count = printer.printed();
    printer.finish()?;
    if has_more {
        output::narrate(format!("the first {count} rows; there are more: `--limit 0` prints all"));
    } else if count == 0 {
        output::narrate("no rows");
    }
    Ok(())
}

/// Rows that lie nowhere, in the form in which records are printed.
fn rows(batch: RecordBatch) -> Chunk {
    Chunk { bucket: 0, offsets: vec![0; batch.num_rows()], buffered: false, batch }
}

/// Whether the answer says how a query is answered.
fn is_plan(schema: &Schema) -> bool {
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    names == ["plan_type", "plan"]
}

/// Prints plans as they are, for people to read.
async fn print_plan(mut answer: Query) -> Result {
    let mut out = Data::stdout();
    while let Some(batch) = answer.next().await? {
        let columns: Vec<_> =
            batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
        let [names, plans] = columns.as_slice() else { continue };
        for (name, plan) in names.iter().zip(plans.iter()) {
            out.line(&format!("{}:", name.unwrap_or_default()))?;
            out.line(plan.unwrap_or_default().trim_end())?;
        }
    }
    out.finish()
}
