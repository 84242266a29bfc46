//! How many bytes a value has, and which values are too heavy to be read before somebody asks for them.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

/// Bytes from which on a value is read only where somebody asks for it.
pub(crate) const HEAVY: u64 = 4 << 20;
/// Bytes of a value that is read here at most.
pub(crate) const HEAVIEST: u64 = 1 << 30;

/// A heavy value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heavy {
    /// The name of its column, as the schema has it.
    pub(crate) column: String,
    pub(crate) bytes: u64,
}

/// The heavy values of each row that has any.
pub(super) fn heavy(batch: &RecordBatch) -> BTreeMap<usize, Vec<Heavy>> {
    let mut found: BTreeMap<usize, Vec<Heavy>> = BTreeMap::new();
    for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
        if weight(values) < HEAVY {
            continue;
        }
        let rows = (0..values.len()).map(|row| (row, weight(&values.slice(row, 1))));
        for (row, bytes) in rows.filter(|(_, bytes)| *bytes >= HEAVY) {
            found.entry(row).or_default().push(Heavy { column: field.name().clone(), bytes });
        }
    }
    found
}

/// Bytes of the values of an array: what lies inside counts, what is left of a larger array that it is a part of does not.
pub(super) fn weight(values: &ArrayRef) -> u64 {
    match values.data_type() {
        DataType::Utf8 => span(values.as_string::<i32>().value_offsets()),
        DataType::LargeUtf8 => span(values.as_string::<i64>().value_offsets()),
        DataType::Binary => span(values.as_binary::<i32>().value_offsets()),
        DataType::LargeBinary => span(values.as_binary::<i64>().value_offsets()),
        DataType::Utf8View => lengths(values.as_string_view().views()),
        DataType::BinaryView => lengths(values.as_binary_view().views()),
        DataType::List(_) => {
            let list = values.as_list::<i32>();
            inside(list.values(), list.value_offsets())
        }
        DataType::LargeList(_) => {
            let list = values.as_list::<i64>();
            inside(list.values(), list.value_offsets())
        }
        DataType::Map(..) => {
            let map = values.as_map();
            let parts = [map.keys(), map.values()];
            parts.map(|part| inside(part, map.value_offsets())).iter().sum()
        }
        DataType::FixedSizeList(..) => weight(values.as_fixed_size_list().values()),
        DataType::Struct(_) => values.as_struct().columns().iter().map(weight).sum(),
        DataType::FixedSizeBinary(width) => {
            u64::try_from(*width).unwrap_or(0) * values.len() as u64
        }
        // Those of a dictionary are there once, whoever refers to them.
        other => (other.primitive_width().unwrap_or(4) * values.len()) as u64,
    }
}

/// Bytes that arrays keep in memory, whatever else lies in the same buffers.
pub(super) fn kept(arrays: &[ArrayRef]) -> usize {
    let mut buffers = BTreeMap::new();
    let mut left: Vec<_> = arrays.iter().map(Array::to_data).collect();
    while let Some(data) = left.pop() {
        let nulls = data.nulls().map(NullBuffer::buffer);
        let own = data.buffers().iter().chain(nulls);
        buffers.extend(own.map(|buffer| (buffer.data_ptr(), buffer.capacity())));
        left.extend_from_slice(data.child_data());
    }
    buffers.values().sum()
}

fn span<O: OffsetSizeTrait>(offsets: &[O]) -> u64 {
    let (first, last) = ends(offsets);
    (last - first) as u64
}

fn inside<O: OffsetSizeTrait>(values: &ArrayRef, offsets: &[O]) -> u64 {
    let (first, last) = ends(offsets);
    weight(&values.slice(first, last - first))
}

fn ends<O: OffsetSizeTrait>(offsets: &[O]) -> (usize, usize) {
    let (first, last) = (offsets.first(), offsets.last());
    (first.map_or(0, |first| first.as_usize()), last.map_or(0, |last| last.as_usize()))
}

/// The lengths that views begin with.
fn lengths(views: &[u128]) -> u64 {
    views.iter().map(|view| (view & u128::from(u32::MAX)).try_into().unwrap_or(0_u64)).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        BinaryViewArray, DictionaryArray, Int64Array, ListArray, StringArray, StructArray,
    };
    use arrow_schema::Field;

    use super::*;

    fn weights(values: &ArrayRef) -> Vec<u64> {
        (0..values.len()).map(|row| weight(&values.slice(row, 1))).collect()
    }

    #[test]
    fn a_value_weighs_what_it_holds_and_not_what_its_neighbours_hold() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["abc", "", "de"]));
        let long = [b'x'; 40];
        let views: ArrayRef =
            Arc::new(BinaryViewArray::from_iter_values([&long[..], b"short", b""]));
        let lists = [Some(vec![Some(1), Some(2)]), None, Some(vec![Some(3)])];
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(lists));
        let field = Arc::new(Field::new("text", DataType::Utf8, true));
        let object: ArrayRef = Arc::new(StructArray::from(vec![(field, text.clone())]));
        let number: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let kind: ArrayRef =
            Arc::new(DictionaryArray::<Int32Type>::from_iter(["long name", "x", "x"]));
        for (values, expected) in [
            (&text, [3, 0, 2]),
            (&views, [40, 5, 0]),
            (&list, [8, 0, 4]),
            (&object, [3, 0, 2]),
            (&number, [8, 8, 8]),
            (&kind, [4, 4, 4]),
        ] {
            assert_eq!(weights(values), expected, "{:?}", values.data_type());
        }
    }

    #[test]
    fn only_rows_with_heavy_values_are_told() {
        let size = usize::try_from(HEAVY).unwrap();
        let texts = vec!["short".to_owned(), "x".repeat(size), "y".repeat(size - 1)];
        let text: ArrayRef = Arc::new(StringArray::from(texts));
        let number: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_from_iter([("n", number), ("text", text)]).unwrap();
        let found = heavy(&batch);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&1]);
        assert_eq!(found[&1], [Heavy { column: "text".into(), bytes: HEAVY }]);
    }
}
