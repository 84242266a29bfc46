//! Topic names: checked once, when they enter, so that no other place has to think of paths.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// The longest topic name, in bytes.
pub const MAX_TOPIC_NAME: usize = 128;

/// A topic's name: 1 to 128 of `A–Z a–z 0–9 . _ -`, not starting with `.` or `-`, so that it is
/// one folder name on every system and never leaves the root.
///
/// Names that the layout uses itself (`bucket_0`, whatever ends in `.lance`) are refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct TopicName(String);

impl TopicName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes the name of a folder that exists; only what could leave its parent is refused.
    pub(crate) fn of_folder(name: &str) -> Option<Self> {
        let usable =
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        usable.then(|| Self(name.into()))
    }
}

impl FromStr for TopicName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match fault(name) {
            None => Ok(Self(name.into())),
            Some(reason) => Err(Error::InvalidName { what: "topic", name: name.into(), reason }),
        }
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Checks a group's name, by the rules of topics' names.
///
/// # Errors
/// [`Error::InvalidName`].
pub(crate) fn check_group(name: &str) -> Result<()> {
    match fault(name) {
        None => Ok(()),
        Some(reason) => Err(Error::InvalidName { what: "group", name: name.into(), reason }),
    }
}

fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".into());
    }
    if name.len() > MAX_TOPIC_NAME {
        return Some(format!("it has {} bytes, at most {MAX_TOPIC_NAME} are allowed", name.len()));
    }
    if name.starts_with(['.', '-']) {
        return Some("it must start with a letter, a digit or `_`".into());
    }
    if let Some(bad) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"._-".contains(*c)) {
        return Some(format!("{bad:?} is not allowed; letters, digits, `.`, `_` and `-` are"));
    }
    layout_name(name).then(|| "the layout on disk uses it".into())
}

fn layout_name(name: &str) -> bool {
    let numbered = name.strip_prefix("bucket_").is_some_and(|n| n.parse::<u32>().is_ok());
    numbered || name.to_ascii_lowercase().ends_with(".lance") || name.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_could_leave_the_root_or_hit_the_layout_are_refused() {
        let long = "x".repeat(300);
        let bad = [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a\\b",
            ".hidden",
            "-x",
            "a b",
            "a\0b",
            "\u{1b}[2J",
            "bucket_0",
            "t.lance",
            "T.LANCE",
            "é",
            "x.",
            &long,
        ];
        for name in bad {
            assert!(name.parse::<TopicName>().is_err(), "{name:?} was accepted");
        }
    }

    #[test]
    fn ordinary_names_are_taken_as_they_are() {
        for name in ["t", "my_topic", "agent-traces.v2", "_x", "0", "bucket_x", &"x".repeat(128)] {
            assert_eq!(name.parse::<TopicName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_refusal_never_repeats_control_characters() {
        let error = "\u{1b}[2J".parse::<TopicName>().unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'), "{error}");
    }
}
