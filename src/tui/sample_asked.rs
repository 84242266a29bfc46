//! What is asked of the fixed root: a few thousand records of each bucket are looked at, the others have none of it.

use super::data::{Cell, Chip, Fault, Filter, Likeness, Rows};
use super::effect::{Picked, Sifting, Wish};
use super::event::{Answer, Complaint, Sifted};
use super::sample::{cells, run, shape};
use crate::{Cursor, Estimate, Needle, Order, TopicName};

/// Records of a bucket that may match.
const LOOKED_AT: u64 = 1_500;

/// What a wish becomes: here, the models can be compared with, and no other column is known by its name.
pub(crate) fn condition(wish: &Wish) -> Answer {
    match wish {
        Wish::Typed(Chip::Sql { condition, .. }) if model(condition).is_none() => {
            Answer::Condition(Err(complaint(condition)))
        }
        Wish::Typed(chip) => Answer::Condition(Ok(chip.clone())),
        Wish::Cell { record, likeness, .. } => {
            let value =
                cells(record.bucket, record.offset).get(1).map(|cell| cell.text().into_owned());
            let value = value.unwrap_or_default();
            let (sign, says) = match likeness {
                Likeness::Like => ("=", "="),
                Likeness::Unlike => ("!=", "≠"),
            };
            let condition = format!("model {sign} '{value}'");
            Answer::Condition(Ok(Chip::sql(condition, &format!("model {says} {value}"))))
        }
    }
}

fn complaint(condition: &str) -> Complaint {
    let word = condition.split_whitespace().next().unwrap_or_default();
    let reason = format!(
        "there is no column `{word}`; there are id, model, latency_ms, prompt, usage, embedding"
    );
    Complaint { reason, place: Some(0..word.len()) }
}

/// How many of some records match.
pub(crate) fn estimate(sifting: &Sifting) -> Result<Answer, Fault> {
    let filter = &sifting.asked.filter;
    if let Some(condition) = filter.conditions().find(|condition| model(condition).is_none()) {
        return Ok(Answer::Estimated(Err(complaint(condition))));
    }
    let (buckets, rows, _) = shape(&sifting.place.topic)?;
    let buckets = sifting.place.bucket.map_or(u64::from(buckets), |_| 1);
    let looked_at = rows.min(LOOKED_AT);
    let matches = (0..looked_at).filter(|offset| matches(filter, &cells(0, *offset))).count();
    let total = rows * buckets;
    Ok(Answer::Estimated(Ok(Estimate { matches: matches as u64, looked_at, total })))
}

/// Looks through it all at once.
pub(crate) fn sift(sifting: &Sifting) -> Result<Answer, Fault> {
    let (buckets, rows, _) = shape(&sifting.place.topic)?;
    let ids = (0..buckets).filter(|id| sifting.place.bucket.is_none_or(|own| own == *id));
    let mut found = Vec::new();
    let mut end = Cursor::default();
    let mut all = 0;
    for bucket in ids {
        let offsets = 0..rows.min(LOOKED_AT);
        let own = offsets.filter(|offset| matches(&sifting.asked.filter, &cells(bucket, *offset)));
        found.extend(own.map(|offset| (bucket, offset)));
        end.set(bucket, rows.into());
        all += rows;
    }
    let matches = if sifting.asked.filter.is_empty() { all } else { found.len() as u64 };
    let sorted = sifting.asked.sort.as_ref().map(|sort| {
        let mut sorted = std::mem::take(&mut found);
        sorted.sort_by(|a, b| latency(a).total_cmp(&latency(b)));
        if sort.order == Order::Descending {
            sorted.reverse();
        }
        sorted
    });
    Ok(Answer::Sifted(Sifted { found, matches, looked_at: all, all, sorted, end: Some(end) }))
}

/// Some of the records.
pub(crate) fn picked(topic: &TopicName, picked: &Picked) -> Result<Rows, Fault> {
    let (_, rows, buffered) = shape(topic)?;
    let mut all = Rows::empty();
    for (bucket, offset) in &picked.places {
        let part = run(*bucket, *offset..offset + 1, rows - buffered);
        all.columns = part.columns;
        all.rows.extend(part.rows);
    }
    Ok(all)
}

/// Whether a record has all that is asked for.
pub(crate) fn matches(filter: &Filter, cells: &[Cell]) -> bool {
    let has = |text: &Needle| cells.iter().any(|cell| cell.has(text));
    let is = |condition: &str| match (model(condition), cells.get(1)) {
        (Some((wanted, likeness)), Some(cell)) => {
            (cell.text() == wanted) == (likeness == Likeness::Like)
        }
        _ => false,
    };
    filter.needles().all(has) && filter.conditions().all(is)
}

fn latency((bucket, offset): &(u32, u64)) -> f64 {
    let cells = cells(*bucket, *offset);
    cells.get(2).and_then(|cell| cell.text().parse().ok()).unwrap_or(f64::INFINITY)
}

/// The model that a condition names.
fn model(condition: &str) -> Option<(&str, Likeness)> {
    let rest = condition.strip_prefix("model ")?;
    let (sign, value) = rest.split_once(" '")?;
    let likeness = match sign {
        "=" => Likeness::Like,
        "!=" => Likeness::Unlike,
        _ => return None,
    };
    Some((value.strip_suffix('\'')?, likeness))
}
