//! The seek prompt: what is being typed, and what is wrong with it.

use tui_input::{Input, InputRequest};

use super::extents::Extents;
use crate::tui::text::quantity::grouped;

/// A place that a prompt names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Offset {
        bucket: u32,
        offset: u64,
    },
    /// The bucket as it was at a version.
    Version {
        bucket: u32,
        version: u64,
    },
}

/// The prompt for an offset.
#[derive(Debug, Default)]
pub(crate) struct Prompt {
    input: Input,
    /// Why the last try was refused.
    pub(crate) error: Option<String>,
}

impl Prompt {
    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        self.input.value()
    }

    /// Characters before the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Changes the text; an error belongs to the text before.
    pub(crate) fn edit(&mut self, request: InputRequest) {
        self.error = None;
        self.input.handle(request);
    }

    /// The place that the text names, in a table of these buckets; `bucket` is meant where the
    /// text names none.
    pub(crate) fn target(&self, extents: &Extents, bucket: u32) -> Result<Target, String> {
        let (bucket, goal) = parse(self.text(), bucket)?;
        let Some(extent) = extents.get(bucket) else {
            return Err(format!("there is no bucket {bucket} here"));
        };
        let offset = match goal {
            Goal::Version(version) => return Ok(Target::Version { bucket, version }),
            Goal::Offset(offset) => offset,
            Goal::FromEnd(back) => extent.next_offset.saturating_sub(back).max(extent.first_offset),
        };
        if offset >= extent.next_offset {
            return Err(beyond(bucket, offset, extent.next_offset));
        }
        Ok(Target::Offset { bucket, offset })
    }
}

/// What was typed behind the bucket.
enum Goal {
    Offset(u64),
    /// So many records before the end.
    FromEnd(u64),
    Version(u64),
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

fn parse(text: &str, bucket: u32) -> Result<(u32, Goal), String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let (named, goal) = match compact.split_once([':', '·']) {
        Some((named, goal)) => (Some(named), goal),
        None => (None, compact.as_str()),
    };
    let wrong = || format!("`{text}` is no place: type an offset, bucket:offset, -500 or v41");
    let bucket = match named {
        Some(named) => named.parse().map_err(|_| wrong())?,
        None => bucket,
    };
    let number = |digits: &str| digits.parse::<u64>().map_err(|_| wrong());
    let goal = match (goal.strip_prefix(['-', '−']), goal.strip_prefix(['v', 'V'])) {
        (Some(back), _) => Goal::FromEnd(number(back)?.max(1)),
        (None, Some(version)) => Goal::Version(number(version)?),
        (None, None) => Goal::Offset(number(goal)?),
    };
    Ok((bucket, goal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BucketCounts, TopicCounts};

    fn target(text: &str) -> Result<Target, String> {
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
        let mut prompt = Prompt::default();
        for c in text.chars() {
            prompt.edit(InputRequest::InsertChar(c));
        }
        prompt.target(&Extents::of(&counts, None), 0)
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
            assert_eq!(target(text), Ok(Target::Offset { bucket, offset }), "{text}");
        }
    }

    #[test]
    fn a_version_is_taken_too() {
        assert_eq!(target("v41"), Ok(Target::Version { bucket: 0, version: 41 }));
        assert_eq!(target("2:v1 041"), Ok(Target::Version { bucket: 2, version: 1041 }));
        assert_eq!(target("7:v1"), Err("there is no bucket 7 here".into()));
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "`` is no place: type an offset, bucket:offset, -500 or v41"),
            ("ten", "`ten` is no place: type an offset, bucket:offset, -500 or v41"),
            ("--1", "`--1` is no place: type an offset, bucket:offset, -500 or v41"),
            ("v", "`v` is no place: type an offset, bucket:offset, -500 or v41"),
            ("v-1", "`v-1` is no place: type an offset, bucket:offset, -500 or v41"),
            ("2:-1", "bucket 2 is empty"),
            ("1:2:3", "`1:2:3` is no place: type an offset, bucket:offset, -500 or v41"),
            ("2000", "2 000 is beyond the end: bucket 0 ends at offset 1 999"),
            ("2:0", "bucket 2 is empty"),
            ("7:0", "there is no bucket 7 here"),
        ] {
            assert_eq!(target(text), Err(reason.into()), "{text}");
        }
    }
}
