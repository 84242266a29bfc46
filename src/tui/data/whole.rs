//! One whole record, as it was read: nothing of it is cut; what is too heavy is read when somebody asks for it.

use std::collections::BTreeMap;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{FieldRef, Schema, SchemaRef};

use super::node::Node;
use super::weight::Heavy;
use crate::{Decoder, JsonObject, Page};

/// A record with all of its values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whole {
    /// Whether it was put but not yet in a version when it was read.
    pub(crate) buffered: bool,
    /// One row.
    batch: RecordBatch,
    /// What was not read, by its place among the fields.
    unread: BTreeMap<usize, Heavy>,
}

impl Whole {
    /// The record with this offset, where the page begins with it.
    pub(crate) fn of_page(page: &Page, offset: u64) -> Option<Self> {
        let chunk = page.chunks.iter().find(|chunk| !chunk.offsets.is_empty())?;
        let is_it = chunk.offsets.first() == Some(&offset);
        is_it.then(|| Self::of_row(&chunk.batch, chunk.buffered))
    }

    /// The first row of a batch.
    pub(crate) fn of_row(batch: &RecordBatch, buffered: bool) -> Self {
        let rows = batch.num_rows().min(1);
        Self { buffered, batch: batch.slice(0, rows), unread: BTreeMap::new() }
    }

    /// The same, saying which values of the schema were not read.
    pub(crate) fn without(self, schema: &SchemaRef, heavy: &[Heavy]) -> Self {
        let place = |heavy: &Heavy| Some((schema.fields().find(&heavy.column)?.0, heavy.clone()));
        Self { unread: heavy.iter().filter_map(place).collect(), ..self }
    }

    /// A record of which nothing was read.
    pub(crate) fn unread(schema: &SchemaRef, heavy: &[Heavy], buffered: bool) -> Option<Self> {
        Some(Self::of_columns(Vec::new(), buffered)?.without(schema, heavy))
    }

    fn of_columns(columns: Vec<(FieldRef, ArrayRef)>, buffered: bool) -> Option<Self> {
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        let (fields, columns): (Vec<FieldRef>, Vec<ArrayRef>) = columns.into_iter().unzip();
        let schema = Schema::new(fields).into();
        let batch = RecordBatch::try_new_with_options(schema, columns, &options).ok()?;
        Some(Self { buffered, batch, unread: BTreeMap::new() })
    }

    /// The bytes of a field that was not read.
    pub(crate) fn unread_bytes(&self, column: &str) -> Option<u64> {
        self.unread.values().find(|heavy| heavy.column == column).map(|heavy| heavy.bytes)
    }

    /// Takes values that were not read before from a part of the same record.
    pub(crate) fn fill(&mut self, part: &Self) {
        let own = self.batch.schema();
        let read = own.fields().iter().cloned().zip(self.batch.columns().iter().cloned());
        let mut read: Vec<(FieldRef, ArrayRef)> = read.collect();
        let mut unread = BTreeMap::new();
        for (place, heavy) in &self.unread {
            match part.batch.schema().fields().find(&heavy.column) {
                Some((index, field)) => {
                    let before = place - unread.len();
                    let value = (field.clone(), part.batch.column(index).clone());
                    read.insert(before.min(read.len()), value);
                }
                None => drop(unread.insert(*place, heavy.clone())),
            }
        }
        if let Some(filled) = Self::of_columns(read, self.buffered) {
            *self = Self { unread, ..filled };
        }
    }

    /// Its fields, in schema order.
    pub(crate) fn fields(&self) -> Vec<Node> {
        if self.batch.num_rows() == 0 {
            return Vec::new();
        }
        let mut fields = Node::of_row(&self.batch, 0);
        for (place, heavy) in &self.unread {
            let node = Node::unread(heavy.column.clone(), heavy.bytes);
            fields.insert((*place).min(fields.len()), node);
        }
        fields
    }

    /// As JSON that puts the same record again, and how many reals JSON cannot say: those are null.
    pub(crate) fn json(&self) -> (JsonObject, usize) {
        let decoder = Decoder::new(&self.batch);
        let record = decoder.row(0);
        (record, decoder.non_finite())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int64Array, StringArray};

    use super::*;
    use crate::tui::data::Kind;

    fn batch(columns: &[&str]) -> RecordBatch {
        let value = |name: &&str| -> (String, ArrayRef) {
            match *name {
                "n" => ("n".into(), Arc::new(Int64Array::from(vec![7]))),
                name => (name.into(), Arc::new(StringArray::from(vec![name]))),
            }
        };
        RecordBatch::try_from_iter(columns.iter().map(value)).unwrap()
    }

    fn heavy(column: &str) -> Heavy {
        Heavy { column: column.into(), bytes: 9 }
    }

    /// The names of the fields, those that were not read in brackets.
    fn names(record: &Whole) -> String {
        let name = |node: &Node| match node.kind() {
            Kind::Unread(_) => format!("({})", node.name),
            _ => node.name.clone(),
        };
        record.fields().iter().map(name).collect()
    }

    #[test]
    fn what_was_not_read_stands_in_its_place_and_is_filled_in_there() {
        let schema = batch(&["a", "n", "b", "c"]).schema();
        let record = Whole::of_row(&batch(&["n", "c"]), true);
        let mut record = record.without(&schema, &[heavy("a"), heavy("b"), heavy("gone")]);
        assert_eq!(names(&record), "(a)n(b)c");
        assert_eq!(record.unread_bytes("b"), Some(9));
        record.fill(&Whole::of_row(&batch(&["b"]), true));
        assert_eq!(names(&record), "(a)nbc");
        record.fill(&Whole::of_row(&batch(&["a"]), true));
        assert_eq!((names(&record).as_str(), record.buffered), ("anbc", true));
    }

    #[test]
    fn a_record_of_which_nothing_was_read_has_its_fields_all_the_same() {
        let schema = batch(&["a", "b"]).schema();
        let mut record = Whole::unread(&schema, &[heavy("a"), heavy("b")], false).unwrap();
        assert_eq!(names(&record), "(a)(b)");
        record.fill(&Whole::of_row(&batch(&["b"]), false));
        assert_eq!(names(&record), "(a)b");
    }
}
