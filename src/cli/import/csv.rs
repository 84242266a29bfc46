//! CSV with a header line: what its columns hold is found out from all of them, cell by cell.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{Array as _, RecordBatch};
use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use serde_json::Value;

use super::bounded::Bounded;
use super::entry::{Entries, of_rows};
use super::meter::{Meter, Metered};
use super::utf8::Utf8;
use crate::JsonObject;
use crate::cli::failure::{Failure, Result};

/// Rows that are read at a time.
const ROWS: usize = 256;

/// A CSV file whose columns are understood.
#[derive(Debug, Clone)]
pub(super) struct Csv {
    path: PathBuf,
    columns: Arc<Vec<(String, Kind)>>,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing so far.
    Empty,
    Boolean,
    Integer,
    Real,
    Text,
    /// Lists and objects, written as JSON.
    Nested,
}

impl Csv {
    /// Reads the whole file once to learn what its columns hold. Those that `known` has are taken
    /// as it says: text of digits stays text in a column of text.
    pub(super) fn learn(path: &Path, known: &Schema) -> Result<Self> {
        let names = names(path)?;
        let mut kinds = vec![Kind::Empty; names.len()];
        for batch in batches(path, &names, Meter::default())? {
            let batch = batch.map_err(|error| broken(path, &error))?;
            for (kind, column) in kinds.iter_mut().zip(batch.columns()) {
                let cells = column.as_string::<i32>().iter().flatten();
                *kind = cells.fold(*kind, |kind, cell| kind.join(Kind::of(cell)));
            }
        }
        let columns = names.into_iter().zip(kinds).map(|(name, found)| {
            let kind = known
                .field_with_name(&name)
                .map_or(found, |field| Kind::held_by(field.data_type()));
            (name, kind)
        });
        Ok(Self { path: path.into(), columns: Arc::new(columns.collect()) })
    }

    /// The rows as records.
    pub(super) fn entries(&self, meter: Meter) -> Result<Entries> {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| name.clone()).collect();
        let batches = batches(&self.path, &names, meter.clone())?;
        let (columns, path) = (self.columns.clone(), self.path.clone());
        let (mut next, mut before) = (1, 0);
        let entries = batches.flat_map(move |batch| match batch {
            Err(error) => vec![Err(broken(&path, &error))],
            Ok(batch) => {
                let bytes = meter.bytes() - before;
                before += bytes;
                let share = usize::try_from(bytes).unwrap_or(usize::MAX) / batch.num_rows().max(1);
                let first = next;
                next += batch.num_rows() as u64;
                of_rows(rows(&batch, &columns), first, share).into_iter().map(Ok).collect()
            }
        });
        Ok(Box::new(entries))
    }
}

fn rows(batch: &RecordBatch, columns: &[(String, Kind)]) -> impl Iterator<Item = JsonObject> {
    (0..batch.num_rows()).map(move |row| {
        let cells = columns.iter().zip(batch.columns());
        let cells = cells.map(|((name, kind), column)| {
            let texts = column.as_string::<i32>();
            let value = if texts.is_null(row) { Value::Null } else { kind.value(texts.value(row)) };
            (name.clone(), value)
        });
        cells.collect()
    })
}

fn names(path: &Path) -> Result<Vec<String>> {
    let header = Format::default().with_header(true).infer_schema(opened(path)?, Some(0));
    let (header, _) = header.map_err(|error| broken(path, &error))?;
    let names: Vec<String> = header.fields().iter().map(|field| field.name().clone()).collect();
    let twice =
        names.iter().enumerate().find(|(i, name)| names.iter().take(*i).any(|n| n == *name));
    match twice {
        Some((_, name)) => {
            let message = format!("{}, line 1: the column `{name}` is there twice", path.display());
            Err(Failure::failed(message).hint("give each column a name of its own"))
        }
        None => Ok(names),
    }
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

fn batches(path: &Path, names: &[String], meter: Meter) -> Result<Batches> {
    let field = |name: &String| Field::new(name, DataType::Utf8, true);
    let schema = Arc::new(Schema::new(names.iter().map(field).collect::<Vec<_>>()));
    let reader = ReaderBuilder::new(schema)
        .with_header(true)
        .with_batch_size(ROWS)
        .build(Metered::new(opened(path)?, meter))
        .map_err(|error| broken(path, &error))?;
    Ok(Box::new(reader))
}

fn opened(path: &Path) -> Result<Bounded<Utf8<File>>> {
    let file = File::open(path)
        .map_err(|error| Failure::io(format!("could not read {}", path.display()), &error))?;
    Ok(Bounded::new(Utf8::new(file)))
}

fn broken(path: &Path, error: &ArrowError) -> Failure {
    Failure::failed(format!("{} is no CSV that can be read", path.display()))
        .because(error.to_string())
}

impl Kind {
    /// What one cell looks like; digits that a number would not give back stay text.
    fn of(cell: &str) -> Self {
        if matches!(cell, "true" | "false" | "True" | "False" | "TRUE" | "FALSE") {
            return Self::Boolean;
        }
        let digits = cell.strip_prefix('-').unwrap_or(cell);
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let same = cell.parse::<i64>().is_ok_and(|number| number.to_string() == cell);
            return if same { Self::Integer } else { Self::Text };
        }
        let is_real = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && cell.parse::<f64>().is_ok_and(f64::is_finite);
        if is_real { Self::Real } else { Self::Text }
    }

    /// What a column holds that holds both.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Empty, kind) | (kind, Self::Empty) => kind,
            (a, b) if a == b => a,
            (Self::Integer, Self::Real) | (Self::Real, Self::Integer) => Self::Real,
            _ => Self::Text,
        }
    }

    /// What cells for a column of a type hold.
    fn held_by(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean => Self::Boolean,
            data_type if data_type.is_integer() => Self::Integer,
            data_type if data_type.is_floating() => Self::Real,
            data_type if data_type.is_nested() => Self::Nested,
            _ => Self::Text,
        }
    }

    /// A cell's value; one that is not of this kind stays text, for the topic's schema to judge.
    fn value(self, cell: &str) -> Value {
        let text = || Value::from(cell);
        match self {
            Self::Boolean if Self::of(cell) == Self::Boolean => {
                cell.eq_ignore_ascii_case("true").into()
            }
            Self::Integer | Self::Real if Self::of(cell) == Self::Integer => {
                cell.parse::<i64>().map_or_else(|_| text(), Value::from)
            }
            // No column is learned to hold these, but one of unsigned numbers does.
            Self::Integer if cell.parse::<u64>().is_ok_and(|number| number.to_string() == cell) => {
                cell.parse::<u64>().map_or_else(|_| text(), Value::from)
            }
            Self::Integer | Self::Real if Self::of(cell) == Self::Real => {
                cell.parse::<f64>().map_or_else(|_| text(), Value::from)
            }
            Self::Nested => serde_json::from_str(cell).unwrap_or_else(|_| text()),
            _ => text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn learned(text: &str, known: &Schema) -> Vec<JsonObject> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let csv = Csv::learn(file.path(), known).unwrap();
        let entries = csv.entries(Meter::default()).unwrap();
        entries.map(|entry| entry.unwrap().record.unwrap()).collect()
    }

    #[test]
    fn a_column_holds_what_all_of_its_cells_hold() {
        let text = "id,zip,score,ok,note\n1,00501,1,true,x\n2,10115,2.5,false,\n";
        let rows = learned(text, &Schema::empty());
        let shown: Vec<_> = rows.into_iter().map(Value::Object).collect();
        assert_eq!(shown[0], json!({"id": 1, "zip": "00501", "score": 1, "ok": true, "note": "x"}));
        assert_eq!(
            shown[1],
            json!({"id": 2, "zip": "10115", "score": 2.5, "ok": false, "note": null})
        );
    }

    #[test]
    fn halves_of_a_character_in_two_cells_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"a\n\xc3\n\xa9\n").unwrap();
        let refused = Csv::learn(file.path(), &Schema::empty()).unwrap_err();
        assert!(format!("{refused:?}").contains("line 2: not valid UTF-8"), "{refused:?}");
    }

    #[test]
    fn a_known_column_decides_how_its_cells_are_read() {
        let list = DataType::new_list(DataType::Int64, true);
        let known =
            Schema::new(vec![Field::new("a", DataType::Utf8, true), Field::new("b", list, true)]);
        let rows = learned("a,b\n12,\"[1,2]\"\n", &known);
        assert_eq!(Value::Object(rows[0].clone()), json!({"a": "12", "b": [1, 2]}));
    }

    #[test]
    fn digits_that_a_number_would_not_give_back_are_text() {
        for (cell, kind) in [
            ("0", Kind::Integer),
            ("-7", Kind::Integer),
            ("007", Kind::Text),
            ("+7", Kind::Text),
            ("99999999999999999999", Kind::Text),
            ("1e3", Kind::Real),
            (".5", Kind::Real),
            ("inf", Kind::Text),
            ("NaN", Kind::Text),
            ("-", Kind::Text),
            ("TRUE", Kind::Boolean),
        ] {
            assert_eq!(Kind::of(cell), kind, "{cell:?}");
        }
    }
}
