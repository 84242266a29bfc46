//! Arrow to JSON values, as `lanceq` prints them.
//!
//! | Arrow | JSON |
//! |---|---|
//! | integers, 64-bit ones too | number |
//! | float16, float32 | the shortest number that reads back the same |
//! | NaN, infinities | null, counted by [`Decoder::non_finite`] |
//! | date, time, timestamp | RFC 3339 text, with `Z` where the column has a zone |
//! | duration, and what RFC 3339 cannot say | number, in the column's unit |
//! | binary | base64 text |
//! | decimal | text |
//! | struct | object, in schema order |
//! | list, fixed_size_list | list |
//! | map | list of `[key, value]` pairs |
//! | dictionary | its value |
//! | any other type | text, as Arrow displays it |

mod decoder;
mod nested;
mod real;
mod scalar;

pub(super) use decoder::reader_of;
pub use decoder::{Decoder, records, value};

#[cfg(test)]
mod tests;
