//! What a topic keeps of its records: a rule, without a file or a clock.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};

/// How much a topic keeps of its persisted records, in each bucket. What is not said bounds nothing; of several bounds each
/// counts, so that a record goes with the first that lets it go.
///
/// Records go from the oldest on, and for good: their offsets are never given again, and a bucket's first offset moves up.
/// What is buffered always stays. Readers, streams and groups that stood before the first record that is left go on there,
/// whether they had read the others or not. Older versions have what they had, until they are cleaned up; only then is the
/// room of what went free.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordRetention {
    /// So many of the newest records are kept. In the background up to an eighth more, where these share a data file with
    /// records that stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_records: Option<u64>,
    /// So many bytes of data files are kept at least, the newest: all but what whole files hold beyond that. Files that are
    /// rewritten are made no larger than an eighth of it, or 1 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_bytes: Option<u64>,
    /// Records are kept for so long from when they were persisted, and up to a hundredth longer: the time of the first
    /// version that is known to have a record counts as its own.
    #[serde(with = "whole_seconds", skip_serializing_if = "Option::is_none")]
    pub keep_age: Option<Duration>,
}

/// How a rule for records is applied by hand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetainOptions {
    /// The rule; `None`: the topic's.
    pub rule: Option<RecordRetention>,
    /// Says what would go, and changes nothing.
    pub dry_run: bool,
}

/// What a rule for records took from one bucket, or would take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Retained {
    /// The bucket's number.
    pub bucket_id: u32,
    /// The head version behind it; 0 where the bucket has no dataset yet.
    pub version: u64,
    /// Records that are gone.
    pub records: u64,
    /// Fragments that are gone whole.
    pub fragments: u64,
    /// Bytes of their data files; older versions keep them until they are cleaned up.
    pub bytes: u64,
    /// The first offset that is left; the next offset where none is.
    pub first_offset: u64,
    /// Persisted records that are left.
    pub records_left: u64,
}

impl RecordRetention {
    /// Whether it keeps everything.
    pub fn is_off(&self) -> bool {
        *self == Self::default()
    }

    /// # Errors
    /// [`Error::InvalidOption`] for a bound of nothing, which would leave no record.
    pub(crate) fn check(&self) -> Result<()> {
        let bounds = [
            ("keep_records", self.keep_records == Some(0)),
            ("keep_bytes", self.keep_bytes == Some(0)),
            ("keep_age", self.keep_age.is_some_and(|age| age < Duration::from_secs(1))),
        ];
        let Some((option, _)) = bounds.into_iter().find(|(_, is_nothing)| *is_nothing) else {
            return Ok(());
        };
        let reason = "it would keep nothing; without it nothing is bounded".into();
        Err(Error::InvalidOption { option, value: "0".into(), reason })
    }
}

/// A span of time as whole seconds, where there is one.
mod whole_seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    #[expect(clippy::ref_option, reason = "so serde hands a field over")]
    pub(super) fn serialize<S: Serializer>(
        span: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        span.map(|span| span.as_secs()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_secs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_and_what_it_does_not_say_is_not_written() {
        let rule = RecordRetention {
            keep_records: Some(7),
            keep_age: Some(Duration::from_mins(1)),
            ..RecordRetention::default()
        };
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(text, r#"{"keep_records":7,"keep_age":60}"#);
        assert_eq!(serde_json::from_str::<RecordRetention>(&text).unwrap(), rule);
        assert_eq!(
            serde_json::from_str::<RecordRetention>("{}").unwrap(),
            RecordRetention::default()
        );
        assert!(RecordRetention::default().is_off() && !rule.is_off());
    }

    #[test]
    fn a_bound_of_nothing_is_refused_and_named() {
        let of = |records, bytes, age: Option<u64>| RecordRetention {
            keep_records: records,
            keep_bytes: bytes,
            keep_age: age.map(Duration::from_secs),
        };
        assert!(of(Some(1), Some(1), Some(1)).check().is_ok());
        for (rule, named) in [
            (of(Some(0), None, None), "keep_records"),
            (of(None, Some(0), None), "keep_bytes"),
            (of(None, None, Some(0)), "keep_age"),
        ] {
            assert!(rule.check().unwrap_err().to_string().contains(named));
        }
    }
}
