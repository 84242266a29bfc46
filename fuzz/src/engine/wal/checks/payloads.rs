//! Payloads and schemas under a sound checksum that say anything.

use std::sync::LazyLock;

use arrow_array::{Array, RecordBatch};

use super::samples::{BATCHES, sample};
use crate::engine::records;
use crate::engine::wal::payload::{PayloadReader, encode, encode_schema};

static READERS: LazyLock<Vec<PayloadReader>> = LazyLock::new(|| {
    let message = |batch: &RecordBatch| encode_schema(&batch.schema()).expect("a sound schema");
    let readers = BATCHES.iter().map(|batch| PayloadReader::new(&message(batch)));
    readers.map(|reader| reader.expect("just encoded")).collect()
});

/// A payload is refused, or a sound batch of the schema that reads back the same.
pub(crate) fn payload(data: &[u8]) {
    let Some((number, bytes)) = data.split_first() else { return };
    let reader = READERS.get(usize::from(*number) % READERS.len()).expect("below the length");
    let Ok(batch) = reader.decode(bytes) else { return };
    assert_eq!(batch.schema(), sample(*number).schema());
    check(reader, &batch, bytes.len());
}

/// A schema's message is refused, or a payload behind it is, or both say a sound batch.
pub(crate) fn schema_message(data: &[u8]) {
    let Some((length, bytes)) = data.split_first_chunk() else { return };
    let length = usize::from(u16::from_le_bytes(*length)).min(bytes.len());
    let (message, payload) = bytes.split_at(length);
    let Ok(reader) = PayloadReader::new(message) else { return };
    if let Ok(batch) = reader.decode(payload) {
        check(&reader, &batch, payload.len());
    }
}

fn check(reader: &PayloadReader, batch: &RecordBatch, bytes: usize) {
    for column in batch.columns() {
        assert_eq!(column.len(), batch.num_rows());
        column.to_data().validate_full().expect("what is read is sound");
    }
    let held = batch.get_array_memory_size();
    assert!(held <= 16 * bytes + 64 * 1024, "{held} bytes for {bytes} of payload");
    assert_eq!(records(batch).count(), batch.num_rows());
    if let Ok(again) = encode(batch) {
        let again = reader.decode(&again.bytes).expect("what was read can be written");
        assert_eq!(format!("{again:?}"), format!("{batch:?}"));
        assert_eq!(&again, batch);
    }
}
