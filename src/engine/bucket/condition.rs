//! What records must meet to be read: a condition in SQL, texts that they must have, or both.

use arrow_array::RecordBatch;
use arrow_schema::Schema;

use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, Needle};
use crate::engine::store::Predicate;

/// All that must hold of a record.
#[derive(Debug)]
pub(crate) struct Condition {
    sql: Option<Predicate>,
    texts: Vec<Needle>,
    /// Where texts can be found: in columns that come later, too.
    searched: Columns,
}

/// One step on the way to the records that match. Each is taken with those that the step before has left.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Test<'a> {
    Sql(&'a Predicate),
    Texts(&'a [Needle], &'a Columns),
}

impl Condition {
    /// A condition on records of a schema; none where nothing is asked for.
    pub(crate) fn of(sql: Option<Predicate>, texts: Vec<Needle>, schema: &Schema) -> Option<Self> {
        if sql.is_none() && texts.is_empty() {
            return None;
        }
        let searched = Needle::searched(schema);
        let names = schema.fields().iter().map(|field| field.name().clone());
        let searched = Columns::Except(names.filter(|name| !searched.contains(name)).collect());
        Some(Self { sql, texts, searched })
    }

    /// The steps: what costs least to read comes first.
    pub(crate) fn tests(&self) -> impl Iterator<Item = Test<'_>> {
        let texts = (!self.texts.is_empty()).then_some(Test::Texts(&self.texts, &self.searched));
        self.sql.as_ref().map(Test::Sql).into_iter().chain(texts)
    }

    /// Which rows of a batch of all columns match.
    pub(super) fn matches(&self, batch: &RecordBatch) -> Result<Vec<bool>> {
        let mut flags = vec![true; batch.num_rows()];
        for test in self.tests() {
            let own = test.matches(batch)?;
            flags.iter_mut().zip(own).for_each(|(flag, own)| *flag &= own);
        }
        Ok(flags)
    }
}

impl Test<'_> {
    /// The columns that it looks at.
    pub(crate) fn columns(&self) -> Columns {
        match self {
            Self::Sql(predicate) => predicate.columns(),
            Self::Texts(_, searched) => (*searched).clone(),
        }
    }

    /// The offsets of those records that pass.
    pub(crate) fn passed(&self, chunks: &[Chunk]) -> Result<Vec<u64>> {
        let parts = chunks.iter().map(|chunk| (chunk.offsets.as_slice(), &chunk.batch));
        self.left(parts)
    }

    /// The same of records as they were read.
    pub(super) fn left<'b>(
        &self,
        parts: impl Iterator<Item = (&'b [u64], &'b RecordBatch)>,
    ) -> Result<Vec<u64>> {
        let mut left = Vec::new();
        for (offsets, batch) in parts {
            let flags = self.matches(batch)?;
            let kept = offsets.iter().zip(flags).filter(|(_, flag)| *flag);
            left.extend(kept.map(|(offset, _)| *offset));
        }
        Ok(left)
    }

    fn matches(&self, batch: &RecordBatch) -> Result<Vec<bool>> {
        match self {
            Self::Sql(predicate) => predicate.matches(batch),
            Self::Texts(texts, _) => {
                let mut flags = vec![true; batch.num_rows()];
                for text in *texts {
                    let own = text.matches(batch);
                    flags.iter_mut().zip(own).for_each(|(flag, own)| *flag &= own);
                }
                Ok(flags)
            }
        }
    }
}
