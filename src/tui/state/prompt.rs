//! The seek prompt: what is being typed, and what is wrong with it.

use tui_input::{Input, InputRequest};

use super::extents::Extents;
use crate::tui::text::quantity::grouped;

/// A place that a prompt names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
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
        let target = parse(self.text(), bucket)?;
        let Some(extent) = extents.get(target.bucket) else {
            return Err(format!("there is no bucket {} here", target.bucket));
        };
        if target.offset >= extent.next_offset {
            return Err(beyond(target, extent.next_offset));
        }
        Ok(target)
    }
}

fn beyond(target: Target, next_offset: u64) -> String {
    let offset = grouped(target.offset);
    match next_offset.checked_sub(1) {
        None => format!("bucket {} is empty", target.bucket),
        Some(last) => {
            let last = grouped(last);
            format!("{offset} is beyond the end: bucket {} ends at offset {last}", target.bucket)
        }
    }
}

fn parse(text: &str, bucket: u32) -> Result<Target, String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let (named, offset) = match compact.split_once([':', '·']) {
        Some((named, offset)) => (Some(named), offset),
        None => (None, compact.as_str()),
    };
    let wrong = || format!("`{text}` is no offset: type a number, or bucket:offset");
    let bucket = match named {
        Some(named) => named.parse().map_err(|_| wrong())?,
        None => bucket,
    };
    Ok(Target { bucket, offset: offset.parse().map_err(|_| wrong())? })
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
        ] {
            assert_eq!(target(text), Ok(Target { bucket, offset }), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "`` is no offset: type a number, or bucket:offset"),
            ("ten", "`ten` is no offset: type a number, or bucket:offset"),
            ("-1", "`-1` is no offset: type a number, or bucket:offset"),
            ("1:2:3", "`1:2:3` is no offset: type a number, or bucket:offset"),
            ("2000", "2 000 is beyond the end: bucket 0 ends at offset 1 999"),
            ("2:0", "bucket 2 is empty"),
            ("7:0", "there is no bucket 7 here"),
        ] {
            assert_eq!(target(text), Err(reason.into()), "{text}");
        }
    }
}
