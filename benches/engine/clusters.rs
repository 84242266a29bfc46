//! Vectors as embeddings lie: in clusters, along a few directions in each. The same in every run.

use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, FixedSizeListArray, Int64Array, RecordBatch, StringArray};

/// Numbers of a vector.
pub(crate) const LENGTH: usize = 128;
const CLUSTERS: u64 = 1000;
/// Along so many directions the vectors of a cluster differ, and next to nothing otherwise.
const DIRECTIONS: usize = 8;
/// How far they lie apart, where the numbers of the middles have a standard deviation of 1; and across the directions.
const SPREAD: f32 = 0.5;
const NOISE: f32 = 0.02;

/// The clusters, from which vectors are made by number.
pub(crate) struct Clusters {
    middles: Vec<[f32; LENGTH]>,
    directions: Vec<[[f32; LENGTH]; DIRECTIONS]>,
}

impl Clusters {
    pub(crate) fn new() -> Self {
        let vector = |seed: u64, scale: f32| {
            let mut dice = Dice(mix(seed));
            std::array::from_fn(|_| dice.normal() * scale)
        };
        let each = SPREAD / (DIRECTIONS as f32).sqrt();
        let direction = |cluster: u64, n: usize| {
            vector(CLUSTERS + cluster * DIRECTIONS as u64 + n as u64, each)
        };
        Self {
            middles: (0..CLUSTERS).map(|cluster| vector(cluster, 1.0)).collect(),
            directions: (0..CLUSTERS)
                .map(|cluster| std::array::from_fn(|n| direction(cluster, n)))
                .collect(),
        }
    }

    /// Vector number `n`.
    pub(crate) fn vector(&self, n: u64) -> [f32; LENGTH] {
        let mut dice = Dice(mix(!n));
        let cluster = (dice.next() % CLUSTERS) as usize;
        let mut vector = self.middles[cluster];
        for direction in &self.directions[cluster] {
            let far = dice.normal();
            vector.iter_mut().zip(direction).for_each(|(number, along)| *number += far * along);
        }
        for number in &mut vector {
            *number += NOISE * dice.normal();
        }
        vector
    }

    /// Records with the vectors from a number on.
    pub(crate) fn batch(&self, first: u64, count: u64) -> RecordBatch {
        let vectors = (first..first + count).map(|n| self.vector(n)).collect();
        records(first, vectors)
    }
}

/// Records, numbered from `first` on, with these vectors.
pub(crate) fn records(first: u64, vectors: Vec<[f32; LENGTH]>) -> RecordBatch {
    let numbers = first..first + vectors.len() as u64;
    let texts = numbers.clone().map(|n| format!("{n:012} the quick brown fox jumps over lazy"));
    let vectors = vectors.into_iter().map(|vector| Some(vector.map(Some)));
    let vectors =
        FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, LENGTH as i32);
    RecordBatch::try_from_iter([
        ("id", Arc::new(Int64Array::from_iter_values(numbers.map(|n| n as i64))) as ArrayRef),
        ("text", Arc::new(StringArray::from_iter_values(texts))),
        ("vector", Arc::new(vectors)),
    ])
    .unwrap()
}

/// Numbers that look random, from a seed.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// Of mean 0 and standard deviation 1, about: four uniform ones together.
    fn normal(&mut self) -> f32 {
        let four = self.next();
        let sum: u64 = (0..4).map(|part| (four >> (16 * part)) & 0xFFFF).sum();
        (sum as f32 / 65536.0 - 2.0) * 3.0_f32.sqrt()
    }
}

fn mix(mut n: u64) -> u64 {
    n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}
