//! What is to be done to keep a topic in order, before it is.

use crate::tui::effect::Place;
use crate::tui::work::Chore;

/// What waits for a yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tending {
    pub(crate) chore: Chore,
    pub(crate) place: Place,
    pub(crate) preview: Preview,
}

/// What is known of what it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Preview {
    Looking,
    Known(Vec<String>),
    Failed(String),
}
