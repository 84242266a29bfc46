//! What of a topic a reader reads: which columns, and of which records.

use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};

use super::reader::Reader;
use crate::engine::bucket::{Condition, Selection, Snapshot};
use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::Needle;
use crate::engine::store::Predicate;

impl Reader {
    /// The same reader with these columns. Reads raise the error for a name that is not there.
    #[must_use]
    pub fn columns(&self, columns: Columns) -> Self {
        let mut narrowed = self.clone();
        narrowed.columns = columns;
        narrowed
    }

    /// The same reader for the records that match a condition in SQL, buffered ones included; a second filter
    /// narrows the first. `get` counts its limit in matches, streams deliver matches only, `search` looks among
    /// them.
    ///
    /// The grammar is that of Lance's filters: `year > 1990 and title like 'Toy%'`. Names that are no plain words
    /// stand in backticks, text in single quotes, fields of objects behind a point. Where the condition is null, a
    /// record does not match.
    /// Cost: nothing here; reads then read the columns it names of every record that they pass.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for what cannot be parsed, is no condition or names a column that is
    /// not there. Reads raise it for a record for which it cannot be computed.
    pub async fn filter(&self, sql: &str) -> Result<Self> {
        let mut filtered = self.clone();
        filtered.filters.push(sql.into());
        filtered.selection(&filtered.snapshots().await?)?;
        Ok(filtered)
    }

    /// The same reader for the records that have a text in one of their fields, buffered ones included, as [`Needle`] says; a
    /// second text narrows the first, and so do filters. An empty text is in every record.
    ///
    /// Cost: nothing here; reads then read all columns in which a text can be of every record that they pass, or of those
    /// that match its filters.
    #[must_use]
    pub fn containing(&self, text: &str) -> Self {
        let mut narrowed = self.clone();
        narrowed.texts.extend(Needle::new(text));
        narrowed
    }

    /// The columns and the condition, as the schema is now.
    pub(super) fn selection(&self, snapshots: &[Snapshot]) -> Result<Selection> {
        let filter = self.condition(&self.filters, snapshots)?;
        Ok(Selection { columns: self.columns.clone(), filter })
    }

    /// Conditions that must all hold, and the texts that a record must have; `None` where there is none.
    pub(super) fn condition(
        &self,
        conditions: &[Arc<str>],
        snapshots: &[Snapshot],
    ) -> Result<Option<Arc<Condition>>> {
        if conditions.is_empty() && self.texts.is_empty() {
            return Ok(None);
        }
        let schema = self.whole_schema(snapshots);
        let sql = match conditions {
            [] => None,
            conditions => Some(Predicate::parse(conditions, &schema)?),
        };
        Ok(Condition::of(sql, self.texts.clone(), &schema).map(Arc::new))
    }

    pub(super) fn chosen(&self, whole: &SchemaRef) -> Result<SchemaRef> {
        let names: Vec<&str> = whole.fields().iter().map(|field| field.name().as_str()).collect();
        let chosen = self.columns.choose(&names)?;
        let keep = |field: &&Arc<Field>| chosen.contains(&field.name().as_str());
        let fields: Vec<Arc<Field>> = whole.fields().iter().filter(keep).cloned().collect();
        Ok(Arc::new(Schema::new(fields)))
    }
}
