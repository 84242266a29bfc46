//! The order that is asked for, over what is looked through: by a column, or by a value inside one.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::data::{Fault, PathColumn, column_of};
use crate::{Chunk, Ranking, Sort};

/// The first records in an order, of those that are offered.
pub(super) struct Ranked {
    /// The column that has to be read for it.
    pub(super) read: String,
    /// Where in that column the values lie, where it is not the column itself that is sorted by.
    inner: Option<PathColumn>,
    name: String,
    ranking: Ranking,
}

impl Ranked {
    /// An order of records of a schema, and of columns that are made of what lies inside others.
    pub(super) fn of(sort: &Sort, schema: &SchemaRef, inner: &[PathColumn]) -> Result<Self, Fault> {
        let own = column_of(schema, &sort.column);
        let inner = inner.iter().find(|path| path.name == sort.column && own.is_none()).cloned();
        let read = own.or_else(|| inner.as_ref().map(|path| path.root().to_owned()));
        let read = read.ok_or_else(|| {
            Fault::new(format!("there is no column `{}` to sort by", sort.column))
        })?;
        let column = if inner.is_some() { sort.column.clone() } else { read.clone() };
        let ranking = Ranking::of(Sort { column, order: sort.order }, Ranking::MOST);
        Ok(Self { read, inner, name: sort.column.clone(), ranking })
    }

    pub(super) fn offer(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        let inside = self.inner.as_ref().and_then(|path| path.values(&chunk.batch));
        let inside = inside
            .and_then(|values| RecordBatch::try_from_iter([(self.name.as_str(), values)]).ok());
        let offered = match inside {
            Some(batch) => self.ranking.offer(&Chunk { batch, ..chunk.clone() }),
            None => self.ranking.offer(chunk),
        };
        offered.map_err(|reason| Fault::new(format!("cannot sort by `{}`: {reason}", self.name)))
    }

    /// The places of the records, in their order.
    pub(super) fn in_order(self) -> Vec<(u32, u64)> {
        self.ranking.in_order()
    }
}
