//! The time of day where the person is, read in one place.

use chrono::{DateTime, Local, NaiveDateTime, Utc};

/// The local time now.
pub(crate) fn now() -> NaiveDateTime {
    Local::now().naive_local()
}

/// A moment as the clock on the wall showed it.
pub(crate) fn local(moment: DateTime<Utc>) -> NaiveDateTime {
    moment.with_timezone(&Local).naive_local()
}
