//! A value inside other values as a column of its own: the path that leads to it, and what lies there in each record.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, RecordBatch, UInt64Array};
use arrow_buffer::ArrowNativeType;
use arrow_cast::cast;
use arrow_schema::{DataType, Schema};
use arrow_select::take::take;

use super::node::key_text;
use super::rows::LONGEST_NAME;
use crate::tui::text::sanitize;

/// A column that is made of what lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathColumn {
    /// Its name as it is shown.
    pub(crate) name: String,
    /// A column, then names of fields, numbers of items, keys of maps.
    pub(crate) path: Vec<String>,
}

/// The columns of a topic that are made so.
pub(crate) type PathColumns = Arc<[PathColumn]>;

impl PathColumn {
    /// The column of a path that reads as `text`.
    pub(crate) fn new(text: &str, path: &[String]) -> Self {
        Self { name: sanitize::clip(text, LONGEST_NAME), path: path.to_vec() }
    }

    /// The column that it reads from.
    pub(crate) fn root(&self) -> &str {
        self.path.first().map(String::as_str).unwrap_or_default()
    }

    /// What lies there in each row, null where there is nothing; none where the path leads nowhere in such records.
    pub(crate) fn values(&self, batch: &RecordBatch) -> Option<ArrayRef> {
        let (column, inner) = self.path.split_first()?;
        let values = batch.column_by_name(column)?.clone();
        inner.iter().try_fold(values, |values, step| inside(&values, step))
    }

    /// The path as conditions name it; none where it leads into a list or a map, which they cannot.
    pub(crate) fn sql(&self, schema: &Schema) -> Option<String> {
        let (column, inner) = self.path.split_first()?;
        let mut kind = schema.field_with_name(column).ok()?.data_type();
        let mut names = vec![column];
        for step in inner {
            let DataType::Struct(fields) = kind else { return None };
            kind = fields.find(step)?.1.data_type();
            names.push(step);
        }
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.iter().all(|name| !name.contains('`')).then(|| quoted.join("."))
    }
}

/// What lies one step inside.
fn inside(values: &ArrayRef, step: &str) -> Option<ArrayRef> {
    match values.data_type() {
        DataType::Struct(fields) => {
            let (index, _) = fields.find(step)?;
            // Where there is no object, nothing is in it, whatever the field's own array says.
            let there = |row| values.is_valid(row).then_some(row as u64);
            picked(values.as_struct().column(index), (0..values.len()).map(there))
        }
        DataType::List(_) => {
            let list = values.as_list::<i32>();
            item(values, (list.values(), list.value_offsets()), step)
        }
        DataType::LargeList(_) => {
            let list = values.as_list::<i64>();
            item(values, (list.values(), list.value_offsets()), step)
        }
        DataType::FixedSizeList(_, length) => {
            let (item, length) = (step.parse::<usize>().ok()?, usize::try_from(*length).ok()?);
            let list = values.as_fixed_size_list();
            let at = |row| (values.is_valid(row) && item < length).then(|| row * length + item);
            picked(list.values(), (0..values.len()).map(|row| Some(at(row)? as u64)))
        }
        DataType::Map(..) => entry(values, step),
        DataType::Dictionary(_, kind) => inside(&cast(values, kind).ok()?, step),
        _ => None,
    }
}

/// The item with a number of each list.
fn item<O: OffsetSizeTrait>(
    lists: &ArrayRef,
    (items, offsets): (&ArrayRef, &[O]),
    step: &str,
) -> Option<ArrayRef> {
    let number = step.parse::<usize>().ok()?;
    let at = |(row, ends): (usize, &[O])| {
        let [start, end] = ends else { return None };
        let at = start.as_usize().checked_add(number)?;
        (lists.is_valid(row) && at < end.as_usize()).then_some(at as u64)
    };
    picked(items, offsets.windows(2).enumerate().map(at))
}

/// The value of a key of each map.
fn entry(maps: &ArrayRef, key: &str) -> Option<ArrayRef> {
    let map = maps.as_map();
    let is_it = |at: &usize| key_text(map.keys(), *at) == key;
    let at = |(row, ends): (usize, &[i32])| {
        let [start, end] = ends else { return None };
        let mut own = (start.as_usize()..end.as_usize()).filter(|_| maps.is_valid(row));
        own.find(is_it).map(|at| at as u64)
    };
    picked(map.values(), map.value_offsets().windows(2).enumerate().map(at))
}

fn picked(values: &ArrayRef, places: impl Iterator<Item = Option<u64>>) -> Option<ArrayRef> {
    take(values, &places.collect::<UInt64Array>(), None).ok()
}

#[cfg(test)]
mod tests {
    use arrow_array::StringArray;
    use arrow_array::builder::{Int64Builder, MapBuilder, StringBuilder};
    use arrow_array::types::Int32Type;
    use arrow_array::{
        DictionaryArray, FixedSizeListArray, Int32Array, LargeListArray, ListArray, StructArray,
    };
    use arrow_buffer::NullBuffer;
    use arrow_schema::Field;

    use super::*;
    use crate::tui::data::Cell;

    fn path(steps: &[&str]) -> PathColumn {
        let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
        PathColumn::new(&steps.join("."), &steps)
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        let columns = columns.into_iter().map(|(name, values)| (name, values, true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    fn shown(batch: &RecordBatch, steps: &[&str]) -> Option<Vec<String>> {
        let values = path(steps).values(batch)?;
        Some(Cell::of_column(&values).iter().map(|cell| cell.text().into_owned()).collect())
    }

    /// Objects with a list of numbers in it; the second is null, whatever its list says.
    fn objects() -> ArrayRef {
        let lists = [Some(vec![Some(1), Some(2)]), Some(vec![Some(9)]), Some(vec![])];
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
        let kind: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::from_iter(["x", "y", "x"]));
        let field =
            |name: &str, of: &ArrayRef| Arc::new(Field::new(name, of.data_type().clone(), true));
        let fields = vec![field("list", &list), field("a b", &kind)];
        let there = NullBuffer::from(vec![true, false, true]);
        Arc::new(StructArray::new(fields.into(), vec![list, kind], Some(there)))
    }

    fn maps() -> ArrayRef {
        let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
        for rows in [&[("a", 1), ("b", 2)][..], &[], &[("b", 3)]] {
            for (key, value) in rows {
                map.keys().append_value(key);
                map.values().append_value(*value);
            }
            map.append(true).unwrap();
        }
        Arc::new(map.finish())
    }

    #[test]
    fn every_step_inside_has_its_values() {
        let vectors = [Some([Some(1), Some(2)]), None, Some([Some(3), None])];
        let vectors = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(vectors, 2);
        let large = [Some(vec![Some(5)]), None, Some(vec![Some(6), Some(7)])];
        let large = LargeListArray::from_iter_primitive::<Int32Type, _, _>(large);
        let batch = batch(vec![
            ("object", objects()),
            ("map", maps()),
            ("vector", Arc::new(vectors)),
            ("large", Arc::new(large)),
        ]);
        for (steps, values) in [
            (&["object", "a b"][..], Some(["x", "∅", "x"])),
            (&["object", "list"], Some(["[1, 2]", "∅", "[]"])),
            (&["object", "list", "1"], Some(["2", "∅", "∅"])),
            (&["map", "b"], Some(["2", "∅", "3"])),
            (&["vector", "1"], Some(["2", "∅", "∅"])),
            (&["large", "0"], Some(["5", "∅", "6"])),
            (&["large", "first"], None),
            (&["object", "gone"], None),
            (&["gone", "a"], None),
            (&["object", "list", "1", "deeper"], None),
        ] {
            let found = shown(&batch, steps);
            assert_eq!(found, values.map(|v| v.map(str::to_owned).to_vec()), "{steps:?}");
        }
    }

    #[test]
    fn a_slice_has_the_values_of_its_own_rows() {
        let batch = batch(vec![("object", objects()), ("map", maps())]).slice(2, 1);
        assert_eq!(shown(&batch, &["object", "a b"]), Some(vec!["x".into()]));
        assert_eq!(shown(&batch, &["map", "b"]), Some(vec!["3".into()]));
    }

    #[test]
    fn conditions_reach_into_objects_and_no_further() {
        let number: ArrayRef = Arc::new(Int32Array::from(vec![1]));
        let odd: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
        let schema = batch(vec![("object", objects().slice(0, 1)), ("n", number), ("o`d", odd)]);
        let schema = schema.schema();
        for (steps, sql) in [
            (&["object", "a b"][..], Some("`object`.`a b`")),
            (&["object", "list"], Some("`object`.`list`")),
            (&["object", "list", "0"], None),
            (&["n"], Some("`n`")),
            (&["o`d"], None),
            (&["gone"], None),
        ] {
            assert_eq!(path(steps).sql(&schema).as_deref(), sql, "{steps:?}");
        }
    }
}
