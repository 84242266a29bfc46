//! The time of day where the person is, read in one place.

use chrono::{Local, NaiveDateTime};

/// The local time now.
pub(crate) fn now() -> NaiveDateTime {
    Local::now().naive_local()
}
