//! Words of the command line that name a place or a span in time.

use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::tui::span;
use crate::{At, From};

/// What `--at` names: a version's number, a time, or else a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A state that needs no clock to be found.
    Fixed(At),
    /// A time so far back.
    Ago(TimeDelta),
}

impl Place {
    /// The state it names for somebody who asks at `now`.
    pub(crate) fn seen_at(&self, now: DateTime<Utc>) -> At {
        match self {
            Self::Fixed(at) => at.clone(),
            Self::Ago(span) => At::Time(now - *span),
        }
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err("a version's number, a tag or a time is missing".into());
        }
        if let Ok(version) = text.parse() {
            return Ok(Self::Fixed(At::Version(version)));
        }
        if let Some(span) = text.strip_suffix("ago").filter(|_| reads_as_time(text)) {
            return ago(span.trim_end()).map(Self::Ago);
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Fixed(At::Time(time.to_utc())));
        }
        Ok(Self::Fixed(At::Tag(text.into())))
    }
}

/// Whether what ends in "ago" is meant as a time: no tag has a space, and none of that end begins with a digit.
fn reads_as_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) || text.contains(char::is_whitespace)
}

fn ago(text: &str) -> Result<TimeDelta, String> {
    let wrong =
        || format!("`{text} ago` is no time; write `90s ago`, `15m ago`, `2h ago` or `3d ago`");
    span(text).ok_or_else(wrong)
}

/// A span of time with its unit: `90s`, `15m`, `2h`, `3d`.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let age = span(text.trim()).and_then(|span| span.to_std().ok());
    age.ok_or_else(|| "expected an age, such as `0s`, `15m`, `2h` or `3d`".to_owned())
}

/// Where a tail starts: `end`, `start`, an offset, or `-N` for the last N records.
pub(crate) fn tail_start(text: &str) -> Result<From, String> {
    let wrong = |_| "expected `end`, `start`, an offset, or -N for the last N records".to_owned();
    match text {
        "end" => Ok(From::End),
        "start" => Ok(From::Start),
        _ => match text.strip_prefix('-') {
            Some(last) => last.parse().map(From::Last).map_err(wrong),
            None => text.parse().map(From::Offset).map_err(wrong),
        },
    }
}

/// Where a group goes on: as a tail's start, or a position a bucket.
pub(crate) fn group_place(text: &str) -> Result<From, String> {
    if text.contains(':') {
        return text.parse().map(From::Cursor).map_err(|_| {
            "expected `start`, `end`, an offset, -N, or a position a bucket, such as `0:1024,1:998`"
                .to_owned()
        });
    }
    tail_start(text)
}

/// A span of seconds, fractions included.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "expected seconds, such as 10 or 0.5".to_owned();
    let seconds: f64 = text.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_version_a_time_or_a_tag() {
        let noon = DateTime::parse_from_rfc3339("2026-01-31T12:00:00Z").unwrap().to_utc();
        for (text, at) in [
            ("7", At::Version(7)),
            ("2026-01-31T13:00:00+01:00", At::Time(noon)),
            ("2h ago", At::Time(noon - TimeDelta::hours(2))),
            ("90 minutes ago", At::Time(noon - TimeDelta::minutes(90))),
            ("before-fix", At::Tag("before-fix".into())),
            ("chicago", At::Tag("chicago".into())),
            ("2hago", At::Time(noon - TimeDelta::hours(2))),
            ("ago", At::Tag("ago".into())),
        ] {
            assert_eq!(text.parse::<Place>().unwrap().seen_at(noon), at, "{text}");
        }
    }

    #[test]
    fn a_span_that_is_none_is_refused() {
        for text in [
            "",
            "long ago",
            "2-days-ago",
            "2 ago",
            "h ago",
            "2 lightyears ago",
            "99999999999999999999d ago",
            "9999999999d ago",
        ] {
            assert!(text.parse::<Place>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_tail_starts_where_it_is_told() {
        for (text, from) in [
            ("end", From::End),
            ("start", From::Start),
            ("12", From::Offset(12)),
            ("-3", From::Last(3)),
        ] {
            assert_eq!(tail_start(text).unwrap(), from);
        }
        for wrong in ["", "-", "--3", "1.5", "middle"] {
            assert!(tail_start(wrong).is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn a_group_goes_on_where_a_tail_starts_or_at_a_position_a_bucket() {
        let cursor = |text: &str| From::Cursor(text.parse().unwrap());
        for (text, from) in [
            ("start", From::Start),
            ("-3", From::Last(3)),
            ("0:1024,1:998+1003", cursor("0:1024,1:998+1003")),
        ] {
            assert_eq!(group_place(text).unwrap(), from);
        }
        for wrong in ["", "0:", ":1", "0:1;1:2"] {
            assert!(group_place(wrong).is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn an_age_has_a_unit() {
        for (text, age_in_seconds) in [("0s", 0), ("15m", 900), ("2h", 7200), ("3 days", 259_200)] {
            assert_eq!(age(text).unwrap(), Duration::from_secs(age_in_seconds), "{text}");
        }
        for wrong in ["", "7", "-1d", "h", "2 lightyears", "9999999999d", "1.5h"] {
            assert!(age(wrong).is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn seconds_have_fractions_and_no_sign() {
        assert_eq!(seconds("0.25").unwrap(), Duration::from_millis(250));
        for wrong in ["-1", "NaN", "inf", "1e30", "soon", ""] {
            assert!(seconds(wrong).is_err(), "{wrong:?} was accepted");
        }
    }
}
