//! Measurements in a process of their own: this program, started again with a role as its first word.

use std::process::{Command, Stdio};

/// Runs this program in a role, to its end; the numbers that it printed.
pub(crate) fn played(role: &str, arguments: &[&str]) -> Vec<f64> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.arg(role).args(arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{role}: {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// An argument of the role that this process plays.
pub(crate) fn argument(index: usize) -> String {
    std::env::args().nth(index + 2).unwrap()
}

/// Resident memory of a process (`self` is this one) in MiB: now, and at most so far. Linux tells it, and nobody else does.
pub(crate) fn resident(process: &str) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mib = |field: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    };
    (mib("VmRSS:"), mib("VmHWM:"))
}
