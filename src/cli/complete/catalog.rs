//! The names that are in a root, found when one is asked for.

use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::CompletionCandidate;

use super::kind::Kind;
use super::line::Line;
use crate::cli::dispatch::root;
use crate::{Engine, Result, TopicEntry, TopicNames};

/// How long a shell waits for names; what takes longer is not offered.
const PATIENCE: Duration = Duration::from_millis(500);
/// Versions that are offered: the newest.
const VERSIONS: usize = 20;

/// Looks for names in the root that a line means.
#[derive(Debug)]
pub(super) struct Catalog(Line);

impl Catalog {
    pub(super) fn new(line: Line) -> Self {
        Self(line)
    }

    /// The names of a kind that go on as what was typed; none where they cannot be found.
    pub(super) fn candidates(&self, kind: Kind, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        let found = match kind {
            Kind::Topic => self.topics(),
            Kind::Trashed => self.trashed(),
            _ => self.names(kind),
        };
        let fits = |(name, _): &(String, String)| name.starts_with(typed) && is_one_word(name);
        let candidate = |(place, (name, help)): (usize, (String, String))| {
            let help = (!help.is_empty()).then(|| help.into());
            CompletionCandidate::new(name).help(help).display_order(Some(place))
        };
        found.into_iter().filter(fits).enumerate().map(candidate).collect()
    }

    fn topics(&self) -> Vec<(String, String)> {
        let topics = waited(async { self.engine().await?.topics().await }).unwrap_or_default();
        topics.into_iter().map(|topic| (topic.name.to_string(), about(&topic))).collect()
    }

    fn trashed(&self) -> Vec<(String, String)> {
        let trashed = waited(async { self.engine().await?.trash().await }).unwrap_or_default();
        trashed.into_iter().map(|gone| (gone.name, format!("was {}", gone.topic))).collect()
    }

    fn names(&self, kind: Kind) -> Vec<(String, String)> {
        let Some(topic) = &self.0.topic else { return Vec::new() };
        let read = async { self.engine().await?.reader(topic).await?.names().await };
        waited(read).map(|names| listed(names, kind)).unwrap_or_default()
    }

    async fn engine(&self) -> Result<Engine> {
        let engine = Engine::builder(root(self.0.root.clone()));
        engine.follow_links(self.0.follow_links).open().await
    }
}

/// Waits for a read, but not for long; what goes wrong in it is nobody's concern here.
fn waited<T>(read: impl Future<Output = Result<T>>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let found = runtime.block_on(async { tokio::time::timeout(PATIENCE, read).await });
    // A read of a disk that does not answer cannot be called off.
    runtime.shutdown_background();
    found.ok()?.ok()
}

fn about(topic: &TopicEntry) -> String {
    match (topic.foreign, topic.buckets) {
        (true, _) => "another program made it".into(),
        (false, 1) => "1 bucket".into(),
        (false, several) => format!("{several} buckets"),
    }
}

/// Each name of a kind, with what it is where that does not go without saying.
fn listed(names: TopicNames, kind: Kind) -> Vec<(String, String)> {
    let plain = |names: Vec<String>| names.into_iter().map(|name| (name, String::new())).collect();
    let tags = |names: Vec<String>| names.into_iter().map(|name| (name, "tag".to_owned()));
    match kind {
        Kind::Topic | Kind::Trashed => Vec::new(),
        Kind::Bucket => plain(names.buckets.iter().map(ToString::to_string).collect()),
        Kind::Column => plain(names.columns),
        Kind::Branch => plain(names.branches),
        Kind::Group => plain(names.groups),
        Kind::Tag => plain(names.tags),
        Kind::State => {
            let newest = names.versions.iter().take(VERSIONS);
            let versions = newest.map(|version| (version.to_string(), "version".to_owned()));
            tags(names.tags).chain(versions).collect()
        }
    }
}

/// Whether no shell takes a name for more or for something else than one word: what other people name their folders and
/// columns is put into a command line here.
fn is_one_word(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/+%".contains(c);
    !name.is_empty() && !name.starts_with('-') && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_shell_takes_for_one_word_is_offered() {
        for name in ["films", "agent-traces.v2", "Übung", "a/b", "10%"] {
            assert!(is_one_word(name), "{name}");
        }
        for name in [
            "",
            "-rf",
            "a b",
            "$(reboot)",
            "`x`",
            "a;b",
            "~",
            "a'b",
            "a:b",
            "a\nb",
            "*",
            "\u{1b}[2J",
        ] {
            assert!(!is_one_word(name), "{name:?}");
        }
    }
}
