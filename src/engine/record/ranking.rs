//! The order of records by one of their columns: the first so many, whatever they are looked at in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;

use super::page::Chunk;
use super::schema::type_text;

/// Bytes of a text that are compared.
const COMPARED: usize = 256;

/// By which column records are sorted, and in which direction.
///
/// Its text form is the column's name, followed by `:desc` where the largest value comes first; `:asc` may stand there
/// otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub column: String,
    /// The direction.
    pub order: Order,
}

/// The direction of an order; what is null or no number comes last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The smallest value first.
    Ascending,
    /// The largest value first.
    Descending,
}

impl Sort {
    /// By a column, the smallest value first.
    pub fn ascending(column: impl Into<String>) -> Self {
        Self { column: column.into(), order: Order::Ascending }
    }

    /// By a column, the largest value first.
    pub fn descending(column: impl Into<String>) -> Self {
        Self { column: column.into(), order: Order::Descending }
    }
}

const DIRECTIONS: [(&str, Order); 2] = [(":asc", Order::Ascending), (":desc", Order::Descending)];

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = !DIRECTIONS.iter().any(|(suffix, _)| self.column.ends_with(suffix));
        let said = DIRECTIONS.iter().find(|(_, order)| *order == self.order);
        let said = said.filter(|(_, order)| *order == Order::Descending || !is_plain);
        write!(f, "{}{}", self.column, said.map_or("", |(suffix, _)| suffix))
    }
}

impl FromStr for Sort {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let said = DIRECTIONS
            .iter()
            .find_map(|(suffix, order)| Some((text.strip_suffix(suffix)?, *order)));
        let (column, order) = said.unwrap_or((text, Order::Ascending));
        if column.is_empty() {
            return Err("expected a column's name, with :desc behind it where the largest value is to come first".into());
        }
        Ok(Self { column: column.into(), order })
    }
}

/// A value that has an order.
#[derive(Debug, Clone)]
enum Key {
    Whole(i128),
    Real(f64),
    Text(Box<str>),
    NoNumber,
    Null,
}

/// One record and its value.
#[derive(Debug, Clone)]
struct Item {
    key: Key,
    order: Order,
    place: (u32, u64),
}

/// The first records, by a column, of those that are offered.
///
/// Numbers, flags, dates and times have their order, texts that of their characters' numbers (by their first 256 bytes).
/// Records of the same value stand as bucket and offset do, in both directions.
#[derive(Debug)]
pub struct Ranking {
    sort: Sort,
    most: usize,
    /// The last of them on top.
    first: BinaryHeap<Item>,
}

impl Ranking {
    /// The most records that [`Reader::sorted`](crate::Reader::sorted) sorts.
    pub const MOST: usize = 100_000;

    /// For the first `most` records. Memory: 64 bytes each, and as much of a text as is compared.
    pub fn of(sort: Sort, most: usize) -> Self {
        Self { sort, most, first: BinaryHeap::new() }
    }

    /// Offers the records of a chunk that has the column; where it does not, they have no value in it.
    ///
    /// # Errors
    /// Why the column has no order: it holds lists, objects or bytes.
    pub fn offer(&mut self, chunk: &Chunk) -> Result<(), String> {
        let keys = match chunk.batch.column_by_name(&self.sort.column) {
            Some(values) => Keys::of(values)?,
            None => Keys::Nothing,
        };
        for (row, offset) in chunk.offsets.iter().enumerate() {
            self.offer_one(keys.get(row), (chunk.bucket, *offset));
        }
        Ok(())
    }

    /// The records in their order: bucket and offset of each.
    pub fn in_order(self) -> Vec<(u32, u64)> {
        self.first.into_sorted_vec().into_iter().map(|item| item.place).collect()
    }

    fn offer_one(&mut self, key: Key, place: (u32, u64)) {
        let item = Item { key, order: self.sort.order, place };
        if self.first.len() < self.most {
            self.first.push(item);
        } else if let Some(mut last) = self.first.peek_mut()
            && item < *last
        {
            *last = item;
        }
    }
}

/// The values of a column, in a form that has an order.
enum Keys {
    Whole(ArrayRef),
    Large(ArrayRef),
    Real(ArrayRef),
    Text(ArrayRef),
    Nothing,
}

impl Keys {
    fn of(values: &ArrayRef) -> Result<Self, String> {
        let as_type = |to: &DataType| cast(values, to).map_err(|error| error.to_string());
        Ok(match values.data_type() {
            DataType::Null => Self::Nothing,
            DataType::UInt64 => Self::Large(values.clone()),
            DataType::Boolean => Self::Whole(as_type(&DataType::Int64)?),
            kind if kind.is_integer() || kind.is_temporal() => {
                Self::Whole(as_type(&DataType::Int64)?)
            }
            kind if kind.is_floating() || kind.is_decimal() => {
                Self::Real(as_type(&DataType::Float64)?)
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text(values.clone()),
            DataType::Dictionary(_, kind) => Self::of(&as_type(kind)?)?,
            kind => return Err(format!("it holds {}, which has no order", type_text(kind))),
        })
    }

    fn get(&self, row: usize) -> Key {
        let there = |values: &ArrayRef, key: Key| if values.is_null(row) { Key::Null } else { key };
        match self {
            Self::Nothing => Key::Null,
            Self::Whole(values) => {
                there(values, Key::Whole(values.as_primitive::<Int64Type>().value(row).into()))
            }
            Self::Large(values) => {
                there(values, Key::Whole(values.as_primitive::<UInt64Type>().value(row).into()))
            }
            Self::Real(values) => {
                let real = values.as_primitive::<Float64Type>().value(row);
                there(values, if real.is_nan() { Key::NoNumber } else { Key::Real(real) })
            }
            Self::Text(values) => there(values, Key::Text(start(text(values, row)).into())),
        }
    }
}

fn text(values: &ArrayRef, row: usize) -> &str {
    match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().value(row),
        DataType::LargeUtf8 => values.as_string::<i64>().value(row),
        _ => values.as_string_view().value(row),
    }
}

fn start(text: &str) -> &str {
    text.get(..text.floor_char_boundary(COMPARED)).unwrap_or(text)
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One bucket has a column of another type than the next: all of one kind come together.
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Whole(_) => 0,
            Self::Real(_) => 1,
            Self::Text(_) => 2,
            Self::NoNumber => 3,
            Self::Null => 4,
        }
    }

    /// What comes last in both directions has a larger one.
    fn absence(&self) -> u8 {
        self.kind().max(2)
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        let absence = self.key.absence().cmp(&other.key.absence());
        let keys = match self.order {
            Order::Ascending => self.key.compare(&other.key),
            Order::Descending => other.key.compare(&self.key),
        };
        absence.then(keys).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Item {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, ListArray,
        RecordBatch, StringArray, UInt64Array,
    };

    use super::*;

    fn chunk(values: &ArrayRef) -> Chunk {
        let offsets = (0..values.len() as u64).collect();
        let batch = RecordBatch::try_from_iter_with_nullable([("c", values.clone(), true)]);
        Chunk { bucket: 0, offsets, buffered: false, batch: batch.unwrap() }
    }

    fn sorted(values: &ArrayRef, order: Order, most: usize) -> Vec<u64> {
        let mut ranking = Ranking::of(Sort { column: "c".into(), order }, most);
        ranking.offer(&chunk(values)).unwrap();
        ranking.in_order().into_iter().map(|(_, offset)| offset).collect()
    }

    #[test]
    fn every_kind_has_its_order_and_what_is_null_comes_last() {
        let columns: [(ArrayRef, [u64; 4]); 7] = [
            (Arc::new(Int64Array::from(vec![Some(3), None, Some(-1), Some(3)])), [2, 0, 3, 1]),
            (
                Arc::new(UInt64Array::from(vec![Some(u64::MAX), None, Some(0), Some(9)])),
                [2, 3, 0, 1],
            ),
            (
                Arc::new(Float64Array::from(vec![Some(0.5), None, Some(-0.5), Some(f64::NAN)])),
                [2, 0, 3, 1],
            ),
            (
                Arc::new(StringArray::from(vec![Some("b"), None, Some("B"), Some("ba")])),
                [2, 0, 3, 1],
            ),
            (
                Arc::new(BooleanArray::from(vec![Some(true), None, Some(false), Some(true)])),
                [2, 0, 3, 1],
            ),
            (Arc::new(Date32Array::from(vec![Some(9), None, Some(1), Some(9)])), [2, 0, 3, 1]),
            (
                Arc::new(DictionaryArray::<Int32Type>::from_iter([
                    Some("y"),
                    None,
                    Some("x"),
                    Some("y"),
                ])),
                [2, 0, 3, 1],
            ),
        ];
        for (values, ascending) in columns {
            assert_eq!(sorted(&values, Order::Ascending, 9), ascending, "{values:?}");
            let descending = sorted(&values, Order::Descending, 9);
            assert_eq!(descending[3], 1, "{values:?}");
            assert_eq!(sorted(&values, Order::Ascending, 2), ascending[..2], "{values:?}");
        }
    }

    #[test]
    fn equal_values_keep_the_order_of_their_records_in_both_directions() {
        let values: ArrayRef = Arc::new(Int64Array::from(vec![1, 1, 2, 1]));
        assert_eq!(sorted(&values, Order::Ascending, 9), [0, 1, 3, 2]);
        assert_eq!(sorted(&values, Order::Descending, 9), [2, 0, 1, 3]);
    }

    #[test]
    fn what_is_no_number_comes_last_in_both_directions() {
        let values: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 1.0, f64::INFINITY]));
        assert_eq!(sorted(&values, Order::Ascending, 9), [1, 2, 0]);
        assert_eq!(sorted(&values, Order::Descending, 9), [2, 1, 0]);
    }

    #[test]
    fn records_without_the_column_come_last() {
        let values: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let mut ranking = Ranking::of(Sort::descending("c"), 9);
        let batch = RecordBatch::try_from_iter([("other", values.clone())]).unwrap();
        ranking.offer(&Chunk { bucket: 0, offsets: vec![7], buffered: true, batch }).unwrap();
        ranking.offer(&Chunk { bucket: 1, ..chunk(&values) }).unwrap();
        assert_eq!(ranking.in_order(), [(1, 1), (1, 0), (0, 7)]);
    }

    #[test]
    fn what_has_no_order_says_so() {
        let lists: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
        let mut ranking = Ranking::of(Sort::ascending("c"), 9);
        let reason = ranking.offer(&chunk(&lists)).unwrap_err();
        assert_eq!(reason, "it holds list<int32>, which has no order");
    }

    #[test]
    fn an_order_reads_back_from_its_text() {
        for (text, sort, written) in [
            ("a", Sort::ascending("a"), "a"),
            ("a:asc", Sort::ascending("a"), "a"),
            ("a b:desc", Sort::descending("a b"), "a b:desc"),
            ("a:desc:asc", Sort::ascending("a:desc"), "a:desc:asc"),
            ("a:asc:desc", Sort::descending("a:asc"), "a:asc:desc"),
            ("a:DESC", Sort::ascending("a:DESC"), "a:DESC"),
        ] {
            assert_eq!(text.parse(), Ok(sort.clone()), "{text}");
            assert_eq!(sort.to_string(), written);
        }
        for wrong in ["", ":desc", ":asc"] {
            assert!(wrong.parse::<Sort>().is_err(), "{wrong:?}");
        }
    }
}
