//! In place of the engine's own: its options name one, and nothing here reads through it.

use std::fmt::Debug;

/// Tries reads of datasets elsewhere.
pub trait Screen: Debug + Send + Sync {}
