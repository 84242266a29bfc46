//! CSV files.

use arrow_schema::Schema;
use serde_json::Value;

use crate::JsonObject;
use crate::cli::import::csv_entries;
use crate::engine::scratch::Scratch;

/// Every row has all columns, a column holds one kind of value, and a file says the same each time it is read.
pub(crate) fn csv(data: &[u8]) {
    let path = Scratch::new().file(data);
    let Some(first) = csv_entries(&path, &Schema::empty()) else { return };
    for (row, record) in first.iter().flatten().enumerate() {
        let before = first.first().and_then(Option::as_ref).expect("a row before this");
        assert!(record.keys().eq(before.keys()), "row {row}");
    }
    let rows: Vec<&JsonObject> = first.iter().flatten().collect();
    for name in rows.first().into_iter().flat_map(|row| row.keys()) {
        let mut values = rows.iter().filter_map(|row| row.get(name)).filter(|v| !v.is_null());
        let kind = values.next().map(std::mem::discriminant::<Value>);
        assert!(values.all(|value| Some(std::mem::discriminant(value)) == kind), "{name}");
    }
    assert_eq!(csv_entries(&path, &Schema::empty()), Some(first));
}
