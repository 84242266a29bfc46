//! The columns of a read, in Lance's words, and what tells them from others.

use std::sync::Arc;

use lance::datatypes::{Field, Schema};

use super::fragment::read_error;
use super::table::Table;
use crate::engine::error::Result;
use crate::engine::options::Columns;

/// Fields by number and name: another program may have renamed one.
pub(super) type Fields = Arc<[(i32, String)]>;

/// The columns that are read of each file.
#[derive(Debug, Clone)]
pub(super) struct Projection {
    pub(super) schema: Arc<Schema>,
    pub(super) fields: Fields,
}

impl Projection {
    /// Those columns of a table that are chosen. Where it has none of them, its first is read for the rows; the flag says so.
    pub(super) fn chosen(table: &Table, columns: &Columns) -> Result<(Self, bool)> {
        let fields = &table.dataset.schema().fields;
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let chosen = columns.present(&names);
        let only_rows = chosen.is_empty();
        let read = if only_rows { names.get(..1).unwrap_or_default() } else { &chosen };
        Ok((Self::named(table, read)?, only_rows))
    }

    /// The columns of these names.
    pub(super) fn named(table: &Table, names: &[&str]) -> Result<Self> {
        let schema = table.dataset.schema().project(names).map_err(read_error(table))?;
        let field = |field: &Field| (field.id, field.name.clone());
        let fields = schema.fields_pre_order().map(field).collect();
        Ok(Self { schema: Arc::new(schema), fields })
    }

    /// The names of its columns: those of a table are projected whole.
    pub(super) fn names(&self) -> Vec<String> {
        self.schema.fields.iter().map(|field| field.name.clone()).collect()
    }
}
