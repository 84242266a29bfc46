//! Whether what was decoded is what it says: values that are none, types without end, little that writes out to very much.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};

use crate::engine::error::{Error, Result};

/// How deep types may lie in each other. Whoever goes through a value needs stack for each level.
const DEEPEST: usize = 64;
/// Values of a read that take no memory of their own, such as nulls, and each take some when they are shown.
const MOST_WEIGHTLESS: usize = 1 << 26;

/// Refuses a schema that is nested so deep that showing a value of it could use up the stack.
pub(super) fn check_schema(path: &Path, schema: &Schema) -> Result<()> {
    match schema.fields().iter().find(|field| depth(field, DEEPEST).is_none()) {
        Some(field) => {
            let name: String = field.name().escape_debug().take(80).collect();
            Err(harmful(path, format!("its column `{name}` is nested more than {DEEPEST} deep")))
        }
        None => Ok(()),
    }
}

/// How deep a field is, where that is less than `room`.
fn depth(field: &Field, room: usize) -> Option<usize> {
    let room = room.checked_sub(1)?;
    let below = match field.data_type() {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => depth(item, room)?,
        DataType::Struct(fields) => {
            let mut deepest = 0;
            for field in fields {
                deepest = deepest.max(depth(field, room)?);
            }
            deepest
        }
        _ => 0,
    };
    Some(below + 1)
}

/// Refuses rows that write out to far more than they take.
pub(super) fn check_size(path: &Path, batch: &RecordBatch) -> Result<()> {
    let weightless = batch.columns().iter().map(weightless).fold(0, usize::saturating_add);
    if weightless > MOST_WEIGHTLESS {
        return Err(harmful(path, format!("a few rows of it write out to {weightless} values")));
    }
    Ok(())
}

/// Values that take up to a bit each, and bytes that many rows share.
fn weightless(array: &ArrayRef) -> usize {
    match array.data_type() {
        DataType::Null | DataType::Boolean => array.len(),
        DataType::List(_) => weightless(array.as_list::<i32>().values()),
        DataType::LargeList(_) => weightless(array.as_list::<i64>().values()),
        DataType::FixedSizeList(..) => weightless(array.as_fixed_size_list().values()),
        DataType::Map(..) => of_all(array.as_map().entries().columns()),
        DataType::Struct(_) => of_all(array.as_struct().columns()),
        DataType::Dictionary(..) => {
            let values = array.as_any_dictionary().values();
            let each = values.get_buffer_memory_size() / values.len().max(1);
            // One long value that every row has counts as often as it is shown.
            array.len().saturating_mul(each.max(longest(values)))
        }
        _ => 0,
    }
}

fn of_all(columns: &[ArrayRef]) -> usize {
    columns.iter().map(weightless).fold(0, usize::saturating_add)
}

fn longest(values: &ArrayRef) -> usize {
    match values.data_type() {
        DataType::Utf8 => (0..values.len()).map(|row| length(values.as_string::<i32>(), row)).max(),
        DataType::LargeUtf8 => {
            (0..values.len()).map(|row| length(values.as_string::<i64>(), row)).max()
        }
        _ => None,
    }
    .unwrap_or_default()
}

fn length<O: arrow_array::OffsetSizeTrait>(
    texts: &arrow_array::GenericStringArray<O>,
    row: usize,
) -> usize {
    texts.value_length(row).as_usize()
}

/// An error of a dataset that must not be read.
pub(super) fn harmful(path: &Path, reason: impl Into<String>) -> Error {
    Error::Harmful { path: path.into(), reason: reason.into() }
}

/// Refuses values that are none: text that is not UTF-8, lists that end before they begin, keys of nothing.
pub(super) fn validate(path: &Path, batch: &RecordBatch) -> Result<()> {
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        column.to_data().validate_full().map_err(|error| {
            harmful(path, format!("its column `{}` holds what is no value: {error}", field.name()))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{DictionaryArray, Int32Array, ListArray, NullArray, StringArray};
    use arrow_buffer::OffsetBuffer;
    use arrow_schema::Fields;

    use super::*;

    fn nested(levels: usize) -> Schema {
        let leaf = Field::new("x", DataType::Int64, true);
        let wrap = |field, _| Field::new("x", DataType::Struct(Fields::from(vec![field])), true);
        Schema::new(vec![(1..levels).fold(leaf, wrap)])
    }

    #[test]
    fn types_may_be_nested_so_deep_and_no_deeper() {
        assert!(check_schema(Path::new("/q"), &nested(DEEPEST)).is_ok());
        let error = check_schema(Path::new("/q"), &nested(500)).unwrap_err().to_string();
        assert_eq!(error, "/q was not read: its column `x` is nested more than 64 deep");
    }

    #[test]
    fn a_list_of_nothing_cannot_write_out_to_millions() {
        let item = Arc::new(Field::new("item", DataType::Null, true));
        let nulls = Arc::new(NullArray::new(1 << 30));
        let list = ListArray::new(item, OffsetBuffer::from_lengths([1 << 30]), nulls, None);
        let batch = RecordBatch::try_from_iter([("x", Arc::new(list) as ArrayRef)]).unwrap();
        assert!(check_size(Path::new("/q"), &batch).is_err());
    }

    #[test]
    fn one_long_value_cannot_be_that_of_a_thousand_rows() {
        let long: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(1 << 20)]));
        let refused = |rows| {
            let keys = Int32Array::from(vec![0; rows]);
            let column = DictionaryArray::try_new(keys, long.clone()).unwrap();
            let batch = RecordBatch::try_from_iter([("x", Arc::new(column) as ArrayRef)]).unwrap();
            check_size(Path::new("/q"), &batch).is_err()
        };
        assert!(refused(1000) && !refused(10));
    }
}
