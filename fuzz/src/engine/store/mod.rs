//! The grammar of a condition and the numbers of a manifest, and what is checked of them.

#[path = "../../../../src/engine/store/brief.rs"]
mod brief;
mod condition;
mod manifest;
#[path = "../../../../src/engine/store/syntax.rs"]
mod syntax;
#[path = "../../../../src/engine/store/wire.rs"]
mod wire;

pub(crate) use condition::condition;
pub(crate) use manifest::{manifest, message};
