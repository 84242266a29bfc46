//! `lanceq repair`: mends what keeps a topic from being opened for writing.

use super::args::RepairArgs;
use super::failure::Result;
use super::{output, recovery};
use crate::Engine;

/// Repairs, and prints what was done.
pub(crate) async fn run(engine: &Engine, args: &RepairArgs) -> Result {
    let done = engine.repair(&args.topic, args.bucket).await?;
    if args.facts.json {
        return output::json(&done);
    }
    if done.is_empty() {
        output::narrate(format!("{}: there is nothing to repair", args.topic));
    }
    let lines: Vec<_> = done.iter().map(recovery::sentence).collect();
    output::lines(&lines)
}
