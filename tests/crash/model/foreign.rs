//! A program that writes the dataset and knows nothing of the log: Lance itself, which syncs nothing.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray, new_null_array,
};
use arrow_schema::{DataType, Schema};
use futures::TryStreamExt;
use lance::Dataset;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lance::dataset::{ColumnAlteration, WriteMode, WriteParams};

use super::action::Action;
use super::process::{TOPIC, Work, x};
use crate::oracle::text;

/// Does one thing to the dataset.
pub(crate) async fn perform(work: &Work) -> Result<(), String> {
    let path = work.root.join(TOPIC).join("bucket_0/data.lance");
    let done = match work.action {
        Action::Append { .. } => append(&path, work).await,
        Action::Cast => cast(&path).await,
        Action::Compact => compact(&path).await,
        Action::Clean => clean(&path).await,
        _ => Ok(()),
    };
    done.map_err(|error| error.to_string())
}

async fn open(path: &Path) -> lance::Result<Dataset> {
    Box::pin(Dataset::open(path.to_str().unwrap())).await
}

async fn append(path: &Path, work: &Work) -> lance::Result<()> {
    let schema = Schema::from(open(path).await?.schema());
    let rows = usize::try_from(work.ids.end - work.ids.start).unwrap();
    let column = |field: &Arc<arrow_schema::Field>| column(field, work, rows);
    let columns = schema.fields().iter().map(column).collect();
    let batch = RecordBatch::try_new(Arc::new(schema), columns)?;
    let schema = batch.schema();
    let reader = RecordBatchIterator::new([Ok(batch)], schema);
    let params = WriteParams { mode: WriteMode::Append, ..Default::default() };
    Box::pin(Dataset::write(reader, path.to_str().unwrap(), Some(params))).await.map(drop)
}

fn column(field: &arrow_schema::Field, work: &Work, rows: usize) -> ArrayRef {
    let ids = work.ids.clone();
    let number: ArrayRef = match field.name().as_str() {
        "id" => Arc::new(Int64Array::from_iter_values(ids.map(|id| i64::try_from(id).unwrap()))),
        "w" => Arc::new(Int64Array::from(vec![i64::try_from(work.author).unwrap(); rows])),
        "x" | "y" => Arc::new(Int32Array::from_iter_values(ids.map(x))),
        "text" => Arc::new(StringArray::from_iter_values(ids.map(|id| text(work.author, id)))),
        _ => new_null_array(field.data_type(), rows),
    };
    arrow_cast::cast(&number, field.data_type()).unwrap()
}

/// Makes a type wider, as long as there is a narrow one.
async fn cast(path: &Path) -> lance::Result<()> {
    let mut dataset = open(path).await?;
    let has =
        |name: &str, kind| dataset.schema().field(name).is_some_and(|x| x.data_type() == kind);
    let (name, to) = if has("x", DataType::Int32) {
        ("x", DataType::Int64)
    } else if has("y", DataType::Float32) {
        ("y", DataType::Float64)
    } else {
        return Ok(());
    };
    let alteration = ColumnAlteration::new(name.into()).cast_to(to);
    Box::pin(dataset.alter_columns(&[alteration])).await
}

async fn compact(path: &Path) -> lance::Result<()> {
    let mut dataset = open(path).await?;
    Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.map(drop)
}

async fn clean(path: &Path) -> lance::Result<()> {
    let dataset = open(path).await?;
    let all = chrono::Duration::zero();
    Box::pin(dataset.cleanup_old_versions(all, None, None)).await.map(drop)
}

/// What any program must be able to do with a dataset: scan it, list and open its versions.
pub(crate) async fn examine(root: &Path) -> Result<(), String> {
    let path = root.join(TOPIC).join("bucket_0/data.lance");
    let examined = async {
        let dataset = open(&path).await?;
        let scan = Box::pin(dataset.scan().try_into_stream()).await?;
        let rows: usize = scan.try_fold(0, async |n, batch| Ok(n + batch.num_rows())).await?;
        for version in Box::pin(dataset.versions()).await? {
            Box::pin(dataset.checkout_version(version.version)).await?;
        }
        Ok::<_, lance::Error>((rows, Box::pin(dataset.count_rows(None)).await?))
    };
    match examined.await {
        Ok((scanned, counted)) if scanned == counted => Ok(()),
        Ok(differ) => Err(format!("rows scanned and counted: {differ:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// Compacts and cleans up, as another program may at any time.
pub(crate) async fn maintain(root: &Path) -> Result<(), String> {
    let path = root.join(TOPIC).join("bucket_0/data.lance");
    let done = async {
        compact(&path).await?;
        clean(&path).await
    };
    done.await.map_err(|error| error.to_string())
}
