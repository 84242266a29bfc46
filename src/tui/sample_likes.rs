//! Similar records of the fixed root.

use std::time::Duration;

use super::data::{Fault, Like, Likes};
use super::effect::{Exemplar, RecordId};
use super::event::Answer;
use super::sample::{PROMPTS, dice, pick, shape};

/// Records like a record: itself, then others ever farther away; like several: those, at some distance already.
pub(crate) fn similar(like: &Exemplar, column: Option<&str>) -> Result<Answer, Fault> {
    let records = match like {
        Exemplar::Record(RecordId { bucket, offset, .. }) => vec![(*bucket, *offset)],
        Exemplar::Mean { records, .. } => records.clone(),
    };
    let own = records.len() as u64;
    let (buckets, rows, buffered) = shape(like.topic())?;
    let hit = |number: u64| {
        let own_at = usize::try_from(number).ok().and_then(|at| records.get(at).copied());
        let (first_bucket, first) = records.first().copied().unwrap_or_default();
        let dice = dice(first_bucket, first, number);
        let bucket = u32::try_from((dice / 7) % u64::from(buckets)).unwrap_or(0);
        let (bucket, offset) = match (own_at, number) {
            (Some(place), _) => place,
            (None, 5) => (bucket, rows - 2),
            (None, _) => (bucket, dice % rows.max(1)),
        };
        Like {
            bucket,
            offset,
            buffered: offset + buffered >= rows,
            distance: (number + own - 1) as f32 * 0.0137,
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
