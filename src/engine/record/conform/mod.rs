//! Arrow batches to the schema of a topic: without loss, or not at all.

mod batch;
mod column;
mod leaf;
mod nested;
mod shrunk;

pub use batch::conform;
pub(crate) use batch::takes;
pub(crate) use shrunk::conform_shrunk;

#[cfg(test)]
mod tests;
