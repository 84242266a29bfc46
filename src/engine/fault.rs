//! Places where a test can end the work as a crash would, and protections that it can switch off, to show what each
//! of them is for.
//!
//! Only builds with debug assertions have any of it; elsewhere a point is nothing and every protection is on.
//! From outside the process, two variables do the same: `LANCEQ_CRASH=POINT[:N]` kills it at the N-th passage of a
//! point, `LANCEQ_OFF=NAME,NAME` switches protections off.

use std::path::Path;

#[cfg(debug_assertions)]
pub use armed::{Armed, Event, Plan, Then};

use super::error::Result;

/// Passes a named point of the protocol in the bucket or dataset at `folder`.
///
/// # Errors
/// Where a test's plan ends the work here.
#[cfg(debug_assertions)]
pub(crate) fn at(folder: &Path, point: &'static str) -> Result<()> {
    armed::pass(folder, Event::Point(point))
}

#[cfg(not(debug_assertions))]
#[expect(clippy::unnecessary_wraps, reason = "a test's plan can end the work here")]
pub(crate) fn at(_folder: &Path, _point: &'static str) -> Result<()> {
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

    use crate::engine::error::{Error, Result};

    /// What the engine does at the moment.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Event<'a> {
        /// It passes this point.
        Point(&'static str),
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
    }

    /// What a test does to the engines whose roots lie below a folder.
    #[derive(Clone)]
    pub struct Plan {
        /// Called at each point and after each sync; may block and may use other engines of other threads.
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

    pub(super) fn pass(folder: &Path, event: Event<'_>) -> Result<()> {
        if let Event::Point(point) = event {
            kill_at(point);
        }
        match plan_of(folder).map(|plan| (plan.hook)(event)) {
            Some(Then::Crash) => {
                Err(Error::io("go on with", folder)(io::Error::other("a test ended the work here")))
            }
            _ => Ok(()),
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

    fn kill_at(point: &str) {
        static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
            let wanted = std::env::var("LANCEQ_CRASH").ok()?;
            let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
            Some((name.to_owned(), nth.parse().ok()?))
        });
        static PASSED: AtomicU64 = AtomicU64::new(0);
        let Some((name, nth)) = WANTED.as_ref() else { return };
        if name == point && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *nth {
            std::process::abort();
        }
    }
}
