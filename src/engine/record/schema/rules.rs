//! What a topic's schema may hold: names that SQL and JSON can say, types that Lance can store.

use arrow_schema::{DataType, FieldRef};

use super::error::SchemaError;
use super::type_text::type_text;
use crate::engine::record::field_path::FieldPath;
use crate::engine::record::moment::Clock;

/// Names that Lance and lanceq give to columns of their own.
const RESERVED: [&str; 11] = [
    "_rowid",
    "_rowaddr",
    "_rowoffset",
    "_row_created_at_version",
    "_row_last_updated_at_version",
    "_distance",
    "_score",
    "_tombstone",
    "_bucket",
    "_offset",
    "_buffered",
];

/// Fields that a schema can have, at all depths.
pub(in crate::engine::record) const MAX_FIELDS: usize = 10_000;

/// Levels of types inside types; their text, and so `topic.json`, is read back to twice as many.
const MAX_LEVELS: usize = 32;

/// Items of a vector; one that is null takes their room all the same.
const MAX_ITEMS: i32 = 1 << 20;

/// Bytes of a binary value of one width; one that is null takes their room all the same.
const MAX_BYTES: i32 = 1 << 24;

/// Checks all fields of a schema.
pub(super) fn check(fields: &[FieldRef]) -> Result<(), SchemaError> {
    let reserved = fields.iter().find(|field| is_reserved(field.name()));
    if let Some(field) = reserved {
        let rule = "this name is reserved for lanceq and Lance; choose another";
        return Err(SchemaError::Name { path: field.name().as_str().into(), rule });
    }
    if let Some(field) = fields.iter().find(|field| levels(field.data_type()) > MAX_LEVELS) {
        let (path, data_type) = (field.name().as_str().into(), "a type that is this deep".into());
        let rule = "objects and lists lie in each other at most 32 deep";
        return Err(SchemaError::UnsupportedType { path, data_type, rule });
    }
    check_siblings(fields)?;
    let count: usize = fields.iter().map(|field| count(field.data_type())).sum();
    match fields.last() {
        Some(last) if count > MAX_FIELDS => {
            let path = last.name().as_str().into();
            Err(SchemaError::TooManyFields { limit: MAX_FIELDS, path })
        }
        _ => Ok(()),
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

fn levels(data_type: &DataType) -> usize {
    let below = children(data_type).iter().map(|child| levels(child.data_type()));
    1 + below.max().unwrap_or_default()
}

fn count(data_type: &DataType) -> usize {
    1 + children(data_type).iter().map(|child| count(child.data_type())).sum::<usize>()
}

/// Checks fields that stand beside each other, and what is inside them.
fn check_siblings(fields: &[FieldRef]) -> Result<(), SchemaError> {
    let mut names = std::collections::HashMap::new();
    for field in fields {
        let path = || FieldPath::from(field.name().as_str());
        check_name(field.name()).map_err(|rule| SchemaError::Name { path: path(), rule })?;
        if let Some(first) = names.insert(field.name().to_lowercase(), field.name()) {
            let (first, second) = (first.clone(), field.name().clone());
            return Err(SchemaError::Duplicate { path: path(), first, second });
        }
        check_type(field.data_type()).map_err(|error| error.in_field(field.name()))?;
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        Err("a field needs a name")
    } else if name.contains('.') {
        Err("a name cannot hold a dot, which separates the fields of a path")
    } else if name.contains('`') {
        Err("a name cannot hold a backtick, which quotes the names of a path")
    } else if name.chars().any(char::is_control) {
        Err("a name cannot hold control characters")
    } else {
        Ok(())
    }
}

fn check_type(data_type: &DataType) -> Result<(), SchemaError> {
    let refuse = |rule| {
        let (path, data_type) = (FieldPath::default(), type_text(data_type));
        Err(SchemaError::UnsupportedType { path, data_type, rule })
    };
    match data_type {
        DataType::Struct(fields) if fields.is_empty() => refuse("a struct needs a field"),
        DataType::FixedSizeList(_, size) if !(1..=MAX_ITEMS).contains(size) => {
            refuse("a vector has 1 to 1048576 items")
        }
        DataType::FixedSizeBinary(width) if !(1..=MAX_BYTES).contains(width) => {
            refuse("it has 1 to 16777216 bytes")
        }
        DataType::Timestamp(..) if Clock::of(data_type).is_none() => {
            refuse("the time zone is not known; give an IANA name or an offset such as +02:00")
        }
        DataType::Map(_, true) => refuse("the keys of a map cannot be sorted"),
        DataType::Dictionary(_, value) if !is_leaf(value) => {
            refuse("a dictionary is of single values")
        }
        DataType::Time32(unit) if !is_coarse(*unit) => refuse("its unit is s or ms"),
        DataType::Time64(unit) if is_coarse(*unit) => refuse("its unit is us or ns"),
        DataType::Interval(_)
        | DataType::Union(..)
        | DataType::RunEndEncoded(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::Decimal32(..)
        | DataType::Decimal64(..) => refuse("Lance does not store it"),
        _ => check_children(data_type),
    }
}

fn check_children(data_type: &DataType) -> Result<(), SchemaError> {
    match data_type {
        DataType::Struct(fields) => check_siblings(fields),
        _ => children(data_type).iter().try_for_each(|child| check_type(child.data_type())),
    }
}

fn children(data_type: &DataType) -> &[FieldRef] {
    match data_type {
        DataType::Struct(fields) => fields,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => std::slice::from_ref(item),
        _ => &[],
    }
}

fn is_leaf(data_type: &DataType) -> bool {
    children(data_type).is_empty() && !matches!(data_type, DataType::Dictionary(..))
}

fn is_coarse(unit: arrow_schema::TimeUnit) -> bool {
    use arrow_schema::TimeUnit::{Millisecond, Second};
    matches!(unit, Second | Millisecond)
}
