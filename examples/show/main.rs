//! Short programs that show one thing each: `cargo xtask example NAME` runs one of them in a temporary root.
//!
//! They are one binary, because linking Lance takes half a minute. What each prints stands at its top, and is held against what
//! it does print by a test.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "examples print fields that are there"
)]

use std::path::Path;
use std::process::ExitCode;

mod consumer_group;
mod live_tail;
mod put_and_read;
mod similar;
mod time_travel;

const NAMES: &str = "put_and_read, consumer_group, live_tail, similar, time_travel";

#[tokio::main]
async fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match run(&name).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let root: &Path = folder.path();
    match name {
        "put_and_read" => put_and_read::run(root).await?,
        "consumer_group" => consumer_group::run(root).await?,
        "live_tail" => live_tail::run(root).await?,
        "similar" => similar::run(root).await?,
        "time_travel" => time_travel::run(root).await?,
        "" => return Err(format!("name one of the examples: {NAMES}").into()),
        _ => return Err(format!("there is no example `{name}`; there are {NAMES}").into()),
    }
    Ok(())
}
