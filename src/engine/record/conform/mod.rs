//! Arrow batches to the schema of a topic: without loss, or not at all.

mod batch;
mod column;
mod leaf;
mod nested;

pub use batch::conform;
pub(crate) use batch::takes;

#[cfg(test)]
mod tests;
