//! Dates, times and timestamps between text and the count of their column's unit.

use std::fmt::Display;

use arrow_array::timezone::Tz;
use arrow_cast::parse::string_to_datetime;
use arrow_schema::{DataType, TimeUnit};
use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveTime, SecondsFormat, TimeZone, Timelike as _, Utc,
};

const NANOS_PER_SECOND: i128 = 1_000_000_000;
const NANOS_PER_DAY: i128 = 86_400 * NANOS_PER_SECOND;

/// Why a text is no value of a column of dates, times or timestamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is none at all.
    Text,
    /// It is finer than the column's unit, or beyond its range.
    Range,
}

/// How one type of column counts time.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    kind: Kind,
    /// Nanoseconds of one count.
    tick: i128,
}

#[derive(Debug, Clone)]
enum Kind {
    Date,
    /// A date in milliseconds, which can hold a time of day as well.
    DateMillis,
    TimeOfDay,
    /// The zone that a text without one is in.
    Timestamp {
        zone: Tz,
        is_zoned: bool,
    },
    Duration,
}

impl Clock {
    /// Returns the clock of a column type; nothing if it counts no time, or in an unknown zone.
    pub(super) fn of(data_type: &DataType) -> Option<Self> {
        let (kind, tick) = match data_type {
            DataType::Date32 => (Kind::Date, NANOS_PER_DAY),
            DataType::Date64 => (Kind::DateMillis, nanos(TimeUnit::Millisecond)),
            DataType::Time32(unit) | DataType::Time64(unit) => (Kind::TimeOfDay, nanos(*unit)),
            DataType::Duration(unit) => (Kind::Duration, nanos(*unit)),
            DataType::Timestamp(unit, zone) => {
                let is_zoned = zone.is_some();
                let zone = zone.as_deref().unwrap_or("+00:00").parse().ok()?;
                (Kind::Timestamp { zone, is_zoned }, nanos(*unit))
            }
            _ => return None,
        };
        Some(Self { kind, tick })
    }

    /// Reads a text as a count.
    pub(super) fn read(&self, text: &str) -> Result<i64, Unreadable> {
        let nanos = match &self.kind {
            Kind::Date => date(text),
            Kind::DateMillis => date(text).or_else(|| timestamp(&Utc, text)),
            Kind::TimeOfDay => text.parse().ok().map(|time: NaiveTime| since_midnight(time)),
            Kind::Timestamp { zone, .. } => timestamp(zone, text),
            Kind::Duration => None,
        };
        let nanos = nanos.ok_or(Unreadable::Text)?;
        if nanos % self.tick != 0 {
            return Err(Unreadable::Range);
        }
        i64::try_from(nanos / self.tick).map_err(|_| Unreadable::Range)
    }

    /// Writes a count as text; nothing where no text stands for it: a duration, a time beyond its
    /// day, a year beyond the four digits of RFC 3339.
    pub(super) fn write(&self, count: i64) -> Option<String> {
        let nanos = i128::from(count) * self.tick;
        match &self.kind {
            Kind::Date => Some(day(nanos)?.to_string()),
            Kind::DateMillis if nanos % NANOS_PER_DAY == 0 => Some(day(nanos)?.to_string()),
            Kind::TimeOfDay => time_of_day(nanos).map(|time| time.to_string()),
            Kind::Timestamp { is_zoned: true, .. } => {
                Some(instant(nanos)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            Kind::DateMillis | Kind::Timestamp { .. } => Some(unzoned(instant(nanos)?)),
            Kind::Duration => None,
        }
    }
}

fn nanos(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => NANOS_PER_SECOND,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

fn date(text: &str) -> Option<i128> {
    let date: NaiveDate = text.parse().ok()?;
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    Some(i128::from(days) * NANOS_PER_DAY)
}

fn since_midnight(time: NaiveTime) -> i128 {
    let seconds = i128::from(time.num_seconds_from_midnight());
    seconds * NANOS_PER_SECOND + i128::from(time.nanosecond())
}

fn timestamp<Z: TimeZone>(zone: &Z, text: &str) -> Option<i128> {
    let moment = string_to_datetime(zone, text).ok()?;
    let seconds = i128::from(moment.timestamp());
    Some(seconds * NANOS_PER_SECOND + i128::from(moment.timestamp_subsec_nanos()))
}

fn instant(nanos: i128) -> Option<DateTime<Utc>> {
    let seconds = i64::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
    let subsecond = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).ok()?;
    let instant = DateTime::from_timestamp(seconds, subsecond)?;
    (0..=9999).contains(&instant.year()).then_some(instant)
}

fn day(nanos: i128) -> Option<impl Display> {
    instant(nanos).map(|instant| instant.date_naive())
}

fn time_of_day(nanos: i128) -> Option<NaiveTime> {
    let seconds = u32::try_from(nanos.div_euclid(NANOS_PER_SECOND)).ok()?;
    let subsecond = u32::try_from(nanos.rem_euclid(NANOS_PER_SECOND)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, subsecond)
}

fn unzoned(instant: DateTime<Utc>) -> String {
    instant.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(data_type: &DataType) -> Clock {
        Clock::of(data_type).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_count() {
        let utc = Some("UTC".into());
        let cases = [
            (DataType::Date32, 19_723, "2024-01-01"),
            (DataType::Date32, -1, "1969-12-31"),
            (DataType::Date64, 1_704_067_200_000, "2024-01-01"),
            (DataType::Date64, 1_704_067_200_001, "2024-01-01T00:00:00.001"),
            (DataType::Time32(TimeUnit::Second), 86_399, "23:59:59"),
            (DataType::Time64(TimeUnit::Nanosecond), 1, "00:00:00.000000001"),
            (DataType::Timestamp(TimeUnit::Second, None), 0, "1970-01-01T00:00:00"),
            (DataType::Timestamp(TimeUnit::Millisecond, None), -1, "1969-12-31T23:59:59.999"),
            (
                DataType::Timestamp(TimeUnit::Microsecond, utc.clone()),
                1,
                "1970-01-01T00:00:00.000001Z",
            ),
            (
                DataType::Timestamp(TimeUnit::Nanosecond, utc),
                i64::MAX,
                "2262-04-11T23:47:16.854775807Z",
            ),
        ];
        for (data_type, count, text) in cases {
            let clock = clock(&data_type);
            assert_eq!(clock.write(count).as_deref(), Some(text), "{data_type}");
            assert_eq!(clock.read(text), Ok(count), "{data_type}");
        }
    }

    #[test]
    fn a_text_is_read_in_its_own_zone_or_else_in_the_columns() {
        let berlin = clock(&DataType::Timestamp(TimeUnit::Second, Some("+02:00".into())));
        assert_eq!(berlin.read("1970-01-01T02:00:00"), Ok(0));
        assert_eq!(berlin.read("1970-01-01T01:00:00+01:00"), Ok(0));
        assert_eq!(berlin.write(0).as_deref(), Some("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn what_the_unit_cannot_hold_is_told_from_what_is_no_time() {
        let seconds = clock(&DataType::Timestamp(TimeUnit::Second, None));
        assert_eq!(seconds.read("2024-01-01T00:00:00.5Z"), Err(Unreadable::Range));
        assert_eq!(seconds.read("soon"), Err(Unreadable::Text));
        let nanos = clock(&DataType::Timestamp(TimeUnit::Nanosecond, None));
        assert_eq!(nanos.read("2400-01-01T00:00:00Z"), Err(Unreadable::Range));
    }

    #[test]
    fn a_count_beyond_its_texts_has_none() {
        for (data_type, count) in [
            (DataType::Date32, 3_000_000),
            (DataType::Time32(TimeUnit::Second), 86_400),
            (DataType::Time32(TimeUnit::Second), -1),
            (DataType::Timestamp(TimeUnit::Second, None), i64::MAX),
            (DataType::Duration(TimeUnit::Second), 1),
        ] {
            assert_eq!(clock(&data_type).write(count), None, "{data_type} {count}");
        }
    }

    #[test]
    fn no_text_makes_a_clock_panic() {
        let types = [
            DataType::Date64,
            DataType::Time64(TimeUnit::Nanosecond),
            DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        ];
        proptest::proptest!(|(text in "[0-9T:.Z +é-]{0,32}")| {
            for data_type in &types {
                clock(data_type).read(&text).ok();
            }
        });
    }
}
