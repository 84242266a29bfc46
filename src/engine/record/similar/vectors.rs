//! The vectors of a column, whatever the width of their reals.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, FixedSizeListArray};
use arrow_schema::DataType;
use half::f16;

use super::distance::{Real, Target};

/// How many reals the vectors of a type have; `None` for a type that is no vector.
pub(crate) fn dimension(data_type: &DataType) -> Option<usize> {
    let DataType::FixedSizeList(item, length) = data_type else { return None };
    let is_real =
        matches!(item.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64);
    usize::try_from(*length).ok().filter(|_| is_real)
}

/// A column of vectors.
pub(crate) struct Vectors<'a> {
    array: &'a FixedSizeListArray,
    reals: Reals<'a>,
    length: usize,
}

/// All reals of a column, vector after vector.
enum Reals<'a> {
    Half(&'a [f16]),
    Single(&'a [f32]),
    Double(&'a [f64]),
}

impl<'a> Vectors<'a> {
    /// `None` where the column is no column of vectors.
    pub(crate) fn of(column: &'a dyn Array) -> Option<Self> {
        let length = dimension(column.data_type())?;
        let array = column.as_fixed_size_list_opt()?;
        let values = array.values();
        let reals = match values.data_type() {
            DataType::Float16 => Reals::Half(values.as_primitive::<Float16Type>().values()),
            DataType::Float32 => Reals::Single(values.as_primitive::<Float32Type>().values()),
            _ => Reals::Double(values.as_primitive::<Float64Type>().values()),
        };
        Some(Self { array, reals, length })
    }

    /// One vector; `None` where it is null, or a number of it is.
    pub(crate) fn get(&self, row: usize) -> Option<Vec<f64>> {
        match self.reals {
            Reals::Half(reals) => self.vector(reals, row).map(wide),
            Reals::Single(reals) => self.vector(reals, row).map(wide),
            Reals::Double(reals) => self.vector(reals, row).map(wide),
        }
    }

    /// How far each vector that is not null is from the target, by row; `None` where that is no number.
    pub(crate) fn distances(&self, target: &Target) -> Vec<(usize, Option<f32>)> {
        match self.reals {
            Reals::Half(reals) => self.measured(reals, target),
            Reals::Single(reals) => self.measured(reals, target),
            Reals::Double(reals) => self.measured(reals, target),
        }
    }

    fn measured<T: Real>(&self, reals: &[T], target: &Target) -> Vec<(usize, Option<f32>)> {
        let distance = |row| Some((row, target.distance(self.vector(reals, row)?)));
        (0..self.array.len()).filter_map(distance).collect()
    }

    fn vector<'r, T>(&self, reals: &'r [T], row: usize) -> Option<&'r [T]> {
        if row >= self.array.len() || self.array.is_null(row) {
            return None;
        }
        let start = row * self.length;
        let holds_null = |nulls: &arrow_buffer::NullBuffer| {
            nulls.null_count() > 0 && nulls.slice(start, self.length).null_count() > 0
        };
        if self.array.values().nulls().is_some_and(holds_null) {
            return None;
        }
        reals.get(start..start + self.length)
    }
}

fn wide<T: Real>(vector: &[T]) -> Vec<f64> {
    vector.iter().map(|real| real.real()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::ArrowPrimitiveType;
    use arrow_array::{FixedSizeListArray, Int64Array};

    use super::*;
    use crate::engine::search::Metric;

    fn column<T: ArrowPrimitiveType>(
        rows: &[Option<Vec<Option<T::Native>>>],
    ) -> FixedSizeListArray {
        FixedSizeListArray::from_iter_primitive::<T, _, _>(rows.to_vec(), 2)
    }

    #[test]
    fn each_width_of_reals_is_read() {
        let half = |real| Some(f16::from_f32(real));
        for column in [
            column::<Float16Type>(&[Some(vec![half(1.0), half(0.5)])]),
            column::<Float32Type>(&[Some(vec![Some(1.0), Some(0.5)])]),
            column::<Float64Type>(&[Some(vec![Some(1.0), Some(0.5)])]),
        ] {
            let vectors = Vectors::of(&column).unwrap();
            assert_eq!(vectors.get(0), Some(vec![1.0, 0.5]));
            let target = Target::new(vec![1.0, 1.5], Metric::L2);
            assert_eq!(vectors.distances(&target), [(0, Some(1.0))]);
        }
    }

    #[test]
    fn a_null_is_no_vector_and_a_slice_begins_where_it_begins() {
        let rows = [
            Some(vec![Some(9.0), Some(9.0)]),
            None,
            Some(vec![Some(1.0), None]),
            Some(vec![Some(3.0), Some(4.0)]),
        ];
        let whole = column::<Float32Type>(&rows);
        let sliced = whole.slice(1, 3);
        let vectors = Vectors::of(&sliced).unwrap();
        let target = Target::new(vec![0.0, 0.0], Metric::L2);
        assert_eq!(vectors.distances(&target), [(2, Some(25.0))]);
        assert_eq!((vectors.get(2), vectors.get(3)), (Some(vec![3.0, 4.0]), None));
    }

    #[test]
    fn what_is_no_vector_is_none() {
        let integers = FixedSizeListArray::new(
            Arc::new(arrow_schema::Field::new("item", DataType::Int64, true)),
            1,
            Arc::new(Int64Array::from(vec![1])),
            None,
        );
        assert!(Vectors::of(&integers).is_none());
        assert!(Vectors::of(&Int64Array::from(vec![1])).is_none());
        assert_eq!(dimension(&DataType::Int64), None);
        assert_eq!(dimension(column::<Float32Type>(&[]).data_type()), Some(2));
    }
}
