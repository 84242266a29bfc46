//! Places where a test can end the work as a crash would, and protections that it can switch off, to show what each
//! of them is for.
//!
//! Only builds with debug assertions have any of it; elsewhere a point is nothing and every protection is on.
//! From outside the process, variables do the same. `LANCEQ_CRASH=POINT[:N]` kills it at the N-th passage of a point,
//! `LANCEQ_STOP=POINT[:N]` stops it there as SIGSTOP does, `LANCEQ_FAIL=POINT[:N]` lets the step there fail as on a
//! broken disk; `LANCEQ_OFF=NAME,NAME` switches protections off.

use std::io;
use std::path::Path;

#[cfg(debug_assertions)]
pub use armed::{Armed, Event, Plan, Then};

use super::error::{Error, Result};

/// Passes a named point of the protocol in the bucket or dataset at `folder`.
///
/// # Errors
/// Where a test's plan ends the work here.
pub(crate) fn at(folder: &Path, point: &'static str) -> Result<()> {
    step(folder, point).map_err(Error::io("go on with", folder))
}

/// Passes a named point as a step of the system, which may fail there.
///
/// # Errors
/// As a test's plan says.
#[cfg(debug_assertions)]
pub(crate) fn step(path: &Path, point: &'static str) -> io::Result<()> {
    armed::pass(path, point)
}

#[cfg(not(debug_assertions))]
#[expect(clippy::unnecessary_wraps, reason = "a test's plan can let it fail")]
pub(crate) fn step(_path: &Path, _point: &'static str) -> io::Result<()> {
    Ok(())
}

/// Lets a test's plan fail the sync of this file or folder that is about to happen.
///
/// # Errors
/// As the plan says.
#[cfg(debug_assertions)]
pub(crate) fn syncing(path: &Path) -> io::Result<()> {
    armed::ask(path, Event::Syncing(path))
}

#[cfg(not(debug_assertions))]
#[expect(clippy::unnecessary_wraps, reason = "a test's plan can let it fail")]
pub(crate) fn syncing(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Tells a test that this file or folder was synced; a simulated power cut keeps it.
pub(crate) fn synced(path: &Path) {
    #[cfg(debug_assertions)]
    armed::tell(path);
    #[cfg(not(debug_assertions))]
    let _nobody_listens = path;
}

/// Whether a protection is on.
#[cfg(debug_assertions)]
pub(crate) fn is_on(folder: &Path, protection: &'static str) -> bool {
    armed::is_on(folder, protection)
}

#[cfg(not(debug_assertions))]
pub(crate) fn is_on(_folder: &Path, _protection: &'static str) -> bool {
    true
}

#[cfg(debug_assertions)]
mod armed {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

    use rustix::io::Errno;
    use rustix::process::{Signal, getpid, kill_process};

    /// What the engine does at the moment.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Event<'a> {
        /// It passes this point.
        Point(&'static str),
        /// It is about to sync this file or folder.
        Syncing(&'a Path),
        /// It synced this file or folder.
        Synced(&'a Path),
    }

    /// What happens at a point.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Then {
        /// The work goes on.
        Go,
        /// The work ends here with an error, and does nothing more to the disk than a dying process would.
        Crash,
        /// The step fails with this error number of the system.
        Fail(i32),
    }

    /// What a test does to the engines whose roots lie below a folder.
    #[derive(Clone)]
    pub struct Plan {
        /// Called at each point, and before and after each sync; may block and may use other engines of other threads.
        pub hook: Arc<dyn Fn(Event<'_>) -> Then + Send + Sync>,
        /// Protections that are off.
        pub off: Vec<&'static str>,
    }

    /// A plan in force; dropping it ends it.
    pub struct Armed(u64);

    static PLANS: Mutex<Vec<(u64, PathBuf, Plan)>> = Mutex::new(Vec::new());
    static NEXT: AtomicU64 = AtomicU64::new(0);

    impl Plan {
        /// Puts the plan in force for everything below `root`.
        pub fn arm(self, root: &Path) -> Armed {
            let id = NEXT.fetch_add(1, Ordering::Relaxed);
            plans().push((id, root.to_path_buf(), self));
            Armed(id)
        }
    }

    impl Drop for Armed {
        fn drop(&mut self) {
            plans().retain(|(id, ..)| *id != self.0);
        }
    }

    fn plans() -> MutexGuard<'static, Vec<(u64, PathBuf, Plan)>> {
        PLANS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn plan_of(path: &Path) -> Option<Plan> {
        plans().iter().find(|(_, root, _)| path.starts_with(root)).map(|(.., plan)| plan.clone())
    }

    pub(super) fn pass(path: &Path, point: &'static str) -> io::Result<()> {
        from_outside(point)?;
        ask(path, Event::Point(point))
    }

    pub(super) fn ask(path: &Path, event: Event<'_>) -> io::Result<()> {
        match plan_of(path).map(|plan| (plan.hook)(event)) {
            Some(Then::Crash) => Err(io::Error::other("a test ended the work here")),
            Some(Then::Fail(number)) => Err(io::Error::from_raw_os_error(number)),
            Some(Then::Go) | None => Ok(()),
        }
    }

    pub(super) fn tell(path: &Path) {
        if let Some(plan) = plan_of(path) {
            // A sync that happened cannot be undone.
            let _goes_on = (plan.hook)(Event::Synced(path));
        }
    }

    pub(super) fn is_on(folder: &Path, protection: &str) -> bool {
        static OFF: LazyLock<Vec<String>> = LazyLock::new(|| {
            let names = std::env::var("LANCEQ_OFF").unwrap_or_default();
            names.split(',').map(str::to_owned).collect()
        });
        !OFF.iter().any(|name| name == protection)
            && plan_of(folder).is_none_or(|plan| !plan.off.contains(&protection))
    }

    /// What the process's variables want at a point.
    fn from_outside(point: &str) -> io::Result<()> {
        static CRASH: LazyLock<Option<Wanted>> = LazyLock::new(|| Wanted::of("LANCEQ_CRASH"));
        static STOP: LazyLock<Option<Wanted>> = LazyLock::new(|| Wanted::of("LANCEQ_STOP"));
        static FAIL: LazyLock<Option<Wanted>> = LazyLock::new(|| Wanted::of("LANCEQ_FAIL"));
        let is_due = |wanted: &Option<Wanted>| wanted.as_ref().is_some_and(|w| w.is_due(point));
        if is_due(&CRASH) {
            std::process::abort();
        }
        if is_due(&STOP) {
            kill_process(getpid(), Signal::STOP)?;
        }
        if is_due(&FAIL) { Err(Errno::IO.into()) } else { Ok(()) }
    }

    /// A point that a variable names, and its passage that counts.
    struct Wanted {
        point: String,
        nth: u64,
        passed: AtomicU64,
    }

    impl Wanted {
        fn of(variable: &str) -> Option<Self> {
            let wanted = std::env::var(variable).ok()?;
            let (point, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
            let (point, nth) = (point.to_owned(), nth.parse().ok()?);
            Some(Self { point, nth, passed: AtomicU64::new(0) })
        }

        fn is_due(&self, point: &str) -> bool {
            self.point == point && self.passed.fetch_add(1, Ordering::Relaxed) + 1 == self.nth
        }
    }
}
