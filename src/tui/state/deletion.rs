//! A topic that is to be deleted, once its name is typed.

use super::prompt::Prompt;
use crate::tui::data::Fault;
use crate::{Holdings, TopicName};

/// What is asked before.
#[derive(Debug)]
pub(crate) struct Deletion {
    pub(crate) prompt: Prompt,
    pub(crate) topic: TopicName,
    /// What goes with it; none until that is known.
    pub(crate) goes: Option<Result<Box<Holdings>, Fault>>,
}
