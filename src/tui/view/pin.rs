//! How a version is told that is looked at: the same words wherever they stand.

use chrono::NaiveDateTime;

use crate::tui::state::Pin;
use crate::tui::text::quantity::{ago, grouped};

/// Which version of how many: `v 481 of 483`.
pub(super) fn number(pin: &Pin) -> String {
    let newest = pin.newest.max(pin.version.number);
    format!("v {} of {}", grouped(pin.version.number), grouped(newest))
}

/// All of it: `◂ v 481 of 483 · 2 min ago · read-only view`.
pub(super) fn sentence(pin: &Pin, now: NaiveDateTime) -> String {
    format!("◂ {} · {} · read-only view", number(pin), ago(now - pin.version.when))
}

/// The same where it is narrow: what cannot be done comes first, `◂ read-only · v 481 of 483 · 2 min ago`.
pub(super) fn short_sentence(pin: &Pin, now: NaiveDateTime) -> String {
    format!("◂ read-only · {} · {}", number(pin), ago(now - pin.version.when))
}
