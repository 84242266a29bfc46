//! The `lanceq` program.

fn main() {}
