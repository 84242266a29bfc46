//! Reals to JSON numbers that print as short as they can.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrowPrimitiveType};
use half::f16;
use serde_json::{Number, Value};

use super::decoder::{NonFinite, Reader};
use super::scalar::read;

/// Reads reals; what JSON cannot say is null, and counted.
pub(super) fn reader<T: Shortest>(array: &dyn Array, non_finite: &NonFinite) -> Reader {
    let non_finite = non_finite.clone();
    read(array.as_primitive::<T>(), move |array, row| {
        let number = Number::from_f64(T::shortest(array.value(row)));
        if number.is_none() {
            non_finite.count_one();
        }
        number.map_or(Value::Null, Value::Number)
    })
}

/// A type of reals with a shortest text.
pub(super) trait Shortest: ArrowPrimitiveType {
    /// Returns the real whose text is the shortest that reads back as `real` in this type.
    ///
    /// The real itself would print the digits of its binary value: 0.1 as 0.10000000149011612.
    fn shortest(real: Self::Native) -> f64;
}

impl Shortest for Float64Type {
    fn shortest(real: f64) -> f64 {
        real
    }
}

impl Shortest for Float32Type {
    fn shortest(real: f32) -> f64 {
        if real.is_finite() { short_text(real).unwrap_or(real.into()) } else { real.into() }
    }
}

/// Reads back the shortest text of a real, which `serde_json` writes.
fn short_text(real: f32) -> Option<f64> {
    /// Bytes of the longest such text, and some.
    const LONGEST: usize = 24;
    let mut text = [0; LONGEST];
    let mut rest = text.as_mut_slice();
    serde_json::to_writer(&mut rest, &real).ok()?;
    let length = LONGEST - rest.len();
    std::str::from_utf8(text.get(..length)?).ok()?.parse().ok()
}

impl Shortest for Float16Type {
    fn shortest(real: f16) -> f64 {
        /// Digits after the first that tell any two reals of 16 bits apart.
        const DIGITS: usize = 4;
        let exact = real.to_f64();
        let rounded = (0..=DIGITS).filter_map(|digits| format!("{exact:.digits$e}").parse().ok());
        rounded.into_iter().find(|short| f16::from_f64(*short) == real).unwrap_or(exact)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_real_prints_short() {
        for text in ["0.1", "-0.1", "1.0", "16777216.0", "3.4028235e38", "1e-45", "0.0", "-0.0"] {
            let real: f32 = text.parse().unwrap();
            let number = Number::from_f64(Float32Type::shortest(real)).unwrap();
            assert_eq!(number, text.parse().unwrap());
        }
        let print = |real| Number::from_f64(Float16Type::shortest(real)).unwrap().to_string();
        assert_eq!(print(f16::from_f32(0.1)), "0.1");
        assert_eq!(print(f16::MAX), "65500.0");
    }

    proptest! {
        #[test]
        fn every_real_of_32_bits_reads_back_the_same(bits: u32) {
            let real = f32::from_bits(bits);
            prop_assume!(real.is_finite());
            let number = Number::from_f64(Float32Type::shortest(real)).unwrap();
            let text = number.to_string();
            prop_assert_eq!(text.parse::<f32>().unwrap().to_bits(), bits);
            let (short, shortest) = (format!("{:e}", Float32Type::shortest(real)), format!("{real:e}"));
            prop_assert_eq!(short.len(), shortest.len());
        }
    }

    #[test]
    fn every_real_of_16_bits_reads_back_the_same() {
        for bits in 0..=u16::MAX {
            let real = f16::from_bits(bits);
            if real.is_finite() {
                let short = Float16Type::shortest(real);
                assert_eq!(f16::from_f64(short).to_bits(), bits, "{real}");
            }
        }
    }
}
