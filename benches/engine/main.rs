//! The engine against Lance itself, on the same work, in the same run: what is printed are ratios,
//! because these machines are shared and a figure of one minute says little about the next.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a program for figures"
)]

mod delivery;
mod durable;
mod explorer;
mod frame;
mod ingest;
mod page;
mod peers;
mod raw;

use std::time::Duration;

/// Rounds of each measurement; the sides take turns, and medians are compared.
const ROUNDS: usize = 5;

fn main() {
    // `cargo test` and `cargo bench` pass flags of their own; a first plain word picks one.
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if wanted.as_deref() == Some(delivery::WRITER) {
        return delivery::write();
    }
    let runs = |name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if runs("ingest") {
        runtime.block_on(ingest::run());
    }
    if runs("page") {
        runtime.block_on(page::run());
    }
    if runs("frame") {
        runtime.block_on(frame::run());
    }
    if runs("durable") {
        runtime.block_on(durable::run());
    }
    if runs("peers") {
        runtime.block_on(peers::run());
    }
    if runs("delivery") {
        runtime.block_on(delivery::run());
    }
}

/// The middle of the values, and the smallest and the largest.
fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

fn percentile(sorted: &[Duration], percent: f64) -> f64 {
    let index = ((sorted.len() - 1) as f64 * percent / 100.0).round() as usize;
    sorted[index].as_secs_f64() * 1e3
}
