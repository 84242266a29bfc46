//! Figures as they are printed: ratios with their spread, percentiles, and what was wanted of them.

use std::time::Duration;

/// What a ratio should be.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    /// Nobody asked for a limit.
    Any,
}

/// The middle of the values, and the smallest and the largest.
pub(crate) fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    (values[values.len() / 2], values[0], values[values.len() - 1])
}

/// The middle of the values.
pub(crate) fn median(values: &[f64]) -> f64 {
    spread(values.to_vec()).0
}

/// In milliseconds.
pub(crate) fn percentile(sorted: &[Duration], percent: f64) -> f64 {
    let index = ((sorted.len() - 1) as f64 * percent / 100.0).round() as usize;
    sorted[index].as_secs_f64() * 1e3
}

/// The median and the 99th percentile, in milliseconds.
pub(crate) fn p50_and_p99(times: &[Duration]) -> (f64, f64) {
    let mut sorted = times.to_vec();
    sorted.sort();
    (percentile(&sorted, 50.0), percentile(&sorted, 99.0))
}

/// One line: the median ratio of the rounds, the smallest and the largest, and what was wanted.
pub(crate) fn ratio(what: &str, rounds: Vec<f64>, wanted: Wanted) {
    let (middle, low, high) = spread(rounds);
    let wanted = match wanted {
        Wanted::AtLeast(limit) => format!(", wanted at least {limit}"),
        Wanted::AtMost(limit) => format!(", wanted at most {limit}"),
        Wanted::Any => String::new(),
    };
    println!("  {what:<44} {middle:.2} ({low:.2} to {high:.2}){wanted}");
}

/// One side over the other, round by round.
pub(crate) fn over(ones: &[f64], others: &[f64]) -> Vec<f64> {
    ones.iter().zip(others).map(|(one, other)| one / other).collect()
}

/// One line: a figure with its unit.
pub(crate) fn figure(what: &str, value: f64, unit: &str) {
    let digits = match value.abs() {
        0.0..10.0 => 2,
        10.0..100.0 => 1,
        _ => 0,
    };
    println!("  {what:<44} {value:.digits$} {unit}");
}

pub(crate) fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
