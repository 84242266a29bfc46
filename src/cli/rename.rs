//! `lanceq rename`: a topic gets another name.

use clap::Args;

use super::failure::Result;
use super::output;
use crate::Engine;

/// Give a topic another name: all of it, with what is buffered, its versions, tags and groups
///
/// It is one rename of its folder. Programs that have the topic open are told: their next put fails, and what they had put is in the
/// topic of the new name.
#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    /// The topic
    pub(crate) topic: String,

    /// Its new name
    pub(crate) new: String,
}

/// Renames, and says so.
pub(crate) async fn run(engine: &Engine, args: &RenameArgs) -> Result {
    let RenameArgs { topic, new } = args;
    engine.rename_topic(topic, new).await?;
    output::narrate(format!("{topic} is {new} now"));
    Ok(())
}
