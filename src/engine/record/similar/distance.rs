//! How far a vector is from the one that is searched for.
//!
//! The sums are of 64-bit reals and in one order, whatever the column's type and wherever the vector lies: so a
//! record's distance does not change when it is flushed, and is 0 from itself.

use half::f16;

use crate::engine::search::Metric;

/// Sums side by side, so that the processor need not wait for one addition before the next.
const LANES: usize = 8;

/// A real of any width.
pub(super) trait Real: Copy {
    fn real(self) -> f64;
}

impl Real for f16 {
    fn real(self) -> f64 {
        self.to_f64()
    }
}

impl Real for f32 {
    fn real(self) -> f64 {
        self.into()
    }
}

impl Real for f64 {
    fn real(self) -> f64 {
        self
    }
}

/// The vector that is searched for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    vector: Vec<f64>,
    metric: Metric,
    /// The scalar product of the vector with itself.
    square: f64,
}

impl Target {
    pub(crate) fn new(vector: Vec<f64>, metric: Metric) -> Self {
        let square = sum(&vector, &vector, product);
        Self { vector, metric, square }
    }

    /// The distance of a vector of the same length; `None` where it is no number, because the vector holds one
    /// that is none, or has no direction.
    pub(super) fn distance<T: Real>(&self, vector: &[T]) -> Option<f32> {
        let distance = match self.metric {
            Metric::L2 => sum(vector, &self.vector, |a, b| (a - b) * (a - b)),
            Metric::Dot => 1.0 - sum(vector, &self.vector, product),
            Metric::Cosine => self.cosine(vector),
        };
        #[expect(clippy::cast_possible_truncation, reason = "that is the precision of distances")]
        let distance = distance as f32;
        (!distance.is_nan()).then_some(distance)
    }

    fn cosine<T: Real>(&self, vector: &[T]) -> f64 {
        let across = sum(vector, &self.vector, product);
        // One root of both squares, not a root of each: for the vector itself it is exact.
        let lengths = (self_product(vector) * self.square).sqrt();
        // Unlike `max`, this leaves what is no number as it is.
        (1.0 - across / lengths).clamp(0.0, 2.0)
    }
}

fn product(a: f64, b: f64) -> f64 {
    a * b
}

fn self_product<T: Real>(vector: &[T]) -> f64 {
    sum(vector, vector, product)
}

/// The sum of a term over two vectors, always in the same order.
fn sum<A: Real, B: Real>(a: &[A], b: &[B], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (whole_a, rest_a) = a.as_chunks::<LANES>();
    let (whole_b, rest_b) = b.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (a, b) in whole_a.iter().zip(whole_b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += term(a.real(), b.real());
        }
    }
    let rest: f64 = rest_a.iter().zip(rest_b).map(|(a, b)| term(a.real(), b.real())).sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const METRICS: [Metric; 3] = [Metric::L2, Metric::Cosine, Metric::Dot];

    fn distance(metric: Metric, to: &[f64], vector: &[f32]) -> Option<f32> {
        Target::new(to.to_vec(), metric).distance(vector)
    }

    #[test]
    fn distances_are_those_that_lance_has() {
        let (to, vector) = ([1.0, 2.0, 2.0], [2.0, 0.0, 1.0]);
        let found = METRICS.map(|metric| distance(metric, &to, &vector).unwrap());
        let cosine = 1.0 - 4.0 / (3.0 * 5.0_f32.sqrt());
        assert_eq!((found[0], found[2]), (6.0, -3.0));
        assert!((found[1] - cosine).abs() < 1e-6, "{} is not {cosine}", found[1]);
    }

    #[test]
    fn a_vector_is_no_distance_from_itself() {
        for length in [1, 7, 8, 9, 100, 384] {
            let vector: Vec<f32> = (1..=length).map(|n| (n as f32).sin() * 1e3).collect();
            let to: Vec<f64> = vector.iter().map(|real| f64::from(*real)).collect();
            for metric in [Metric::L2, Metric::Cosine] {
                assert_eq!(distance(metric, &to, &vector), Some(0.0), "{metric:?} of {length}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_no_distance() {
        for metric in METRICS {
            assert_eq!(distance(metric, &[1.0, 2.0], &[f32::NAN, 1.0]), None, "{metric:?}");
        }
        assert_eq!(distance(Metric::Cosine, &[1.0, 2.0], &[0.0, 0.0]), None);
        assert_eq!(distance(Metric::Cosine, &[0.0, 0.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn opposite_vectors_are_two_apart_and_never_more() {
        let to = [0.1, 0.2, 0.3].map(|real: f32| f64::from(real));
        assert_eq!(distance(Metric::Cosine, &to, &[-0.1, -0.2, -0.3]), Some(2.0));
    }

    #[test]
    fn vectors_too_long_for_their_type_are_far_and_no_panic() {
        assert_eq!(distance(Metric::L2, &[0.0, 0.0], &[f32::MAX, f32::MAX]), Some(f32::INFINITY));
        assert_eq!(distance(Metric::Cosine, &[1.0, 1.0], &[f32::MAX, f32::MAX]), Some(0.0));
    }
}
