//! How an explorer starts.

use std::path::{Path, PathBuf};

use tokio::sync::mpsc;

use super::config::Config;
use super::data::Colours;
use super::theme::Theme;
use crate::{TopicName, Writer};

/// The root that every command takes where none is named.
pub(crate) const DEFAULT_ROOT: &str = "./queue_storage";

/// A root as a command names it that is given in the folder `here`; none where it need not be named.
pub(crate) fn named_root(root: &Path, here: &Path) -> Option<String> {
    let named = root.strip_prefix(here).unwrap_or(root);
    if Path::new(DEFAULT_ROOT).strip_prefix(".").is_ok_and(|default| default == named) {
        return None;
    }
    let own_folder = named.as_os_str().is_empty();
    Some(if own_folder { ".".into() } else { named.display().to_string() })
}

/// What [`run`](super::run()) needs to know.
#[derive(Default)]
pub struct Options {
    /// What is open at the start.
    pub start: Start,
    /// Colours or none; [`Theme::from_env`] honours `NO_COLOR`. Default: the terminal's colours.
    pub theme: Theme,
    /// Which colours the terminal has for pictures; [`Colours::from_env`] asks it. Default: the palette of 256.
    pub colours: Colours,
    /// Writers of this process: the explorer puts and flushes with them, and leaves them open. For
    /// other topics it opens writers of its own, and ends them without a flush. Default: none.
    pub writers: Vec<Writer>,
    /// Whether to show a tour of five steps, which one key skips. Default: none.
    pub tour: bool,
    /// What was set up; see [`read_config`](super::read_config).
    pub config: Config,
    /// What is to be said at the start, such as what is wrong with what was set up.
    pub told: Vec<String>,
    /// Whether the explorer begins by only reading: what would change something is then off, and says why, until the
    /// person at it allows it. Default: no.
    pub read_only: bool,
    /// The folder in which to remember how the columns are arranged and where one left off; see
    /// [`state_folder`](super::state_folder). Default: nothing is remembered.
    pub memory: Option<PathBuf>,
    /// What the program that the explorer runs in has to say meanwhile: each sentence is shown as a failure. Default:
    /// nothing.
    pub news: Option<mpsc::Receiver<String>>,
}

/// What an explorer opens first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    /// The tree of topics. The default.
    #[default]
    Topics,
    /// The records of a topic, as soon as it exists.
    Records(TopicName),
    /// The tail of a topic, as soon as it exists.
    Tail(TopicName),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_is_named_as_one_types_it_and_the_default_one_is_not() {
        for (root, named) in [
            ("/home/me/queue_storage", None),
            ("/home/me/emp", Some("emp")),
            ("/home/me/a/queue_storage", Some("a/queue_storage")),
            ("/home/me", Some(".")),
            ("/data/queue_storage", Some("/data/queue_storage")),
        ] {
            let found = named_root(Path::new(root), Path::new("/home/me"));
            assert_eq!(found.as_deref(), named, "{root}");
        }
    }
}
