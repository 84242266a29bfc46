//! Values and records as texts to be copied: whole, however much of them is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::encoded::Encoded;
use super::node::{Kind, Node};
use super::whole::Whole;
use crate::tui::text::sanitize;

impl Whole {
    /// The value of the field that is shown under a name: text as it is, bytes in base64, anything else as JSON.
    pub(crate) fn field_text(&self, shown: &str, longest: u16) -> Option<String> {
        let fields = self.fields();
        let field = fields.iter().find(|field| sanitize::clip(&field.name, longest) == shown)?;
        Some(field.text())
    }

    /// The value at a path, in the same form.
    pub(crate) fn text_at(&self, path: &[String]) -> Option<String> {
        self.node_at(path).map(|node| node.text())
    }

    /// The path itself, as one writes it in a query: names with points between, items in brackets.
    pub(crate) fn path_text(&self, path: &[String]) -> Option<String> {
        let (first, inner) = path.split_first()?;
        let mut text = first.clone();
        for (depth, name) in inner.iter().enumerate() {
            let outer = self.node_at(path.get(..=depth)?)?;
            text = match outer.kind() {
                Kind::Items(_) => format!("{text}[{name}]"),
                Kind::Entries(..) => format!("{text}[{}]", Value::from(name.as_str())),
                _ => format!("{text}.{name}"),
            };
        }
        Some(text)
    }

    /// Whether the value at a path is a text; none where it is neither text nor bytes.
    pub(crate) fn is_text(&self, path: &[String]) -> Option<bool> {
        match self.node_at(path)?.kind() {
            Kind::Text(_) => Some(true),
            Kind::Bytes(_) => Some(false),
            _ => None,
        }
    }

    /// A copy of the bytes at a path.
    pub(crate) fn encoded_at(&self, path: &[String]) -> Option<Encoded> {
        match self.node_at(path)?.kind() {
            Kind::Bytes(bytes) => Some(Encoded::of(bytes)),
            _ => None,
        }
    }

    fn node_at(&self, path: &[String]) -> Option<Node> {
        let (first, inner) = path.split_first()?;
        let field = self.fields().into_iter().find(|field| field.name == *first)?;
        inner.iter().try_fold(field, |node, name| {
            // Of a list, no more than what comes before the item is looked at.
            let limit = match node.kind() {
                Kind::Items(_) => name.parse::<usize>().map_or(usize::MAX, |item| item + 1),
                _ => usize::MAX,
            };
            node.inside(limit).into_iter().find(|inner| inner.name == *name)
        })
    }

    /// The record as one line of JSON.
    pub(crate) fn line(&self) -> String {
        Value::Object(self.json().0).to_string()
    }
}

impl Node {
    /// Text as it is, bytes in base64, anything else as JSON.
    fn text(&self) -> String {
        match self.kind() {
            Kind::Null => "null".into(),
            Kind::Text(text) => text.to_owned(),
            Kind::Bytes(bytes) => STANDARD.encode(bytes),
            _ => match self.value() {
                Value::String(text) => text,
                other => other.to_string(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        ArrayRef, BinaryArray, Int32Array, ListArray, RecordBatch, StringArray, StructArray,
    };
    use arrow_schema::{DataType, Field};

    use super::*;

    fn record() -> Whole {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(5_000)]));
        let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"\0\x01"]));
        let list: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(7), None])]));
        let field = Arc::new(Field::new("a b", DataType::Int32, true));
        let inner: ArrayRef = Arc::new(Int32Array::from(vec![3]));
        let object: ArrayRef = Arc::new(StructArray::from(vec![(field, inner)]));
        let columns = [("text", text), ("bytes", bytes), ("list", list), ("object", object)];
        Whole::of_row(&RecordBatch::try_from_iter(columns).unwrap(), false)
    }

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_value_is_copied_whole_and_as_what_it_is() {
        let record = record();
        assert_eq!(record.field_text("text", 60).map(|text| text.len()), Some(5_000));
        for (names, text) in [
            (&["bytes"][..], Some("AAE=")),
            (&["list"], Some("[7,null]")),
            (&["list", "1"], Some("null")),
            (&["list", "9"], None),
            (&["object", "a b"], Some("3")),
            (&["none"], None),
        ] {
            assert_eq!(record.text_at(&path(names)).as_deref(), text, "{names:?}");
        }
    }

    #[test]
    fn a_path_reads_as_one_writes_it() {
        let record = record();
        for (names, text) in [
            (&["text"][..], "text"),
            (&["list", "1"], "list[1]"),
            (&["object", "a b"], "object.a b"),
        ] {
            assert_eq!(record.path_text(&path(names)).as_deref(), Some(text));
        }
    }
}
