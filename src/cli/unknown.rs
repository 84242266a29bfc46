//! A first word that names no command: what it was meant to be.

use std::path::Path;

use clap::CommandFactory as _;

use super::args::Args;
use super::failure::Failure;

/// The failure of a command line whose first word is neither a command, nor an option, nor a folder.
pub(super) fn command(word: &str) -> Option<Failure> {
    let is_path = word.starts_with('-') || word.contains(std::path::MAIN_SEPARATOR);
    if word.is_empty() || is_path || Path::new(word).exists() {
        return None;
    }
    let commands = Args::command();
    if commands.find_subcommand(word).is_some() {
        return None;
    }
    let mut names = commands.get_subcommands().map(clap::Command::get_name);
    let hint = match names.find(|name| is_near(name, word)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`lanceq --help` lists the commands; name a folder with `--root PATH`".into(),
    };
    Some(Failure::wrong_use(format!("there is no command `{word}`, and no such folder")).hint(hint))
}

/// Whether one letter too many, too few or wrong, or two that changed places, make the difference.
fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.split_at(front).1, b.split_at(front).1);
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    match (a.split_at(a.len() - back).0, b.split_at(b.len() - back).0) {
        ([a, b], [c, d]) => a == d && b == c,
        (a, b) => a.len() <= 1 && b.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_near_and_another_word_is_not() {
        for slip in ["gte", "ge", "gett", "gat", "get"] {
            assert!(is_near("get", slip), "{slip}");
        }
        for other in ["", "films", "teg", "gxx"] {
            assert!(!is_near("get", other), "{other}");
        }
        assert!(is_near("search", "serach") && is_near("tail", "tial"));
    }
}
