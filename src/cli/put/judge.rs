//! Judges a batch: what can be put of it, and why the rest cannot.

use arrow_array::RecordBatch;
use serde_json::Value;

use super::fit::Fit;
use super::refusal::{Original, Refusal};
use crate::cli::import::{Entry, Place};

/// What became of the entries of a batch.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// What fits.
    pub(super) batch: Option<RecordBatch>,
    /// Which of the entries that is, one for each row.
    pub(super) kept: Vec<usize>,
    /// What does not, in the order of the input.
    pub(super) refusals: Vec<Refusal>,
}

/// Judges all entries.
pub(super) fn judge(entries: Vec<Entry>, fit: &mut Fit) -> Judged {
    let Sorted { places, mut indices, records, mut refusals } = sorted(entries);
    let fitted = fit.fit(&records);
    let mut record = 0..;
    indices.retain(|_| {
        let record = record.next().unwrap_or_default();
        fitted.misfits.binary_search_by_key(&record, |(index, _)| *index).is_err()
    });
    let misfits = fitted.misfits.into_iter().filter_map(|(index, reason)| {
        let (place, record) = (*places.get(index)?, records.get(index)?.clone());
        Some(Refusal { place, reason, original: Original::Record(record) })
    });
    refusals.extend(misfits);
    refusals.sort_by_key(|refusal| refusal.place.number());
    Judged { batch: fitted.batch, kept: indices, refusals }
}

/// Judges the entries before the first that cannot be put, and that one.
pub(super) fn judge_until_refused(entries: Vec<Entry>, fit: &mut Fit) -> Judged {
    let Sorted { places, mut indices, mut records, mut refusals } = sorted(entries);
    if let Some(unreadable) = refusals.first() {
        let before = places.iter().take_while(|place| place.number() < unreadable.place.number());
        records.truncate(before.count());
        refusals.truncate(1);
    }
    let mut fitted = fit.fit(&records);
    if let Some((index, reason)) = fitted.misfits.into_iter().next() {
        let place = places.get(index).copied().unwrap_or(Place::Whole);
        let record = records.get(index).cloned().unwrap_or_default();
        refusals = vec![Refusal { place, reason, original: Original::Record(record) }];
        records.truncate(index);
        fitted = fit.fit(&records);
    }
    indices.truncate(records.len());
    Judged { batch: fitted.batch, kept: indices, refusals }
}

/// Records with their places, and what is no record.
#[derive(Default)]
struct Sorted {
    places: Vec<Place>,
    /// Which entry each record is.
    indices: Vec<usize>,
    records: Vec<Value>,
    refusals: Vec<Refusal>,
}

fn sorted(entries: Vec<Entry>) -> Sorted {
    let mut sorted = Sorted::default();
    for (index, Entry { place, record, .. }) in entries.into_iter().enumerate() {
        match record {
            Ok(record) => {
                sorted.places.push(place);
                sorted.indices.push(index);
                sorted.records.push(Value::Object(record));
            }
            Err(unreadable) => sorted.refusals.push(Refusal {
                place,
                reason: unreadable.reason,
                original: Original::Text(unreadable.text),
            }),
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Strictness;
    use crate::cli::import::Unreadable;
    use crate::cli::put::fit::Routing;

    /// Lines: `+` fits, `x` does not fit, `!` is no record.
    fn judged(lines: &str, judge: fn(Vec<Entry>, &mut Fit) -> Judged) -> (Vec<usize>, Vec<u64>) {
        let record = |kind| match kind {
            '+' => Ok(json!({"a": 1}).as_object().unwrap().clone()),
            'x' => Ok(json!({"a": "one"}).as_object().unwrap().clone()),
            _ => Err(Unreadable { reason: "torn".into(), text: "{".into() }),
        };
        let places = (1..).map(Place::Line);
        let entries = places.zip(lines.chars().map(record));
        let entries = entries.map(|(place, record)| Entry { place, bytes: 1, record }).collect();
        let schema = r#"{"a": "int64"}"#.parse().unwrap();
        let judged = judge(entries, &mut Fit::new(schema, Strictness::Strict, Routing::One));
        assert_eq!(judged.batch.map_or(0, |batch| batch.num_rows()), judged.kept.len(), "{lines}");
        (judged.kept, judged.refusals.iter().map(|refusal| refusal.place.number()).collect())
    }

    #[test]
    fn everything_that_fits_is_kept_and_the_rest_is_told_in_order() {
        assert_eq!(judged("+x!+x", judge), (vec![0, 3], vec![2, 3, 5]));
        assert_eq!(judged("!!", judge), (vec![], vec![1, 2]));
    }

    #[test]
    fn nothing_behind_the_first_refused_record_is_kept() {
        for (lines, rows, refused) in
            [("++x+!+", 2, vec![3]), ("+!x+", 1, vec![2]), ("+++", 3, vec![]), ("x", 0, vec![1])]
        {
            let kept = (0..rows).collect();
            assert_eq!(judged(lines, judge_until_refused), (kept, refused), "{lines}");
        }
    }
}
