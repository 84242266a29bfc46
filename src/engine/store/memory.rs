//! How much memory there is for this process, and which share of it what indices keep may take.

use std::fs;
use std::path::Path;

/// The share: a sixteenth of what there is.
const SHARE: u64 = 16;
const LEAST: u64 = 64 << 20;
const MOST: u64 = 1 << 30;
/// Where the system does not say how much there is.
const UNKNOWN: u64 = 256 << 20;
/// Where Linux has the limits of groups of processes.
const GROUPS: &str = "/sys/fs/cgroup";

/// Bytes that may be kept of indices.
pub(super) fn for_indices() -> usize {
    usize::try_from(share(memory())).unwrap_or(usize::MAX)
}

fn share(memory: Option<u64>) -> u64 {
    memory.map_or(UNKNOWN, |memory| (memory / SHARE).clamp(LEAST, MOST))
}

/// What the machine has, or the container that this process is in may use.
fn memory() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = group_of(&group).into_iter().flat_map(Path::ancestors).filter_map(limit);
    machine.into_iter().chain(limits).min()
}

/// The bytes in `MemTotal:       24572008 kB`.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The group in `0::/user.slice/a.service`.
fn group_of(text: &str) -> Option<&Path> {
    text.lines().find_map(|line| line.strip_prefix("0::/")).map(Path::new)
}

/// The limit of a group; none where it is `max`, or in no file.
fn limit(group: &Path) -> Option<u64> {
    let limit = fs::read_to_string(Path::new(GROUPS).join(group).join("memory.max")).ok()?;
    limit.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_may_keep_a_share_of_the_memory_within_limits() {
        let gib = |n: u64| Some(n << 30);
        let found = [None, Some(1 << 20), gib(1), gib(4), gib(16), gib(1000)].map(share);
        assert_eq!(found.map(|bytes| bytes >> 20), [256, 64, 64, 256, 1024, 1024]);
    }

    #[test]
    fn what_the_system_says_is_read_and_what_is_said_otherwise_is_unknown() {
        assert_eq!(total("Other: 1 kB\nMemTotal:       24572008 kB\n"), Some(24_572_008 * 1024));
        for odd in ["", "MemTotal: many kB", "MemTotal: 1 MB", "MemTotal: 99999999999999999999 kB"]
        {
            assert_eq!(total(odd), None, "{odd}");
        }
        let group = group_of("12:memory:/x\n0::/user.slice/a.service\n").unwrap();
        assert_eq!(group, Path::new("user.slice/a.service"));
        assert_eq!(group_of("0::/\n"), Some(Path::new("")));
        assert_eq!(group_of(""), None);
    }
}
