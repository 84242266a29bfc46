//! Writing the records of a dataset without stable row ids into a new one that has them.

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::{Field, SchemaRef};

use super::reader::Reader;
use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::record::{batch_bytes, conform};
use crate::engine::store::{Committed, Staged, Table};

/// Bytes, and rows, that are held in memory before they are written as one fragment.
const PIECE: (u64, usize) = (64 << 20, 1 << 20);
/// Columns that are kept outside of the rows, and read as where they lie there.
const BLOB: &str = "lance-encoding:blob";

/// Writes what a reader reads into a new dataset of this schema, in the order of the scan: as the version behind the one that makes it,
/// durable when it returns. `job` counts records.
///
/// Cancel: files of no version may be left.
pub(super) async fn rewrite(
    reader: &Reader,
    (to, schema, access): (&Path, &SchemaRef, &Access),
    job: &Job,
) -> Result<()> {
    let table = Table::create(to, schema, access).await?;
    let mut scan = reader.scan().await?;
    let (mut piece, mut staged) = (Vec::new(), None);
    while let Some(chunk) = scan.next().await? {
        job.go_on()?;
        let rows = chunk.batch.num_rows() as u64;
        piece.push(fitted(chunk.batch, schema, reader)?);
        if is_full(&piece) {
            write(&table, std::mem::take(&mut piece), &mut staged).await?;
        }
        job.advance(rows);
    }
    if !piece.is_empty() {
        write(&table, piece, &mut staged).await?;
    }
    let Some(staged) = staged else { return Ok(()) };
    table.sync_staged(&staged).await?;
    fault::at(to, "adopt.rewritten")?;
    match table.commit_unlogged(&staged).await? {
        Committed::Done(_) => Ok(()),
        Committed::Unknown(error) => Err(error),
        Committed::Moved => Err(Error::Damaged {
            path: to.into(),
            source: "somebody else wrote there while it was being made".into(),
        }),
    }
}

/// Refuses columns of which a scan does not read the values.
///
/// # Errors
/// [`Error::Unsupported`], which names the column.
pub(super) fn check_rewritable(topic: &str, schema: &SchemaRef) -> Result<()> {
    match schema.fields().iter().find_map(|field| blob(field)) {
        None => Ok(()),
        Some(name) => Err(Error::Unsupported {
            what: format!("rewriting topic `{topic}`"),
            reason: format!("its column `{name}` is a blob, which a scan does not read"),
        }),
    }
}

fn blob(field: &Field) -> Option<&str> {
    let is_blob = field.metadata().get(BLOB).is_some_and(|value| value == "true")
        || field.extension_type_name().is_some_and(|name| name.starts_with("lance.blob"));
    if is_blob {
        return Some(field.name());
    }
    match field.data_type() {
        arrow_schema::DataType::Struct(fields) => fields.iter().find_map(|field| blob(field)),
        arrow_schema::DataType::List(item) | arrow_schema::DataType::LargeList(item) => blob(item),
        _ => None,
    }
}

fn fitted(batch: RecordBatch, schema: &SchemaRef, reader: &Reader) -> Result<RecordBatch> {
    if batch.schema_ref() == schema {
        return Ok(batch);
    }
    conform(&batch, schema).map_err(|error| error.in_topic(reader.topic().as_str()))
}

fn is_full(piece: &[RecordBatch]) -> bool {
    let rows: usize = piece.iter().map(RecordBatch::num_rows).sum();
    rows >= PIECE.1 || piece.iter().map(batch_bytes).sum::<u64>() >= PIECE.0
}

async fn write(table: &Table, piece: Vec<RecordBatch>, staged: &mut Option<Staged>) -> Result<()> {
    let more = table.stage(piece).await?;
    match staged {
        Some(staged) => staged.append(more),
        None => *staged = Some(more),
    }
    Ok(())
}

/// Removes what was being made. Blocking work, off the runtime.
pub(super) async fn discard(folder: &Path) {
    let folder = folder.to_path_buf();
    // What cannot be removed is hidden; the error that counts is another one.
    drop(blocking(move || Ok(std::fs::remove_dir_all(folder).is_ok())).await);
}
