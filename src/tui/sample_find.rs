//! A search for a text in the fixed root.

use super::data::Fault;
use super::effect::{Search, Way};
use super::event::{Answer, Hit};
use super::sample::{cells, columns, shape};

/// Records that a search looks at here.
const FAR: usize = 3_201;

/// Looks through the cells, which are all that this root has, as far as a search looks here.
pub(crate) fn found(search: &Search) -> Result<Answer, Fault> {
    let (buckets, rows, _) = shape(&search.place.topic)?;
    let ids: Vec<u32> = match search.place.bucket {
        Some(bucket) => vec![bucket],
        None => (0..buckets).collect(),
    };
    let (first, row) = search.from;
    let has_it = |(bucket, offset): &(u32, u64)| {
        cells(*bucket, *offset).iter().any(|cell| cell.has(&search.needle))
    };
    let all = ids.into_iter().flat_map(|id| (0..rows).map(move |offset| (id, offset)));
    let found = match search.way {
        Way::Down => all.filter(|place| *place >= (first, row)).take(FAR).find(has_it),
        Way::Up => {
            let before: Vec<_> = all.filter(|place| *place < (first, row)).collect();
            before.into_iter().rev().take(FAR).find(has_it)
        }
    };
    let field = |(bucket, offset): (u32, u64)| {
        let (columns, cells) = (columns(), cells(bucket, offset));
        let mut fields = columns.iter().zip(&cells);
        let field = fields.find(|(_, cell)| cell.has(&search.needle));
        field.map(|(column, _)| column.name.clone()).unwrap_or_default()
    };
    Ok(match found {
        Some((bucket, row)) => {
            Answer::Found(Hit { bucket, row, offset: row, field: field((bucket, row)) })
        }
        None => Answer::NotFound { looked_at: FAR as u64 },
    })
}
