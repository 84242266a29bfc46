//! `lanceq keys`: the explorer's table of keys.

use super::args::FactsArgs;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use crate::tui::{KeyEntry, key_entries};

/// Prints each action with its keys and where they work.
pub(crate) fn run(args: FactsArgs) -> Result {
    let entries = key_entries();
    if args.json {
        return output::json(&entries);
    }
    let rows: Vec<_> = entries.iter().map(row).collect();
    facts(&["ACTION", "KEYS", "WHERE", "WHAT"], &rows)
}

fn row(entry: &KeyEntry) -> Vec<Cell> {
    let text = |text: String| Cell::Text(text);
    vec![
        text(entry.action.into()),
        text(entry.keys.join(" ")),
        text(entry.places.join(", ")),
        text(entry.title.into()),
    ]
}
