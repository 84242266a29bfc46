//! `lanceq schema`: a topic's fields and their types.

use clap::Args;
use serde_json::Value;

use super::args::FactsArgs;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use super::pick::line;
use crate::{Engine, schema_json};

#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// That of a branch that another program made
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints the fields in order.
pub(crate) async fn run(engine: &Engine, args: &SchemaArgs) -> Result {
    let reader = line(engine, &args.topic, args.bucket, args.branch.as_deref()).await?;
    let schema = reader.schema().await?;
    let form = schema_json(&schema);
    if args.facts.json {
        return output::json(&form);
    }
    let fields = form.get("fields").and_then(|fields| fields.as_array());
    let rows: Vec<_> = fields.into_iter().flatten().map(row).collect();
    if rows.is_empty() {
        output::narrate(format!("{} has no fields yet: no record was put", args.topic));
        return Ok(());
    }
    facts(&["FIELD", "TYPE", "NULLABLE"], &rows)
}

fn row(field: &Value) -> Vec<Cell> {
    let text = |key: &str| {
        field.get(key).map_or_else(String::new, |value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        })
    };
    ["name", "type", "nullable"].iter().map(|key| Cell::Text(text(key))).collect()
}
