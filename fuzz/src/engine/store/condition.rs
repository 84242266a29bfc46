//! A condition that is taken is one condition, whatever stands behind it.

use super::syntax::check;

/// Names that conditions of the corpus use.
const COLUMNS: [&str; 3] = ["a", "year", "a b"];

/// What is taken is taken as a whole: nothing can be put behind it that would be passed over.
pub(crate) fn condition(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if check(text, &COLUMNS).is_err() {
        return;
    }
    for behind in ["\n)", "\n; select 1", "\nlimit 1", "\norder by a"] {
        assert!(check(&format!("{text}{behind}"), &COLUMNS).is_err(), "{behind:?} is taken");
    }
    assert_eq!(check(&format!("{text}\n"), &COLUMNS), Ok(()));
}
