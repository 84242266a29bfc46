//! The grammar of a condition, and what is checked of it.

mod condition;
#[path = "../../../../src/engine/store/syntax.rs"]
mod syntax;

pub(crate) use condition::condition;
