//! Makes conditions of what was typed, and of cells.

use std::ops::Range;
use std::time::Duration;

use super::data::{self, Chip, Fault, Likeness, PathColumn, column_of};
use super::effect::{ColumnId, Place, RecordId, Sifting, Wish};
use super::event::{Answer, Complaint};
use super::{history, sift};
use crate::{Columns, Engine, Error, Result};

/// How long nothing is typed before somebody looks what it would leave.
const PAUSE: Duration = Duration::from_millis(150);
/// Records of which that is told, and how long they are looked at.
const SAMPLE: u64 = 4096;
const WITHIN: Duration = Duration::from_millis(400);

/// Finds out whether a wish can be a condition on the records of a place.
pub(super) async fn condition(
    engine: &Engine,
    place: &Place,
    wish: &Wish,
) -> Result<Answer, Fault> {
    match wish {
        Wish::Typed(chip) => typed(engine, place, chip).await,
        Wish::Cell { record, column, likeness } => cell(engine, record, (column, *likeness)).await,
    }
}

/// Tells how many records a condition that is being typed would leave, a moment after the last key: the next key stops it.
///
/// Cost: a sample of them, for some tenths of a second at most.
pub(super) async fn estimate(engine: &Engine, sifting: &Sifting) -> Result<Answer, Fault> {
    tokio::time::sleep(PAUSE).await;
    let Sifting { place, version, asked, .. } = sifting;
    let found = match sift::conditioned(engine, place, version.as_ref(), &asked.filter).await {
        Ok(reader) => reader.estimate(SAMPLE, WITHIN).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(estimate) => Ok(Answer::Estimated(Ok(estimate))),
        Err(Error::InvalidOption { reason, .. }) => {
            let typed = asked.filter.conditions().last().unwrap_or_default();
            let complaint = Complaint { place: fault(typed, &reason), reason };
            Ok(Answer::Estimated(Err(complaint)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn typed(engine: &Engine, place: &Place, chip: &Chip) -> Result<Answer, Fault> {
    let Chip::Sql { condition, .. } = chip else {
        return Ok(Answer::Condition(Ok(chip.clone())));
    };
    let reader = engine.reader(place.topic.as_str()).await?;
    match reader.filter(condition).await {
        Ok(_) => Ok(Answer::Condition(Ok(chip.clone()))),
        Err(Error::InvalidOption { reason, .. }) => {
            Ok(Answer::Condition(Err(Complaint { place: fault(condition, &reason), reason })))
        }
        Err(error) => Err(error.into()),
    }
}

async fn cell(
    engine: &Engine,
    record: &RecordId,
    (column, likeness): (&ColumnId, Likeness),
) -> Result<Answer, Fault> {
    let reader =
        history::bucket(engine, &record.topic, record.bucket, record.version.as_ref()).await?;
    let schema = reader.schema().await?;
    let path = match column {
        ColumnId::Own(shown) => column_of(&schema, shown)
            .map(|name| PathColumn::new(&name, std::slice::from_ref(&name))),
        ColumnId::Inner(path) => Some(path.clone()),
    };
    let Some(path) = path else {
        return Err(Fault::new(format!(
            "`{}` is no column of its own: no condition is made of it",
            column.name()
        )));
    };
    let root = Columns::Only(vec![path.root().to_owned()]);
    let page = reader.columns(root).get(record.offset, 1).await?;
    let chunk = page.chunks.first().filter(|chunk| chunk.offsets.first() == Some(&record.offset));
    let Some(values) = chunk.and_then(|chunk| path.values(&chunk.batch)) else {
        return Err(Fault::new("the record is no longer there"));
    };
    let sql = path.sql(&schema).ok_or_else(|| unnamed(&path))?;
    let chip = data::condition((&sql, &path.name), &values, 0, likeness).map_err(Fault::new)?;
    Ok(Answer::Condition(Ok(chip)))
}

/// Why no condition can name what lies at a path.
fn unnamed(path: &PathColumn) -> Fault {
    let name = &path.name;
    Fault::new(if path.path.iter().any(|step| step.contains('`')) {
        format!("`{name}` has a backtick in its name: no condition can name it")
    } else {
        format!("`{name}` lies in a list or a map: no condition reaches into one")
    })
}

/// The part of a condition that a reason is about, in bytes: the place that it names, or else the word in backticks.
fn fault(condition: &str, reason: &str) -> Option<Range<usize>> {
    if let Some((_, place)) = reason.split_once("Column: ") {
        let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
        let column = digits.parse::<usize>().ok()?.checked_sub(1)?;
        let start = condition.char_indices().nth(column).map(|(at, _)| at)?;
        let rest = condition.get(start..)?;
        let length = rest.find(char::is_whitespace).unwrap_or(rest.len()).max(1);
        return condition.get(start..start + length).map(|_| start..start + length);
    }
    if reason.contains("found: EOF") {
        return Some(condition.len()..condition.len());
    }
    let word = reason.split('`').nth(1).filter(|word| !word.is_empty())?;
    let start = condition.find(word)?;
    Some(start..start + word.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_what_is_wrong_is_told_where_the_reason_names_one() {
        for (condition, reason, part) in [
            (
                "year > 1990 aand x",
                "Expected: the end, found: aand at Line: 1, Column: 13",
                Some("aand"),
            ),
            ("é > 'a' nd", "found: nd at Line: 1, Column: 9", Some("nd")),
            ("yaer > 1", "there is no column `yaer`; there are year", Some("yaer")),
            ("year >", "Expected: an expression, found: EOF", Some("")),
            ("a > 1", "it is int64, not true or false", None),
            ("a > 1", "at Line: 1, Column: 99", None),
        ] {
            let found = fault(condition, reason);
            assert_eq!(found.map(|range| &condition[range]), part, "{condition}: {reason}");
        }
    }
}
