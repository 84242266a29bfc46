//! The table of actions as a page to read.

use std::fmt::Write;

use serde::Serialize;

use super::action::Entry;
use super::context::Context;
use super::table::actions;

/// One action of the explorer, and how it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyEntry {
    /// Its name in files and documents.
    pub action: &'static str,
    /// The keys that ask for it.
    pub keys: Vec<String>,
    /// Where they do.
    pub places: Vec<&'static str>,
    /// What it does.
    pub title: &'static str,
}

/// The table of actions, as plain values.
pub fn key_entries() -> Vec<KeyEntry> {
    let entry = |entry: &Entry| KeyEntry {
        action: entry.id,
        keys: entry.keys.iter().map(ToString::to_string).collect(),
        places: places(entry),
        title: entry.title,
    };
    actions().map(entry).collect()
}

/// All keys of the explorer as a Markdown page: action, keys, where they work, what they do.
pub fn keys() -> String {
    let mut page = String::from(
        "# Keys of the explorer\n\nMade from the table of actions; `?` shows the same in the explorer.\n\n\
         | action | keys | where | what it does |\n|---|---|---|---|\n",
    );
    for entry in actions() {
        // Writing to a string cannot fail.
        writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            entry.id,
            bound(entry),
            places(entry).join(", "),
            entry.title
        )
        .ok();
    }
    page
}

fn bound(entry: &Entry) -> String {
    let keys: Vec<String> = entry.keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(" ")
}

fn places(entry: &Entry) -> Vec<&'static str> {
    let name = |context: &Context| match context {
        Context::Topics => "topics",
        Context::Records => "records",
        Context::Tail => "tail",
        Context::Versions => "versions",
        Context::Detail => "detail",
        Context::Help => "help",
        Context::Prompt => "prompt",
        Context::Find => "find",
        Context::Filter => "filter",
        Context::Put => "put",
        Context::PutJson => "put as JSON",
        Context::PutLines => "put lines",
        Context::FlushAll => "flush all",
        Context::Jobs => "jobs",
        Context::Marks => "marks",
        Context::Branches => "branches",
        Context::Diff => "diff",
        Context::Tag => "tag",
        Context::Alter => "confirm",
        Context::Similar => "similar",
        Context::Words => "words",
        Context::Found => "found",
        Context::Columns => "columns",
        Context::Copy => "copy",
        Context::Code => "code",
        Context::Palette => "commands",
        Context::Log => "log",
        Context::Export => "export",
        Context::Tend => "upkeep",
        Context::Deeds => "done",
        Context::Storage => "storage",
        Context::Rename => "rename",
        Context::Delete => "delete",
    };
    entry.contexts.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page is written again where `LANCEQ_BLESS` is set.
    #[test]
    fn the_committed_page_lists_the_keys_as_they_are() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        if std::env::var_os("LANCEQ_BLESS").is_some() {
            std::fs::write(path, keys()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(committed, keys(), "set LANCEQ_BLESS=1 to write docs/keys.md again");
    }
}
