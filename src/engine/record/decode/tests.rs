//! How values of Arrow print.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BinaryViewArray, DictionaryArray, Float32Array, Float64Array, Int64Array,
    IntervalYearMonthArray, ListArray, NullArray, RecordBatch, StringArray, StringViewArray,
    StructArray, TimestampSecondArray, UInt64Array,
};
use serde_json::{Value, json};

use super::{Decoder, records, value};

fn all(array: &dyn Array) -> Vec<Value> {
    (0..array.len()).map(|row| value(array, row)).collect()
}

#[test]
fn what_json_cannot_say_is_null_and_counted() {
    let reals: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 1.0, f64::INFINITY]));
    let lists = ListArray::from_iter_primitive::<arrow_array::types::Float32Type, _, _>([Some([
        Some(f32::NEG_INFINITY),
        None,
    ])]);
    let lists: ArrayRef = Arc::new(lists.slice(0, 1));
    let batch = RecordBatch::try_from_iter([("a", reals)]).unwrap();
    let decoder = Decoder::new(&batch);
    let rows: Vec<_> = decoder.rows().map(Value::Object).collect();
    assert_eq!(rows, [json!({"a": null}), json!({"a": 1.0}), json!({"a": null})]);
    assert_eq!(decoder.non_finite(), 2);
    let decoder = Decoder::new(&RecordBatch::try_from_iter([("l", lists)]).unwrap());
    assert_eq!(Value::Object(decoder.row(0)), json!({"l": [null, null]}));
    assert_eq!(decoder.non_finite(), 1);
}

#[test]
fn a_real_of_32_bits_prints_as_it_was_written() {
    let reals = Float32Array::from(vec![0.1, 1e-10, 3.0]);
    assert_eq!(json!(all(&reals)).to_string(), "[0.1,1e-10,3.0]");
}

#[test]
fn a_dictionary_prints_its_values() {
    let colors: DictionaryArray<Int8Type> = [Some("red"), None, Some("red")].into_iter().collect();
    assert_eq!(all(&colors), [json!("red"), json!(null), json!("red")]);
    let keys: arrow_array::Int32Array = vec![None, None].into();
    let empty = DictionaryArray::<Int32Type>::new(keys, Arc::new(StringArray::new_null(0)));
    assert_eq!(all(&empty), [json!(null), json!(null)]);
    let keys = arrow_array::Int32Array::from(vec![0, 1]);
    let values = StringArray::from(vec![Some("a"), None]);
    let null_inside = DictionaryArray::<Int32Type>::new(keys, Arc::new(values));
    assert_eq!(all(&null_inside), [json!("a"), json!(null)]);
}

#[test]
fn a_slice_prints_its_own_rows() {
    let lists = ListArray::from_iter_primitive::<arrow_array::types::Int64Type, _, _>([
        Some(vec![Some(1)]),
        None,
        Some(vec![Some(2), None]),
    ]);
    assert_eq!(all(&lists.slice(1, 2)), [json!(null), json!([2, null])]);
    let field = Arc::new(arrow_schema::Field::new("x", arrow_schema::DataType::Int64, true));
    let inside: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
    let structs = StructArray::from(vec![(field, inside)]);
    assert_eq!(all(&structs.slice(2, 1)), [json!({"x": 3})]);
}

#[test]
fn integers_of_64_bits_stay_numbers() {
    let array = UInt64Array::from(vec![u64::MAX]);
    assert_eq!(all(&array)[0].to_string(), "18446744073709551615");
}

#[test]
fn a_type_without_a_form_of_its_own_prints_as_text() {
    assert_eq!(all(&IntervalYearMonthArray::from(vec![14])), [json!("1 years 2 mons")]);
    assert_eq!(all(&StringViewArray::from(vec!["a"])), [json!("a")]);
    assert_eq!(all(&BinaryViewArray::from(vec![&b"a"[..]])), [json!("YQ==")]);
    assert_eq!(all(&NullArray::new(1)), [json!(null)]);
}

#[test]
fn a_timestamp_in_a_zone_that_nobody_knows_prints_in_utc() {
    let array = TimestampSecondArray::from(vec![0]).with_timezone("Atlantis/Center");
    assert_eq!(all(&array), [json!("1970-01-01T00:00:00Z")]);
}

#[test]
fn rows_have_their_fields_in_schema_order_and_nulls_written_out() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec![None, Some("x")]));
    let batch = RecordBatch::try_from_iter([("z", ids), ("a", names)]).unwrap();
    let text: Vec<_> = records(&batch).map(|row| Value::Object(row).to_string()).collect();
    assert_eq!(text, [r#"{"z":1,"a":null}"#, r#"{"z":null,"a":"x"}"#]);
    let beyond = Decoder::new(&batch).row(2);
    assert_eq!(Value::Object(beyond), json!({"z": null, "a": null}));
    assert_eq!(value(batch.column(0), 2), json!(null));
}
