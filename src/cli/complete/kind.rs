//! Which names an argument takes, by what it is called: a table, so that a new command is completed without a word of its own.

use std::ffi::OsStr;
use std::sync::Arc;

use clap::{Arg, Command, ValueHint};
use clap_complete::ArgValueCompleter;

use super::catalog::Catalog;

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Topic,
    Bucket,
    Column,
    /// A tag or a version.
    State,
    Tag,
    Branch,
    Group,
    /// What lies in the trash of the root.
    Trashed,
}

impl Kind {
    fn of(command: &str, argument: &str) -> Option<Self> {
        Some(match (command, argument) {
            // One that is not there yet.
            ("create", "topic") => return None,
            (_, "topic") => Self::Topic,
            (_, "bucket") => Self::Bucket,
            (_, "column" | "columns" | "exclude" | "sort") => Self::Column,
            (_, "at" | "since" | "before" | "after") | ("tag", "version") => Self::State,
            (_, "branch") => Self::Branch,
            (_, "group") | ("groups", "name") => Self::Group,
            ("tag", "name") => Self::Tag,
            ("trash", "restore") => Self::Trashed,
            _ => return None,
        })
    }
}

/// The grammar with the names of a catalog in it.
pub(super) fn with_names(command: Command, catalog: &Arc<Catalog>) -> Command {
    let command = command.mut_args(|argument| match argument.get_id().as_str() {
        "explore" | "root" => argument.value_hint(ValueHint::DirPath),
        _ => argument,
    });
    command.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.mut_args(|argument| named(argument, &name, catalog))
    })
}

fn named(argument: Arg, command: &str, catalog: &Arc<Catalog>) -> Arg {
    let Some(kind) = Kind::of(command, argument.get_id().as_str()) else { return argument };
    let catalog = Arc::clone(catalog);
    argument.add(ArgValueCompleter::new(move |typed: &OsStr| catalog.candidates(kind, typed)))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Args;

    #[test]
    fn each_name_of_the_table_is_one_of_the_grammar() {
        let grammar = Args::command();
        let has = |command: &str, argument: &str| {
            let found = grammar.find_subcommand(command).unwrap();
            let has = found.get_arguments().any(|known| known.get_id() == argument);
            assert!(has && Kind::of(command, argument).is_some(), "{command} {argument}");
        };
        for argument in ["topic", "bucket", "columns", "exclude", "sort", "at", "since", "branch"] {
            has("get", argument);
        }
        has("search", "column");
        has("diff", "before");
        has("diff", "after");
        has("tail", "group");
        has("groups", "name");
        has("tag", "name");
        has("tag", "version");
        has("restore", "at");
        has("trash", "restore");
    }
}
