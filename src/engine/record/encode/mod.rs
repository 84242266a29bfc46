//! JSON objects to Arrow, strictly: what fits the schema is written as it is, all else is refused.
//!
//! One pass, column by column: `gather` collects each column's values, `column` builds the array of
//! its type. Nothing about a value's place is kept on the way; only a misfit finds out where it was.

mod batch;
mod column;
mod decimal;
mod gather;
mod list;
mod map;
mod new_fields;
mod number;
mod temporal;
mod text;

pub use batch::{Strictness, encode};

#[cfg(test)]
mod tests;
