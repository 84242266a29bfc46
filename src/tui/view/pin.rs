//! How a version is told that is looked at: the same words wherever they stand.

use chrono::NaiveDateTime;

use crate::tui::effect::Past;
use crate::tui::state::Pin;
use crate::tui::text::quantity::{ago, grouped};

/// Stands before the name of a branch.
pub(super) const BRANCH: &str = "⎇";

/// A version that is looked at: `v 481`; of a branch `⎇ what-if v 5`.
pub(super) fn past(past: &Past) -> String {
    let branch = past.branch.as_ref().map(|branch| format!("{BRANCH} {branch} "));
    format!("{}v {}", branch.unwrap_or_default(), grouped(past.version))
}

/// Which version of how many: `v 481 of 483`; of a branch `⎇ what-if v 5 of 5`.
pub(super) fn number(pin: &Pin) -> String {
    let newest = pin.newest.max(pin.version.number);
    let past = past(&Past { branch: pin.branch.clone(), version: pin.version.number });
    format!("{past} of {}", grouped(newest))
}

/// All of it: `◂ v 481 of 483 · 2 min ago · read-only view`.
pub(super) fn sentence(pin: &Pin, now: NaiveDateTime) -> String {
    format!("◂ {} · {} · read-only view", number(pin), ago(now - pin.version.when))
}

/// The same where it is narrow: what cannot be done comes first, `◂ read-only · v 481 of 483 · 2 min ago`.
pub(super) fn short_sentence(pin: &Pin, now: NaiveDateTime) -> String {
    format!("◂ read-only · {} · {}", number(pin), ago(now - pin.version.when))
}
