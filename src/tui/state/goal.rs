//! The places that a prompt names: an offset, a share of the table, a version, a tag, a time.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta};

use super::extents::Extents;
use crate::tui::text::quantity::grouped;
use crate::tui::text::span::span;

/// What can be typed.
pub(crate) const PLACES: &str =
    "an offset, bucket:offset, -500 from the end, 50%, 2h ago, 2026-01-31 12:00, v41 or a tag";

/// A place that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A row of the whole table.
    Row(u64),
    Offset {
        bucket: u32,
        offset: u64,
    },
    /// The first record of the bucket that came after a time.
    Since {
        bucket: u32,
        time: When,
    },
    /// The bucket as it was at a version.
    Version {
        bucket: u32,
        version: u64,
    },
    /// The bucket as it was at a tag.
    Tag {
        bucket: u32,
        tag: String,
    },
}

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// So long ago.
    Ago(TimeDelta),
    /// As the clock on the wall shows it.
    Local(NaiveDateTime),
    /// With its time zone, as UTC.
    Utc(NaiveDateTime),
}

/// The place that a text names in a table of these buckets; `bucket` is meant where the text names none.
pub(crate) fn target(text: &str, extents: &Extents, bucket: u32) -> Result<Target, String> {
    let (named, goal) = parse(text)?;
    let known = named.unwrap_or(bucket);
    let Some(extent) = extents.get(known) else {
        return Err(format!("there is no bucket {known} here"));
    };
    let bucket = known;
    let offset = match goal {
        Goal::Version(version) => return Ok(Target::Version { bucket, version }),
        Goal::Tag(tag) => return Ok(Target::Tag { bucket, tag }),
        Goal::Since(time) => return Ok(Target::Since { bucket, time }),
        Goal::Share(share) => {
            let before = named.and_then(|bucket| extents.row(bucket, 0)).unwrap_or(0);
            let rows = named.map_or(extents.total(), |_| extent.rows);
            return match rows {
                0 => Err(format!("bucket {bucket} is empty")),
                rows => Ok(Target::Row(before + part(rows, share).min(rows - 1))),
            };
        }
        Goal::Offset(offset) => offset,
        Goal::FromEnd(back) => extent.next_offset.saturating_sub(back).max(extent.first_offset),
    };
    if offset >= extent.next_offset {
        return Err(beyond(bucket, offset, extent.next_offset));
    }
    Ok(Target::Offset { bucket, offset })
}

/// What was typed behind the bucket.
enum Goal {
    Offset(u64),
    /// So many records before the end.
    FromEnd(u64),
    /// So many thousandths of the table.
    Share(u64),
    Version(u64),
    Tag(String),
    Since(When),
}

/// So many thousandths of a number of rows.
fn part(rows: u64, share: u64) -> u64 {
    u64::try_from(u128::from(rows) * u128::from(share) / 1000).unwrap_or(u64::MAX)
}

fn beyond(bucket: u32, offset: u64, next_offset: u64) -> String {
    match next_offset.checked_sub(1) {
        None => format!("bucket {bucket} is empty"),
        Some(last) => {
            let (offset, last) = (grouped(offset), grouped(last));
            format!("{offset} is beyond the end: bucket {bucket} ends at offset {last}")
        }
    }
}

fn parse(text: &str) -> Result<(Option<u32>, Goal), String> {
    let wrong = || format!("`{text}` is no place: type {PLACES}");
    // The clock has colons of its own.
    if let Some(time) = moment(text.trim()) {
        return Ok((None, Goal::Since(time)));
    }
    let (bucket, goal) = match text.split_once([':', '·']) {
        Some((bucket, goal)) => (Some(compact(bucket).parse().map_err(|_| wrong())?), goal.trim()),
        None => (None, text.trim()),
    };
    if let Some(time) = moment(goal) {
        return Ok((bucket, Goal::Since(time)));
    }
    let goal = number(&compact(goal)).or_else(|| tag(goal)).ok_or_else(wrong)?;
    Ok((bucket, goal))
}

/// Without what groups digits.
fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect()
}

fn number(text: &str) -> Option<Goal> {
    if let Some(share) = text.strip_suffix('%') {
        return thousandths(share).map(Goal::Share);
    }
    if let Some(back) = text.strip_prefix(['-', '−']) {
        return back.parse::<u64>().ok().map(|back| Goal::FromEnd(back.max(1)));
    }
    if let Some(version) = text.strip_prefix(['v', 'V']) {
        return version.parse().ok().map(Goal::Version);
    }
    text.parse().ok().map(Goal::Offset)
}

/// A number of per cent with at most one decimal, up to a hundred.
fn thousandths(text: &str) -> Option<u64> {
    let (whole, tenth) = text.split_once('.').unwrap_or((text, "0"));
    let tenth = Some(tenth).filter(|tenth| tenth.len() == 1)?.parse::<u64>().ok()?;
    let share = whole.parse::<u64>().ok()?.checked_mul(10)?.checked_add(tenth)?;
    (share <= 1000).then_some(share)
}

/// A text that could be a tag: one word of what tags are made of, as it was typed.
fn tag(text: &str) -> Option<Goal> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    (begins && text.chars().all(fine)).then(|| Goal::Tag(text.into()))
}

fn moment(text: &str) -> Option<When> {
    if let Some(ago) = text.strip_suffix("ago") {
        return span(ago.trim_end()).map(When::Ago);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(When::Utc(time.naive_utc()));
    }
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let forms = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
    let mut local = forms.iter().map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    local.find_map(|time| time).or_else(|| day(text)).map(When::Local)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BucketCounts, TopicCounts};

    fn found(text: &str) -> Result<Target, String> {
        let bucket = |bucket_id, n| BucketCounts {
            bucket_id,
            total_count: n,
            next_offset: n,
            ..BucketCounts::default()
        };
        let counts = TopicCounts {
            buckets: vec![bucket(0, 2000), bucket(1, 10), bucket(2, 0)],
            ..TopicCounts::default()
        };
        target(text, &Extents::of(&counts, None), 0)
    }

    #[test]
    fn an_offset_is_taken_in_every_form_in_which_one_is_shown() {
        for (text, bucket, offset) in [
            ("1234", 0, 1234),
            ("1 234", 0, 1234),
            ("1_234", 0, 1234),
            ("1:9", 1, 9),
            (" 1 : 9 ", 1, 9),
            ("0·1 999", 0, 1999),
            ("-1", 0, 1999),
            ("-500", 0, 1500),
            ("1:-3", 1, 7),
            ("1:-500", 1, 0),
        ] {
            assert_eq!(found(text), Ok(Target::Offset { bucket, offset }), "{text}");
        }
    }

    #[test]
    fn a_share_is_one_of_all_rows_or_of_the_bucket_that_is_named() {
        for (text, row) in [
            ("0%", 0),
            ("50%", 1005),
            ("99.9 %", 2007),
            ("100%", 2009),
            ("1:50%", 2005),
            ("0:100%", 1999),
        ] {
            assert_eq!(found(text), Ok(Target::Row(row)), "{text}");
        }
        assert_eq!(found("2:50%"), Err("bucket 2 is empty".into()));
    }

    #[test]
    fn a_version_and_a_tag_are_taken_too() {
        assert_eq!(found("v41"), Ok(Target::Version { bucket: 0, version: 41 }));
        assert_eq!(found("2:v1 041"), Ok(Target::Version { bucket: 2, version: 1041 }));
        for text in ["before-fix", "ten", "v-1", "2026.01.x", "_x"] {
            assert_eq!(found(text), Ok(Target::Tag { bucket: 0, tag: text.into() }));
        }
        assert_eq!(found("1:release"), Ok(Target::Tag { bucket: 1, tag: "release".into() }));
        assert_eq!(found("7:v1"), Err("there is no bucket 7 here".into()));
    }

    #[test]
    fn a_time_is_taken_as_so_long_ago_as_on_the_wall_or_with_its_zone() {
        let noon = NaiveDate::from_ymd_opt(2026, 1, 31).unwrap().and_hms_opt(12, 0, 0).unwrap();
        let ago = |seconds| When::Ago(TimeDelta::seconds(seconds));
        for (text, bucket, time) in [
            ("2h ago", 0, ago(7200)),
            ("90s ago", 0, ago(90)),
            ("15minutes ago", 0, ago(900)),
            ("1:3d ago", 1, ago(259_200)),
            ("2026-01-31 12:00", 0, When::Local(noon)),
            ("2026-01-31T12:00:00", 0, When::Local(noon)),
            ("2026-01-31", 0, When::Local(noon - TimeDelta::hours(12))),
            ("2026-01-31T13:00:00+01:00", 0, When::Utc(noon)),
            ("1:2026-01-31 12:00:00", 1, When::Local(noon)),
        ] {
            assert_eq!(found(text), Ok(Target::Since { bucket, time }), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_what_would_be_one() {
        for text in ["", "--1", "1:2:3", "long ago", "101%", "1.25%", "%", "-x", "a b", "ü", "x:1"]
        {
            assert_eq!(found(text), Err(format!("`{text}` is no place: type {PLACES}")), "{text}");
        }
        for (text, reason) in [
            ("2:-1", "bucket 2 is empty"),
            ("2000", "2 000 is beyond the end: bucket 0 ends at offset 1 999"),
            ("2:0", "bucket 2 is empty"),
            ("7:0", "there is no bucket 7 here"),
        ] {
            assert_eq!(found(text), Err(reason.into()), "{text}");
        }
    }
}
