//! Memory and open files of the processes, and what is too much.

use std::collections::HashMap;
use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::clock::Clock;

/// More than any of them needs, and less than a leak takes.
const MOST_MIB: u64 = 768;
/// A process keeps at most 1,024 data files open.
const MOST_FILES: u64 = 1200;

/// Who lives, and the most that any used.
#[derive(Default)]
pub(crate) struct Usage(Mutex<State>);

#[derive(Default)]
struct State {
    alive: HashMap<u32, &'static str>,
    most: Used,
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    mib: u64,
    files: u64,
}

impl Usage {
    pub(crate) fn born(&self, what: &'static str, process: u32) {
        self.state().alive.insert(process, what);
    }

    pub(crate) fn died(&self, process: u32) {
        self.state().alive.remove(&process);
    }

    /// Measures all that live.
    pub(crate) fn look(&self, clock: &Clock) {
        let mut state = self.state();
        let all: Vec<(u32, &str)> = state.alive.iter().map(|(id, what)| (*id, *what)).collect();
        for (process, what) in all {
            // It may have been killed a moment ago.
            let Some(used) = Used::of(process) else { continue };
            state.most.mib = state.most.mib.max(used.mib);
            state.most.files = state.most.files.max(used.files);
            if used.mib > MOST_MIB || used.files > MOST_FILES {
                clock.fail(format!("a {what} uses {used:?}, of {MOST_MIB} MiB and {MOST_FILES}"));
            }
        }
    }

    /// MiB of the largest that lives.
    pub(crate) fn now(&self) -> u64 {
        let alive: Vec<u32> = self.state().alive.keys().copied().collect();
        alive.into_iter().filter_map(Used::of).map(|used| used.mib).max().unwrap_or_default()
    }

    pub(crate) fn stands(&self) -> String {
        let Used { mib, files } = self.state().most;
        format!("at most {mib} MiB, {files} files")
    }

    pub(crate) fn rows(&self) -> Vec<(&'static str, u64)> {
        let Used { mib, files } = self.state().most;
        vec![("most memory of a process, MiB", mib), ("most open files of a process", files)]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    fn of(process: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
        let files = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
        Some(Self { mib: kib / 1024, files: u64::try_from(files).ok()? })
    }
}
