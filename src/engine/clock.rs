//! Wall-clock time, read in one place; it is shown and compared with ages, never used for order.

use chrono::{DateTime, SecondsFormat, Utc};

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::<Utc>::from(std::time::SystemTime::now())
}

/// A time as RFC 3339 text with milliseconds, in UTC.
pub(crate) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
