//! An embedding that means something without a model: hashed character n-grams.
//!
//! Texts that share words or word parts share n-grams, so their vectors point in like directions.

/// Numbers of a vector.
pub(super) const DIMENSIONS: usize = 64;
const SIZES: [usize; 3] = [3, 4, 5];

/// The unit-length embedding of a text; all zeros for one without any n-gram.
pub(super) fn embed(text: &str) -> Vec<f32> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let mut sums = vec![0.0_f32; DIMENSIONS];
    for gram in SIZES.iter().flat_map(|size| letters.windows(*size)) {
        let hash = hash(gram);
        // The hash's last bit decides the sign, so that collisions cancel out instead of adding up.
        let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
        let slot = usize::try_from((hash >> 1) % DIMENSIONS as u64).unwrap_or(0);
        if let Some(sum) = sums.get_mut(slot) {
            *sum += sign;
        }
    }
    let length = sums.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for number in &mut sums {
            *number /= length;
        }
    }
    sums
}

/// FNV-1a, mixed once more: its low bits alone are too regular.
fn hash(gram: &[char]) -> u64 {
    let sum = gram.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, letter| {
        (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3)
    });
    (sum ^ (sum >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn similarity(a: &str, b: &str) -> f32 {
        embed(a).iter().zip(embed(b)).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn texts_about_the_same_are_nearer_than_texts_about_something_else() {
        let near =
            similarity("find the bug in the parser", "fix the bug in the lexer and the parser");
        let far = similarity("find the bug in the parser", "summarise our quarterly sales figures");
        assert!(near > far + 0.3, "near {near}, far {far}");
    }

    #[test]
    fn a_vector_has_unit_length_or_is_zero() {
        let length = |text| embed(text).iter().map(|x| x * x).sum::<f32>();
        assert!((length("some text") - 1.0).abs() < 1e-5);
        assert!(length("ab").abs() < f32::EPSILON);
    }
}
