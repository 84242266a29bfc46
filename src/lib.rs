//! An embedded queue engine on the Lance columnar format.

#![recursion_limit = "256"]

mod engine;

pub use engine::*;
