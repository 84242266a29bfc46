//! What has been seen of each field: counts by type, and what they come to.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field};
use serde_json::{Number, Value};

use super::budget::Budget;
use crate::engine::record::json::JsonObject;

/// Numbers that a list must have to be a vector whatever its name.
const VECTOR_LENGTH: usize = 16;

/// Ends of the names of vectors.
const VECTOR_NAMES: [&str; 4] = ["vector", "embedding", "emb", "vec"];

/// Integers up to this are exact in 32-bit reals.
const EXACT_IN_FLOAT32: u64 = 1 << 24;

/// Tells whether a value says anything about its type: it is not null, nor made of nulls only.
pub(in crate::engine::record) fn has_type(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => items.iter().any(has_type),
        Value::Object(fields) => fields.values().any(has_type),
        _ => true,
    }
}

/// What has been seen of the fields of objects, in the order in which they turned up.
#[derive(Debug, Default)]
pub(super) struct Fields {
    tallies: Vec<(String, Tally)>,
    by_name: HashMap<String, usize>,
}

impl Fields {
    pub(super) fn observe(&mut self, object: &JsonObject, budget: &mut Budget) {
        let mut expected = 0;
        for (name, value) in object {
            let Some(index) = self.index(name, expected, budget) else {
                continue;
            };
            if let Some((_, tally)) = self.tallies.get_mut(index) {
                tally.observe(value, budget);
            }
            expected = index + 1;
        }
    }

    /// Returns where a field is; objects mostly have their fields in one order, so the place after
    /// the last one is tried first.
    fn index(&mut self, name: &str, expected: usize, budget: &mut Budget) -> Option<usize> {
        if self.tallies.get(expected).is_some_and(|(present, _)| present == name) {
            return Some(expected);
        }
        if let Some(index) = self.by_name.get(name) {
            return Some(*index);
        }
        budget.take(name).then(|| {
            let index = self.tallies.len();
            self.by_name.insert(name.to_owned(), index);
            self.tallies.push((name.to_owned(), Tally::default()));
            index
        })
    }

    /// Returns the fields whose type is known.
    pub(super) fn arrow(&self) -> Vec<Field> {
        let fields = self.tallies.iter();
        fields
            .filter_map(|(name, tally)| Some(Field::new(name, tally.data_type(name)?, true)))
            .collect()
    }
}

/// Kinds of JSON values that need different types of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Number,
    Text,
    Object,
    List,
}

/// What has been seen of one field, or of the items of its lists.
#[derive(Debug, Default)]
struct Tally {
    /// How many values of each kind that say something, first seen first.
    kinds: Vec<(Kind, u64)>,
    has_real: bool,
    fields: Fields,
    lists: Option<Box<Lists>>,
}

impl Tally {
    fn observe(&mut self, value: &Value, budget: &mut Budget) {
        let kind = match value {
            Value::Null => return,
            Value::Bool(_) => Kind::Bool,
            Value::String(_) => Kind::Text,
            Value::Number(number) => {
                self.has_real |= is_real(number);
                Kind::Number
            }
            Value::Object(object) => {
                self.fields.observe(object, budget);
                Kind::Object
            }
            Value::Array(items) => {
                let lists = self.lists.get_or_insert_with(|| Box::new(Lists::of(items)));
                lists.observe(items, budget);
                Kind::List
            }
        };
        if has_type(value) {
            self.count(kind);
        }
    }

    fn count(&mut self, kind: Kind) {
        match self.kinds.iter_mut().find(|(present, _)| *present == kind) {
            Some((_, count)) => *count += 1,
            None => self.kinds.push((kind, 1)),
        }
    }

    fn data_type(&self, name: &str) -> Option<DataType> {
        // `max_by_key` would take the last of equals.
        let (kind, _) = self.kinds.iter().rev().max_by_key(|(_, count)| *count)?;
        match kind {
            Kind::Bool => Some(DataType::Boolean),
            Kind::Text => Some(DataType::Utf8),
            Kind::Number if self.has_real => Some(DataType::Float64),
            Kind::Number => Some(DataType::Int64),
            Kind::Object => Some(DataType::Struct(self.fields.arrow().into())),
            Kind::List => self.lists.as_ref()?.data_type(name),
        }
    }
}

/// What has been seen of the lists in one field.
#[derive(Debug)]
struct Lists {
    items: Tally,
    /// The length of all lists so far, if it is one.
    length: Option<usize>,
    /// Whether all items so far were numbers.
    only_numbers: bool,
    /// Whether 32-bit reals hold all integers so far.
    is_exact: bool,
}

impl Lists {
    /// Starts with the length of the first list.
    fn of(first: &[Value]) -> Self {
        let length = Some(first.len());
        Self { items: Tally::default(), length, only_numbers: true, is_exact: true }
    }

    fn observe(&mut self, items: &[Value], budget: &mut Budget) {
        self.length = self.length.filter(|length| *length == items.len());
        for item in items {
            self.only_numbers &= item.is_number();
            self.is_exact &= is_exact_in_float32(item);
            self.items.observe(item, budget);
        }
    }

    fn data_type(&self, name: &str) -> Option<DataType> {
        if let Some(length) = self.vector_length(name) {
            let item = Field::new_list_field(DataType::Float32, true);
            return Some(DataType::FixedSizeList(Arc::new(item), length));
        }
        let item = Field::new_list_field(self.items.data_type(name)?, true);
        Some(DataType::List(Arc::new(item)))
    }

    fn vector_length(&self, name: &str) -> Option<i32> {
        let length = self.length.filter(|length| *length > 0 && self.only_numbers)?;
        let name = name.to_lowercase();
        let is_named = VECTOR_NAMES.iter().any(|end| name.ends_with(end));
        let is_long = length >= VECTOR_LENGTH && self.is_exact;
        (is_named || is_long).then(|| i32::try_from(length).ok()).flatten()
    }
}

/// Tells reals from integers, of which -0 arrives as a real.
fn is_real(number: &Number) -> bool {
    let is_minus_zero = number.as_f64().is_some_and(|real| real == 0.0 && real.is_sign_negative());
    number.is_f64() && !is_minus_zero
}

fn is_exact_in_float32(value: &Value) -> bool {
    let integer = value.as_i64().map(i64::unsigned_abs).or_else(|| value.as_u64());
    integer.is_none_or(|integer| integer <= EXACT_IN_FLOAT32)
}
