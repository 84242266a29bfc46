//! Arrow batches to the schema of a topic: without loss, or not at all.

mod batch;
mod column;
mod leaf;
mod nested;

pub use batch::conform;

#[cfg(test)]
mod tests;
