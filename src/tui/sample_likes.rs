//! Similar records of the fixed root.

use std::time::Duration;

use super::data::{Fault, Like, Likes};
use super::effect::RecordId;
use super::event::Answer;
use super::sample::{PROMPTS, dice, pick, shape};

/// Records like a record: itself, then others ever farther away.
pub(crate) fn similar(record: &RecordId, column: Option<&str>) -> Result<Answer, Fault> {
    let (buckets, rows, buffered) = shape(&record.topic)?;
    let hit = |number: u64| {
        let dice = dice(record.bucket, record.offset, number);
        let bucket = u32::try_from((dice / 7) % u64::from(buckets)).unwrap_or(0);
        let (bucket, offset) = match number {
            0 => (record.bucket, record.offset),
            5 => (bucket, rows - 2),
            _ => (bucket, dice % rows.max(1)),
        };
        Like {
            bucket,
            offset,
            buffered: offset + buffered >= rows,
            distance: number as f32 * 0.0137,
            text: pick(&PROMPTS, dice).into(),
        }
    };
    Ok(Answer::Similar(Likes {
        column: column.unwrap_or("embedding").into(),
        columns: vec!["embedding".into(), "title_embedding".into()],
        hits: (0..20).map(hit).collect(),
        searched: rows * u64::from(buckets),
        by: None,
        took: Duration::from_millis(41),
    }))
}
