//! The sound files: datasets of another program, with values of many types, rows that were deleted and changed, and tags.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{StringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int16Type;
use arrow_array::{Array, RecordBatch, RecordBatchIterator};
use arrow_schema::{Field, Schema};
use lance::Dataset;
use lance::dataset::{WriteMode, WriteParams};
use lanceq::{Engine, Strictness, TopicSchema, encode};
use serde_json::{Value, json};

const FIELDS: &str = r#"{
    "id": "int64", "text": "utf8", "real": "float64", "flag": "bool", "bytes": "binary",
    "tags": "list<utf8>", "when": "timestamp<us, UTC>",
    "place": "struct<x: int64, deep: struct<host: utf8, all: list<int32>>>",
    "vector": "fixed_size_list<float32, 8>"
}"#;

/// A folder of files that belong together, and how it is named in a root.
pub(super) struct Sample {
    pub(super) folder: PathBuf,
    /// What a folder is called that is a topic: `x.lance` or `x`.
    pub(super) suffix: &'static str,
    /// Its files, by their paths in it.
    pub(super) files: Vec<PathBuf>,
}

impl Sample {
    pub(super) fn of(folder: PathBuf, suffix: &'static str) -> Self {
        let mut files = Vec::new();
        collect(&folder, &folder, &mut files);
        files.sort();
        Self { folder, suffix, files }
    }

    /// The files that something can happen to.
    pub(super) fn exposed(&self) -> Vec<&PathBuf> {
        let has_bytes = |file: &&PathBuf| fs::metadata(self.folder.join(file)).unwrap().len() > 0;
        self.files.iter().filter(has_bytes).collect()
    }

    /// A copy under another name, in which one file has other bytes.
    pub(super) fn copy_to(&self, folder: &Path, changed: &Path, bytes: &[u8]) {
        for file in &self.files {
            let to = folder.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            if file == changed {
                fs::write(to, bytes).unwrap();
            } else {
                fs::copy(self.folder.join(file), to).unwrap();
            }
        }
    }
}

/// A topic of our own, with records in its dataset and others in its log.
pub(super) async fn own(root: &Path) -> Sample {
    let engine = Engine::open(root).await.unwrap();
    let schema: TopicSchema = FIELDS.parse().unwrap();
    let writer = engine.writer("own").schema(schema).open().await.unwrap();
    writer.put_batch((0..40).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    engine.tag("own", "first", None, None).await.unwrap();
    writer.put_batch((40..70).map(record).collect()).await.unwrap();
    writer.close_unflushed().await.unwrap();
    Sample::of(root.join("own"), "")
}

fn collect(top: &Path, folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            files.push(path.strip_prefix(top).unwrap().to_path_buf());
        }
    }
}

fn record(n: usize) -> Value {
    json!({
        "id": n,
        "text": "number ".repeat(n % 5) + &n.to_string(),
        "real": f64::from(u32::try_from(n).unwrap()) / 7.0,
        "flag": n.is_multiple_of(3),
        "bytes": if n.is_multiple_of(4) { Value::Null } else { json!("AQIDBA==") },
        "tags": (0..n % 4).map(|tag| format!("tag {tag}")).collect::<Vec<_>>(),
        "when": "2026-01-02T03:04:05Z",
        "place": {"x": n, "deep": {"host": format!("host {}", n % 3), "all": [n, n + 1]}},
        "vector": (0..8).map(|i| (n * i % 11) as f32 / 4.0).collect::<Vec<_>>(),
    })
}

fn batch(numbers: std::ops::Range<usize>) -> RecordBatch {
    let schema: TopicSchema = FIELDS.parse().unwrap();
    let count = numbers.len();
    let records: Vec<_> = numbers.map(|n| record(n).as_object().unwrap().clone()).collect();
    let encoded = encode(&schema.into(), &records, Strictness::Strict).unwrap();
    let mut kinds = StringDictionaryBuilder::<Int16Type>::new();
    (0..count).for_each(|n| kinds.append_value(["some", "few", "kinds"][n % 3]));
    let mut long = StringBuilder::new();
    (0..count)
        .for_each(|n| long.append_value("a longer text, the same again and again; ".repeat(n % 9)));
    let added: [(&str, Arc<dyn Array>); 2] =
        [("kind", Arc::new(kinds.finish())), ("long", Arc::new(long.finish()))];
    let mut fields: Vec<_> = encoded.schema().fields().iter().cloned().collect();
    let mut columns = encoded.columns().to_vec();
    for (name, column) in added {
        fields.push(Arc::new(Field::new(name, column.data_type().clone(), true)));
        columns.push(column);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// A dataset of two fragments, each with rows that were deleted; in one of stable row ids, a row was changed as well.
pub(super) async fn foreign(path: &Path, stable: bool) {
    let uri = path.to_str().unwrap();
    for (mode, numbers) in [(WriteMode::Create, 0..40), (WriteMode::Append, 40..70)] {
        let batch = batch(numbers);
        let schema = batch.schema();
        let reader = RecordBatchIterator::new([Ok(batch)], schema);
        let params = WriteParams { mode, enable_stable_row_ids: stable, ..Default::default() };
        Box::pin(Dataset::write(reader, uri, Some(params))).await.unwrap();
    }
    let mut dataset = Box::pin(Dataset::open(uri)).await.unwrap();
    Box::pin(dataset.tags().create("first", 1)).await.unwrap();
    Box::pin(dataset.delete("id % 7 = 3")).await.unwrap();
    if stable {
        let update = lance::dataset::UpdateBuilder::new(Arc::new(dataset));
        let update = update.update_where("id = 5").unwrap().set("text", "'changed'").unwrap();
        Box::pin(update.build().unwrap().execute()).await.unwrap();
    }
}
