//! The order of records by one of their columns: the first so many, whatever they are looked at in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt;
use std::str::FromStr;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal256Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::i256;
use arrow_cast::cast;
use arrow_schema::{DECIMAL256_MAX_PRECISION, DataType};

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
    Decimal(Decimal),
    Real(f64),
    Text(Box<str>),
    NoNumber,
    Null,
}

/// A decimal number: whole, and with how many of its digits behind the point.
#[derive(Debug, Clone, Copy)]
struct Decimal {
    whole: i256,
    scale: i8,
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

    /// For the first `most` records. Memory: 80 bytes each, and as much of a text as is compared.
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
    Decimal(ArrayRef, i8),
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
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => {
                let widest = DataType::Decimal256(DECIMAL256_MAX_PRECISION, *scale);
                Self::Decimal(as_type(&widest)?, *scale)
            }
            kind if kind.is_floating() => Self::Real(as_type(&DataType::Float64)?),
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
            Self::Decimal(values, scale) => {
                let whole = values.as_primitive::<Decimal256Type>().value(row);
                there(values, Key::Decimal(Decimal { whole, scale: *scale }))
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

impl Decimal {
    /// Exact, also where one has more digits behind the point than the other.
    fn compare(&self, other: &Self) -> Ordering {
        let digits = i16::from(other.scale) - i16::from(self.scale);
        if digits < 0 {
            return other.compare(self).reverse();
        }
        match self.times_ten_to(digits.unsigned_abs()) {
            Some(whole) => whole.cmp(&other.whole),
            // It is farther from zero than anything that the other one can be.
            None => self.whole.cmp(&i256::ZERO),
        }
    }

    /// The whole with so many digits more; none where that is too large for one.
    fn times_ten_to(&self, digits: u16) -> Option<i256> {
        if self.whole == i256::ZERO {
            return Some(self.whole);
        }
        i256::from_i128(10).checked_pow(digits.into())?.checked_mul(self.whole)
    }
}

impl Key {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.compare(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One bucket has a column of another type than the next: all of one kind come together.
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Whole(_) => 0,
            Self::Decimal(_) => 1,
            Self::Real(_) => 2,
            Self::Text(_) => 3,
            Self::NoNumber => 4,
            Self::Null => 5,
        }
    }

    /// What comes last in both directions has a larger one.
    fn absence(&self) -> u8 {
        self.kind().max(3)
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
        BooleanArray, Date32Array, Decimal128Array, Decimal256Array, DictionaryArray, Float64Array,
        Int64Array, ListArray, RecordBatch, StringArray, UInt64Array,
    };
    use proptest::prelude::*;

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
    fn decimals_stand_in_their_order_however_little_they_differ() {
        let one = 10_i128.pow(18);
        let values = vec![Some(one + 1), Some(one + 2), None, Some(-one), Some(one)];
        let values = Decimal128Array::from(values).with_precision_and_scale(38, 18).unwrap();
        let narrow: ArrayRef = Arc::new(values);
        let wide = cast(&narrow, &DataType::Decimal256(76, 18)).unwrap();
        for values in [narrow, wide] {
            assert_eq!(sorted(&values, Order::Ascending, 9), [3, 4, 0, 1, 2]);
            assert_eq!(sorted(&values, Order::Descending, 9), [1, 0, 4, 3, 2]);
        }
        let small: ArrayRef = Arc::new(arrow_array::Decimal32Array::from(vec![20_000, 3]));
        assert_eq!(sorted(&small, Order::Ascending, 9), [1, 0]);
    }

    #[test]
    fn decimals_of_several_buckets_are_compared_by_what_they_are_worth() {
        let mut ranking = Ranking::of(Sort::ascending("c"), 9);
        // 2, 100 and 3 hundredths; 0.02, 1 and 0.031; 10^76 and its opposite.
        let buckets: [ArrayRef; 3] = [
            Arc::new(
                Decimal128Array::from(vec![2, 100, 3]).with_precision_and_scale(5, 2).unwrap(),
            ),
            Arc::new(
                Decimal128Array::from(vec![20, 1000, 31]).with_precision_and_scale(5, 3).unwrap(),
            ),
            Arc::new(
                Decimal256Array::from(vec![i256::ONE, i256::MINUS_ONE])
                    .with_precision_and_scale(1, -76)
                    .unwrap(),
            ),
        ];
        for (bucket, values) in (0..).zip(&buckets) {
            ranking.offer(&Chunk { bucket, ..chunk(values) }).unwrap();
        }
        let order = [(2, 1), (0, 0), (1, 0), (0, 2), (1, 2), (0, 1), (1, 1), (2, 0)];
        assert_eq!(ranking.in_order(), order);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn decimals_compare_as_their_texts_do(
            a in (any::<i64>(), -6_i8..7),
            b in (any::<i64>(), -6_i8..7),
        ) {
            let decimal = |(whole, scale): (i64, i8)| {
                Decimal { whole: i256::from_i128(whole.into()), scale }
            };
            let scaled = |(whole, scale): (i64, i8)| {
                i128::from(whole) * 10_i128.pow(u32::try_from(6 - i16::from(scale)).unwrap())
            };
            let (one, other) = (decimal(a), decimal(b));
            prop_assert_eq!(one.compare(&other), scaled(a).cmp(&scaled(b)));
            prop_assert_eq!(other.compare(&one), scaled(b).cmp(&scaled(a)));
        }
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
