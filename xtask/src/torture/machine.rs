//! Where and when a run took place.

use std::fs;
use std::process::Command;

use crate::cargo;

/// The commit, with a `+` where files differ from it.
pub(crate) fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(cargo::root()).args(arguments).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"]).unwrap_or_default();
    let is_changed = git(&["status", "--porcelain"]).is_ok_and(|changes| !changes.is_empty());
    match (commit.as_str(), is_changed) {
        ("", _) => "unknown".to_owned(),
        (_, true) => format!("{commit}+"),
        (_, false) => commit,
    }
}

/// The date, as `2026-01-31`.
pub(crate) fn today() -> String {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    date(since.as_secs() / 86_400)
}

/// Cores, memory and system, as one phrase.
pub(crate) fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").ok();
    let memory = memory.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    let memory = memory.map_or_else(String::new, |kib| format!(", {} GiB", kib.div_ceil(1 << 20)));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let kernel = kernel.trim().split('-').next().unwrap_or_default();
    format!("{cores} cores{memory}, {} {kernel}", std::env::consts::OS)
}

/// The civil date of a day since 1970.
fn date(day: u64) -> String {
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        let dates = [(0, "1970-01-01"), (11_016, "2000-02-29"), (20_454, "2026-01-01")];
        for (day, text) in dates {
            assert_eq!(date(day), text);
        }
    }
}
