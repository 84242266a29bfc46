//! A frame's payload: one batch as Arrow IPC messages, without its schema, which the segment's header has.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::fb_to_schema;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::writer::{
    CompressionContext, DictionaryTracker, EncodedData, IpcDataGenerator, IpcWriteOptions,
    write_message,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use super::bytes::Bytes;
use super::frame::LONGEST;
use super::message::{Part, can_hold, check_batch, contained, next_part, wrong};
use super::shape::has_shape;
use crate::engine::error::{Error, Result};

/// What a message takes beside its parts at most: mark, length, padding.
const AROUND: usize = 8 + 2 * super::frame::ALIGNMENT;

/// A batch encoded for a frame; made outside every lock.
pub(crate) struct Payload {
    pub(super) schema: SchemaRef,
    pub(super) rows: u32,
    pub(super) bytes: Vec<u8>,
}

impl Payload {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

/// Encodes a batch. Costs microseconds for one record of a few columns.
pub(crate) fn encode(batch: &RecordBatch) -> Result<Payload> {
    let bytes = messages(batch).map_err(|e| cannot("encode a batch", &e.to_string()))?;
    let rows = u32::try_from(batch.num_rows());
    if !can_hold(bytes.len(), batch.num_rows()) {
        return Err(cannot("a batch of this size", "its columns take no bytes; put it in parts"));
    }
    match rows {
        Ok(rows) if bytes.len() <= LONGEST => Ok(Payload { schema: batch.schema(), rows, bytes }),
        _ => Err(cannot("a batch of this size", "it takes more than a gigabyte; put it in parts")),
    }
}

fn messages(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let options =
        IpcWriteOptions::try_new(super::frame::ALIGNMENT, false, arrow_ipc::MetadataVersion::V5)?;
    let mut dictionaries = DictionaryTracker::new(false);
    let generator = IpcDataGenerator::default();
    // Numbers the dictionaries as the schema's message does. To encode a schema costs more than to
    // encode a record, so it is left out where there is nothing to number.
    if batch.schema_ref().fields().iter().any(|field| has_dictionary(field)) {
        let schema = batch.schema();
        drop(generator.schema_to_bytes_with_dictionary_tracker(
            &schema,
            &mut dictionaries,
            &options,
        ));
    }
    let mut context = CompressionContext::default();
    let (dictionaries, records) =
        generator.encode(batch, &mut dictionaries, &options, &mut context)?;
    let messages: Vec<EncodedData> = dictionaries.into_iter().chain([records]).collect();
    let length = |message: &EncodedData| message.ipc_message.len() + message.arrow_data.len();
    let length: usize = messages.iter().map(|message| length(message) + AROUND).sum();
    let mut bytes = Vec::with_capacity(length);
    for message in messages {
        write_message(&mut bytes, message, &options)?;
    }
    Ok(bytes)
}

/// Asked for each put: it makes no list of the fields.
fn has_dictionary(field: &Field) -> bool {
    match field.data_type() {
        DataType::Dictionary(..) => true,
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _)
        | DataType::RunEndEncoded(_, item) => has_dictionary(item),
        DataType::Struct(fields) => fields.iter().any(|field| has_dictionary(field)),
        DataType::Union(fields, _) => fields.iter().any(|(_, field)| has_dictionary(field)),
        _ => false,
    }
}

/// A schema as an IPC message.
pub(super) fn encode_schema(schema: &Schema) -> Result<Vec<u8>> {
    let made = || {
        let options = IpcWriteOptions::try_new(
            super::frame::ALIGNMENT,
            false,
            arrow_ipc::MetadataVersion::V5,
        )?;
        let mut dictionaries = DictionaryTracker::new(false);
        let message: EncodedData = IpcDataGenerator::default()
            .schema_to_bytes_with_dictionary_tracker(schema, &mut dictionaries, &options);
        let mut bytes = Vec::new();
        write_message(&mut bytes, message, &options)?;
        Ok::<_, ArrowError>(bytes)
    };
    made().map_err(|e| cannot("encode a schema", &e.to_string()))
}

/// Reads the batches of one segment.
pub(super) struct PayloadReader {
    schema: SchemaRef,
}

impl PayloadReader {
    /// A reader for payloads of the schema in an IPC message.
    pub(super) fn new(schema_message: &[u8]) -> Result<Self, ArrowError> {
        let part = next_part(&mut Bytes(schema_message))?;
        let schema = part.message.header_as_schema().filter(|schema| schema.fields().is_some());
        let schema = schema.ok_or_else(|| wrong("the message is no schema"))?;
        contained(|| Ok(Self { schema: Arc::new(fb_to_schema(schema)) }))
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The batch of a payload. Bytes that say anything else than a batch of the schema are an error; what is allocated
    /// is a small multiple of their number.
    pub(super) fn decode(&self, payload: &[u8]) -> Result<RecordBatch, ArrowError> {
        let mut rest = Bytes(payload);
        let mut dictionaries = HashMap::new();
        loop {
            let Part { message, body } = next_part(&mut rest)?;
            let (length, version) = (body.len(), message.version());
            if let Some(dictionary) = message.header_as_dictionary_batch() {
                if dictionary.isDelta() || dictionaries.contains_key(&dictionary.id()) {
                    return Err(wrong("a dictionary comes in parts"));
                }
                let data = dictionary.data().ok_or_else(|| wrong("a dictionary has no values"))?;
                check_batch(data, length)?;
                let (body, schema) = (Buffer::from(body), &self.schema);
                contained(|| {
                    read_dictionary(&body, dictionary, schema, &mut dictionaries, &version)
                })?;
            } else if let Some(batch) = message.header_as_record_batch() {
                check_batch(batch, length)?;
                if !has_shape(batch, self.schema.fields()) {
                    return Err(wrong("a batch has other columns than the schema"));
                }
                let (body, schema) = (Buffer::from(body), self.schema.clone());
                let read =
                    || read_record_batch(&body, batch, schema, &dictionaries, None, &version);
                let batch = contained(read)?;
                return if rest.0.is_empty() && can_hold(payload.len(), batch.num_rows()) {
                    Ok(batch)
                } else {
                    Err(wrong("there is more in it than a batch, or less"))
                };
            } else {
                return Err(wrong("a message is neither a batch nor a dictionary"));
            }
        }
    }
}

fn cannot(what: &str, reason: &str) -> Error {
    Error::Unsupported { what: what.into(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int32Type;
    use arrow_array::{ArrayRef, DictionaryArray, Int64Array, NullArray, StringArray};

    use super::*;

    fn read_back(batch: &RecordBatch) -> RecordBatch {
        let reader = PayloadReader::new(&encode_schema(&batch.schema()).unwrap()).unwrap();
        reader.decode(&encode(batch).unwrap().bytes).unwrap()
    }

    fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
        RecordBatch::try_from_iter(columns).unwrap()
    }

    #[test]
    fn batches_read_back_with_dictionaries_nulls_and_slices() {
        let words: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
        let numbers = Int64Array::from(vec![Some(1), None, Some(3)]);
        let texts = StringArray::from(vec![Some("x"), Some(""), None]);
        let all = batch(vec![
            ("w", Arc::new(words)),
            ("n", Arc::new(numbers)),
            ("t", Arc::new(texts)),
            ("nothing", Arc::new(NullArray::new(3))),
        ]);
        assert_eq!(read_back(&all), all);
        assert_eq!(read_back(&all.slice(1, 2)), all.slice(1, 2));
        let empty_body = batch(vec![("nothing", Arc::new(NullArray::new(2)) as ArrayRef)]);
        assert_eq!(read_back(&empty_body), empty_body);
    }

    #[test]
    fn a_payload_that_is_cut_anywhere_is_an_error_and_no_panic() {
        let one = batch(vec![("t", Arc::new(StringArray::from(vec!["some text"])) as ArrayRef)]);
        let reader = PayloadReader::new(&encode_schema(&one.schema()).unwrap()).unwrap();
        let bytes = encode(&one).unwrap().bytes;
        for length in 0..bytes.len() {
            assert!(reader.decode(&bytes[..length]).is_err(), "{length}");
        }
    }
}
