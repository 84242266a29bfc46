//! The type of a column in few signs, for its heading.

use arrow_schema::DataType;

use crate::type_text;

/// The type as `lanceq schema` writes it; a vector as `64 × f32`, an object as `struct`.
pub(crate) fn heading(data_type: &DataType) -> String {
    match data_type {
        DataType::FixedSizeList(item, len) if item.data_type().is_floating() => {
            format!("{len} × {}", real(item.data_type()))
        }
        DataType::Struct(_) => "struct".into(),
        DataType::List(item) | DataType::LargeList(item) => {
            format!("list<{}>", heading(item.data_type()))
        }
        DataType::Dictionary(_, values) => heading(values),
        other => type_text(other),
    }
}

/// The short name of a type of reals.
pub(crate) fn real(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Float16 => "f16",
        DataType::Float32 => "f32",
        _ => "f64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_type;

    #[test]
    fn a_type_is_short_and_says_what_matters() {
        for (text, short) in [
            ("utf8", "utf8"),
            ("float64", "float64"),
            ("fixed_size_list<float32, 384>", "384 × f32"),
            ("list<fixed_size_list<float16, 4>>", "list<4 × f16>"),
            ("struct<a: int64, b: utf8>", "struct"),
            ("dictionary<int32, utf8>", "utf8"),
            ("timestamp(us, UTC)", "timestamp(us, UTC)"),
        ] {
            assert_eq!(heading(&parse_type(text).unwrap()), short);
        }
    }
}
