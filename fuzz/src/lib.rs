//! Fuzz targets for what lanceq reads: bytes, texts and records that anybody may have made.
//!
//! The sources are taken as they are, under the paths that they have in lanceq (`crate::engine::…`), but for those that
//! need Lance. So this builds in a minute, and the checks reach what lanceq keeps to itself. A target panics where a
//! guarantee does not hold. `cargo xtask fuzz` looks for such inputs; `tests/replay.rs` holds those that were found once.

#![allow(
    dead_code,
    unused_imports,
    reason = "the sources are taken whole, and each check uses some of them"
)]

extern crate self as lance;

mod checks;
mod cli;
mod engine;
mod run;
mod tui;

pub use engine::*;
pub use run::{Check, TARGETS, quiet, run};

/// Where the engine finds the SQL parser that comes with Lance.
#[doc(hidden)]
pub mod deps {
    pub mod datafusion {
        pub mod sql {
            pub use sqlparser;
        }
    }
}
