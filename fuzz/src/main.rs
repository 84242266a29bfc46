//! libFuzzer on the target that `LANCEQ_TARGET` names.

#![no_main]

use std::env;
use std::process::abort;
use std::sync::LazyLock;

use lanceq_fuzz::{Check, TARGETS, quiet, run};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<Check> = LazyLock::new(|| {
    let name = env::var("LANCEQ_TARGET").unwrap_or_default();
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let Some((_, target)) = target else {
        eprintln!("error: LANCEQ_TARGET names no target; `cargo xtask fuzz` does");
        abort();
    };
    *target
});

fuzz_target!(init: quiet(), |data: &[u8]| {
    if let Err(message) = run(*TARGET, data) {
        eprintln!("{message}");
        abort();
    }
});
