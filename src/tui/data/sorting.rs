//! The order of records by one of their columns: the first so many, whatever they are looked at in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::DataType;

use super::node::text_at;

/// Records that are sorted at most.
pub(crate) const SORTED: usize = 100_000;
/// Bytes of a text that are compared.
const COMPARED: usize = 256;

/// By which column, and in which direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sort {
    /// The column's name as it is shown.
    pub(crate) column: String,
    pub(crate) order: Order,
}

/// The direction of an order; what is null comes last in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// A value that has an order; the shown column holds values of one kind.
#[derive(Debug, Clone)]
enum Key {
    Whole(i128),
    Real(f64),
    Text(Box<str>),
    Null,
}

/// One record and its value.
#[derive(Debug, Clone)]
struct Item {
    key: Key,
    order: Order,
    place: (u32, u64),
}

/// The first records of those that are offered.
#[derive(Debug)]
pub(crate) struct Sorter {
    order: Order,
    most: usize,
    /// The last of them on top.
    first: BinaryHeap<Item>,
}

impl Sorter {
    /// For the first `most` records.
    pub(crate) fn of(order: Order, most: usize) -> Self {
        Self { order, most, first: BinaryHeap::new() }
    }

    /// Offers a record with the value in a row of the column.
    fn offer(&mut self, key: Key, place: (u32, u64)) {
        let item = Item { key, order: self.order, place };
        if self.first.len() < self.most {
            self.first.push(item);
        } else if let Some(mut last) = self.first.peek_mut()
            && item < *last
        {
            *last = item;
        }
    }

    /// Offers records by the values of a column, which may be of a kind that has no order: then it says so.
    pub(crate) fn offer_all(
        &mut self,
        values: &ArrayRef,
        places: impl Iterator<Item = (usize, (u32, u64))>,
    ) -> Result<(), String> {
        let keys = Keys::of(values)?;
        for (row, place) in places {
            self.offer(keys.get(row), place);
        }
        Ok(())
    }

    /// The records in their order.
    pub(crate) fn in_order(self) -> Vec<(u32, u64)> {
        self.first.into_sorted_vec().into_iter().map(|item| item.place).collect()
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
            _ => return Err("its values have no order".into()),
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
                there(values, Key::Real(values.as_primitive::<Float64Type>().value(row)))
            }
            Self::Text(values) => there(values, Key::Text(start(text_at(values, row)).into())),
        }
    }
}

fn start(text: Option<&str>) -> &str {
    let text = text.unwrap_or_default();
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
            Self::Null => 3,
        }
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> Ordering {
        let nulls = matches!(self.key, Key::Null).cmp(&matches!(other.key, Key::Null));
        let keys = match self.order {
            Order::Ascending => self.key.compare(&other.key),
            Order::Descending => other.key.compare(&self.key),
        };
        nulls.then(keys).then(self.place.cmp(&other.place))
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
        StringArray, UInt64Array,
    };

    use super::*;

    fn sorted(values: &ArrayRef, order: Order, most: usize) -> Vec<u64> {
        let mut sorter = Sorter::of(order, most);
        let places = (0..values.len()).map(|row| (row, (0, row as u64)));
        sorter.offer_all(values, places).unwrap();
        sorter.in_order().into_iter().map(|(_, offset)| offset).collect()
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
    fn what_has_no_order_says_so() {
        let lists: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
        let mut sorter = Sorter::of(Order::Ascending, 9);
        assert!(sorter.offer_all(&lists, std::iter::once((0, (0, 0)))).is_err());
    }
}
