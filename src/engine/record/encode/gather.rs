//! Objects to columns: each field's values, one cell a row.

use arrow_schema::Fields;
use serde_json::Value;

use crate::engine::record::infer::has_type;
use crate::engine::record::json::JsonObject;
use crate::engine::record::misfit::{Misfit, Reason};

/// One value of a column; `None` where the field is missing or null.
pub(super) type Cell<'a> = Option<&'a Value>;

/// The cells of a list of objects, by field.
pub(super) struct Gathered<'a> {
    /// One column a field, one cell an object.
    pub(super) columns: Vec<Vec<Cell<'a>>>,
    /// The first object with a field that is none of these, where that field holds something.
    unknown: Option<usize>,
}

impl Gathered<'_> {
    /// Passes if no object has an unknown field.
    pub(super) fn refuse_unknown(&self) -> Result<(), Misfit> {
        self.unknown.map_or(Ok(()), |row| Err(Misfit::at(row, Reason::Unknown)))
    }
}

/// Gathers the cells of `fields` from objects; an object that is not there gives empty cells.
pub(super) fn gather<'a>(
    fields: &Fields,
    objects: impl ExactSizeIterator<Item = Option<&'a JsonObject>>,
) -> Gathered<'a> {
    let mut columns: Vec<_> = fields.iter().map(|_| Vec::with_capacity(objects.len())).collect();
    let mut unknown = None;
    for (row, object) in objects.enumerate() {
        let Some(object) = object else {
            for column in &mut columns {
                column.push(None);
            }
            continue;
        };
        let known = place(fields, object, &mut columns);
        if known < object.len() && unknown.is_none() && has_unknown(fields, object) {
            unknown = Some(row);
        }
    }
    Gathered { columns, unknown }
}

/// Puts an object's values into their columns, and counts the fields that were known.
///
/// Objects mostly have their fields in the schema's order, so the next one is compared before any
/// is looked up.
fn place<'a>(fields: &Fields, object: &'a JsonObject, columns: &mut [Vec<Cell<'a>>]) -> usize {
    let mut in_order = object.iter().peekable();
    let mut known = 0;
    for (field, column) in fields.iter().zip(columns) {
        let value = match in_order.next_if(|(name, _)| *name == field.name()) {
            Some((_, value)) => Some(value),
            None => object.get(field.name()),
        };
        known += usize::from(value.is_some());
        column.push(value.filter(|value| !value.is_null()));
    }
    known
}

fn has_unknown(fields: &Fields, object: &JsonObject) -> bool {
    object.iter().any(|(name, value)| fields.find(name).is_none() && has_type(value))
}
