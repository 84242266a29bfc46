//! Batches of every kind of column, and the segment that frames are read for.

use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ListBuilder, MapBuilder, StringBuilder, StringViewBuilder};
use arrow_array::types::{Float32Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, FixedSizeBinaryArray,
    FixedSizeListArray, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray,
    StructArray, TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field};
use uuid::Uuid;

use crate::engine::wal::frame::Home;

/// Where all frames of the checks belong.
pub(super) const HOME: Home = Home { log: Uuid::from_u128(7), first: 100 };

/// Columns of each kind by itself, and all together; three records each.
pub(super) static BATCHES: LazyLock<Vec<RecordBatch>> = LazyLock::new(|| {
    let columns = columns();
    let alone = columns.iter().map(|(name, column)| batch(vec![(name, column.clone())]));
    alone.chain([batch(columns.clone())]).collect()
});

/// The batch that a byte names.
pub(super) fn sample(number: u8) -> &'static RecordBatch {
    BATCHES.get(usize::from(number) % BATCHES.len()).expect("below the length")
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
}

fn columns() -> Vec<(&'static str, ArrayRef)> {
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
    let words: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
    let vectors = vec![Some(vec![Some(1.0), Some(2.0)]), None, Some(vec![Some(3.0), None])];
    let bytes = [Some([1_u8, 2]), None, Some([3, 4])].into_iter();
    let moments = TimestampMicrosecondArray::from(vec![1, 2, 3]).with_timezone("UTC");
    let prices = Decimal128Array::from(vec![1, 2, 3]).with_precision_and_scale(9, 2);
    vec![
        ("number", numbers.clone()),
        ("text", Arc::new(StringArray::from(vec![Some("some text"), None, Some("")]))),
        ("large", Arc::new(LargeStringArray::from(vec![Some("ä"), None, Some("b")]))),
        ("word", Arc::new(words)),
        (
            "vector",
            Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, 2)),
        ),
        ("list", lists()),
        ("nested", nested(numbers)),
        ("map", map()),
        ("view", views()),
        ("flag", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("price", Arc::new(prices.expect("a sound precision"))),
        ("time", Arc::new(moments)),
        (
            "bytes",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(bytes, 2).expect("2 bytes"),
            ),
        ),
        ("nothing", Arc::new(NullArray::new(3))),
    ]
}

fn lists() -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("x"), None]);
    lists.append_null();
    lists.append_value([Some("yz")]);
    Arc::new(lists.finish())
}

fn nested(numbers: ArrayRef) -> ArrayRef {
    let field = Arc::new(Field::new("inner", DataType::Int64, true));
    let nulls = Some(vec![true, false, true].into());
    Arc::new(StructArray::new(vec![field].into(), vec![numbers], nulls))
}

fn map() -> ArrayRef {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for row in 0..3 {
        map.keys().append_value("key");
        map.values().append_option((row > 0).then_some("value"));
        map.append(row != 1).expect("a value for each key");
    }
    Arc::new(map.finish())
}

fn views() -> ArrayRef {
    let mut views = StringViewBuilder::new();
    views.append_value("longer than twelve bytes");
    views.append_null();
    views.append_value("short");
    Arc::new(views.finish())
}
