//! An Arrow type as people read and write it: `list<utf8>`, `timestamp(us, UTC)`.

use std::collections::BTreeMap;

use arrow_schema::{DataType, Field, TimeUnit};

/// Names of an entry of a map, where nothing else is said.
pub(super) const ENTRIES: &str = "entries";
pub(super) const KEY: &str = "key";
pub(super) const VALUE: &str = "value";

/// Writes an Arrow type as text that [`parse_type`](super::parse_type) reads back.
///
/// ```text
/// null  bool  int8 … int64  uint8 … uint64  float16  float32  float64
/// utf8  large_utf8  binary  large_binary  fixed_size_binary(16)
/// date32  date64  time32(ms)  time64(us)  timestamp(us)  timestamp(us, UTC)  duration(ns)
/// decimal128(10, 2)  decimal256(50, 2)  dictionary<int32, utf8>
/// list<utf8>  large_list<utf8>  fixed_size_list<float32, 384>
/// struct<a: int64, "b c": utf8 not null>  map<utf8, int64>
/// ```
/// A list's item or a map's entry that does not have its usual name is written with its name, and
/// a nested field's metadata as a JSON object behind its type. Types that no topic can hold are
/// written as Arrow writes them.
pub fn type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Boolean => "bool".to_owned(),
        DataType::FixedSizeBinary(width) => format!("fixed_size_binary({width})"),
        DataType::Time32(unit) => format!("time32({})", unit_text(*unit)),
        DataType::Time64(unit) => format!("time64({})", unit_text(*unit)),
        DataType::Duration(unit) => format!("duration({})", unit_text(*unit)),
        DataType::Timestamp(unit, None) => format!("timestamp({})", unit_text(*unit)),
        DataType::Timestamp(unit, Some(zone)) => {
            format!("timestamp({}, {})", unit_text(*unit), zone_text(zone))
        }
        DataType::Decimal128(precision, scale) => format!("decimal128({precision}, {scale})"),
        DataType::Decimal256(precision, scale) => format!("decimal256({precision}, {scale})"),
        DataType::LargeUtf8 => "large_utf8".to_owned(),
        DataType::LargeBinary => "large_binary".to_owned(),
        DataType::List(item) => format!("list<{}>", item_text(item)),
        DataType::LargeList(item) => format!("large_list<{}>", item_text(item)),
        DataType::FixedSizeList(item, size) => {
            format!("fixed_size_list<{}, {size}>", item_text(item))
        }
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| named_text(field)).collect();
            format!("struct<{}>", fields.join(", "))
        }
        DataType::Map(entries, false) => map_text(entries),
        DataType::Dictionary(key, value) => {
            format!("dictionary<{}, {}>", type_text(key), type_text(value))
        }
        simple if is_simple(simple) => simple.to_string().to_lowercase(),
        unsupported => unsupported.to_string(),
    }
}

/// Tells the types that Arrow writes in one word, but in capitals.
fn is_simple(data_type: &DataType) -> bool {
    use DataType::{Binary, Date32, Date64, Null, Utf8};
    data_type.is_integer()
        || data_type.is_floating()
        || matches!(data_type, Null | Utf8 | Binary | Date32 | Date64)
}

pub(super) fn unit_text(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    }
}

fn zone_text(zone: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_/+-:".contains(&byte);
    if !zone.is_empty() && zone.bytes().all(is_bare) { zone.to_owned() } else { quoted(zone) }
}

fn item_text(item: &Field) -> String {
    if item.name() == Field::LIST_FIELD_DEFAULT_NAME { slot_text(item) } else { named_text(item) }
}

fn named_text(field: &Field) -> String {
    format!("{}: {}", name_text(field.name()), slot_text(field))
}

/// A type with what its place says of it: whether it may be null, and its metadata.
fn slot_text(field: &Field) -> String {
    let not_null = if field.is_nullable() { "" } else { " not null" };
    format!("{}{not_null}{}", type_text(field.data_type()), metadata_text(field))
}

fn map_text(entries: &Field) -> String {
    let DataType::Struct(fields) = entries.data_type() else {
        return DataType::Map(entries.clone().into(), false).to_string();
    };
    let [key, value] = fields.as_ref() else {
        return DataType::Map(entries.clone().into(), false).to_string();
    };
    // A key is never null, so only the odd one that may be is marked.
    let nullable = if key.is_nullable() { " nullable" } else { "" };
    let key_type = format!("{}{nullable}{}", type_text(key.data_type()), metadata_text(key));
    let key =
        if key.name() == KEY { key_type } else { format!("{}: {key_type}", name_text(key.name())) };
    let value = if value.name() == VALUE { slot_text(value) } else { named_text(value) };
    let name = if entries.name() == ENTRIES {
        String::new()
    } else {
        format!(", {}", name_text(entries.name()))
    };
    format!("map<{key}, {value}{name}>")
}

fn name_text(name: &str) -> String {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if starts_well && name.bytes().all(is_bare) { name.to_owned() } else { quoted(name) }
}

fn metadata_text(field: &Field) -> String {
    if field.metadata().is_empty() {
        return String::new();
    }
    let sorted: BTreeMap<_, _> = field.metadata().iter().collect();
    format!(" {}", serde_json::json!(sorted))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
