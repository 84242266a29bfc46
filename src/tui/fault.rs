//! Places where a test can make the explorer panic, in builds with debug assertions only; elsewhere they are nothing.
//!
//! `LANCEQ_PANIC=PLACE[:N]` panics at the N-th passage of a place. Places: `update`, `view`, `load`, `task`.

/// Passes a named place.
#[cfg(debug_assertions)]
pub(crate) fn at(place: &str) {
    armed::pass(place);
}

/// Passes a named place.
#[cfg(not(debug_assertions))]
pub(crate) fn at(_place: &str) {}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    pub(super) fn pass(place: &str) {
        static WANTED: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
            let wanted = std::env::var("LANCEQ_PANIC").ok()?;
            let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
            Some((name.to_owned(), nth.parse().ok()?))
        });
        static PASSED: AtomicU64 = AtomicU64::new(0);
        let Some((name, nth)) = WANTED.as_ref() else { return };
        let is_due = name == place && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == *nth;
        assert!(!is_due, "a fault on purpose in {place}");
    }
}
