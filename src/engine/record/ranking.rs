//! The order of records by one of their columns: the first so many, whatever they are looked at in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::page::Chunk;
use super::sort::{Order, Sort};
use super::sort_key::{Key, Keys};

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
        Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Decimal256Array,
        DictionaryArray, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
        UInt64Array,
    };
    use arrow_buffer::i256;
    use arrow_cast::cast;
    use arrow_schema::DataType;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::record::sort_key::Decimal;

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
}
