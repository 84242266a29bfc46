//! How an explorer starts.

use super::theme::Theme;
use crate::{TopicName, Writer};

/// What [`run`](super::run()) needs to know.
#[derive(Default)]
pub struct Options {
    /// What is open at the start.
    pub start: Start,
    /// Colours or none; [`Theme::from_env`] honours `NO_COLOR`. Default: the terminal's colours.
    pub theme: Theme,
    /// Writers of this process: the explorer puts and flushes with them, and leaves them open. For
    /// other topics it opens writers of its own, and ends them without a flush. Default: none.
    pub writers: Vec<Writer>,
    /// Whether to show a tour of five steps, which one key skips. Default: none.
    pub tour: bool,
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
