//! Arrow IPC, as a file (also called Feather) or as a stream.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::ArrowError;

use super::columns::{Columns, batch_rows};
use super::sniff::ARROW_MAGIC;
use crate::cli::failure::{Failure, Result};

/// Opens a file of Arrow IPC.
pub(super) fn open(name: &str, mut file: File) -> Result<Columns> {
    let unreadable = |error| Failure::io(format!("could not read {name}"), &error);
    let broken = |error: ArrowError| {
        Failure::failed(format!("{name} is no Arrow IPC that can be read"))
            .because(error.to_string())
    };
    let mut magic = Vec::new();
    file.by_ref().take(ARROW_MAGIC.len() as u64).read_to_end(&mut magic).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let file = BufReader::new(file);
    if magic == ARROW_MAGIC {
        let reader = FileReader::try_new(file, None).map_err(broken)?;
        return Ok(Columns::new(name, reader.schema(), reader.flat_map(slices)));
    }
    let reader = StreamReader::try_new(file, None).map_err(broken)?;
    Ok(Columns::new(name, reader.schema(), reader.flat_map(slices)))
}

/// A batch may be as large as its writer liked; what is put at once may not.
fn slices(batch: Result<RecordBatch, ArrowError>) -> Vec<Result<RecordBatch, ArrowError>> {
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => return vec![Err(error)],
    };
    let rows = batch.num_rows();
    let at_once = batch_rows(rows as u64, batch.get_array_memory_size() as u64);
    let starts = (0..rows).step_by(at_once);
    starts.map(|start| Ok(batch.slice(start, at_once.min(rows - start)))).collect()
}
