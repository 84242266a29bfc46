//! What the words on the line say already: which root is meant, and which topic.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Command};

/// The part of a half-typed line that decides which names there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) root: Option<PathBuf>,
    pub(super) topic: Option<String>,
    pub(super) follow_links: bool,
}

impl Line {
    /// Takes the words as the shell has them, the program's name first. What is wrong or missing says nothing.
    pub(super) fn read(command: Command, words: &[OsString]) -> Self {
        let read = command.ignore_errors(true).try_get_matches_from(joined(words));
        let Ok(read) = read else { return Self::default() };
        let inner = read.subcommand().map_or(&read, |(_, inner)| inner);
        Self {
            root: said::<PathBuf>(inner, "root").map(at_home),
            topic: said(inner, "topic"),
            follow_links: said(inner, "follow_links").unwrap_or(false),
        }
    }
}

/// The value of an argument, where the command has it, and as this type.
fn said<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, argument: &str) -> Option<T> {
    matches.try_get_one::<T>(argument).ok().flatten().cloned()
}

/// The words with `--root = PATH` made one again, which bash takes for three.
fn joined(words: &[OsString]) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::new();
    let mut goes_on = false;
    for word in words {
        match all.last_mut() {
            Some(last) if word == "=" || goes_on => last.push(word),
            _ => all.push(word.clone()),
        }
        goes_on = word == "=";
    }
    all
}

/// A path that begins at home, which the shell has not made a whole one yet.
fn at_home(path: PathBuf) -> PathBuf {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    match path.strip_prefix("~") {
        Ok(below) => home().map_or_else(|| path.clone(), |home| home.join(below)),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::args::Args;

    fn line(words: &str) -> Line {
        let words: Vec<OsString> = words.split(' ').map(Into::into).collect();
        Line::read(Args::command(), &words)
    }

    #[test]
    fn root_and_topic_are_read_from_a_line_that_is_not_finished() {
        for words in [
            "lanceq get films --root data --columns",
            "lanceq --root data get films --columns ",
            "lanceq get --root = data films --limit x",
            "lanceq search films --root data --column ",
            "lanceq diff films --root data",
        ] {
            let line = line(words);
            let read = (line.root.as_deref().and_then(|root| root.to_str()), line.topic.as_deref());
            assert_eq!(read, (Some("data"), Some("films")), "{words}");
        }
        assert_eq!(line("lanceq tag").topic, None);
        assert_eq!(line("lanceq nonsense --what"), Line::default());
    }
}
