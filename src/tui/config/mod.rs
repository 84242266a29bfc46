//! What a person set up: a file in TOML, of which a bad line is told and the rest is taken.

mod parse;
mod read;

pub use parse::{Config, parse};
pub use read::{config_file, read};
