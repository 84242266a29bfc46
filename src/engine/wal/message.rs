//! One Arrow IPC message, held against its own bytes before Arrow takes it apart.
//!
//! A checksum is no secret, so bytes under a sound one may still say anything. What is let through here makes Arrow
//! allocate no more than a few times the bytes that are there.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_ipc::{Message, RecordBatch, root_as_message_with_opts};
use arrow_schema::ArrowError;
use flatbuffers::VerifierOptions;

use super::bytes::Bytes;
use super::frame::ALIGNMENT;

const CONTINUATION: u32 = u32::MAX;
/// A byte holds so many records of the narrowest column.
const ROWS_A_BYTE: usize = 8;

/// A message and its body.
pub(super) struct Part<'a> {
    pub(super) message: Message<'a>,
    pub(super) body: &'a [u8],
}

/// The next encapsulated message: a continuation mark, a length, the message, its body.
pub(super) fn next_part<'a>(bytes: &mut Bytes<'a>) -> Result<Part<'a>, ArrowError> {
    let cut_short = || wrong("a message is cut short");
    if bytes.u32().ok_or_else(cut_short)? != CONTINUATION {
        return Err(wrong("no message begins there"));
    }
    let length = bytes.u32().ok_or_else(cut_short)? as usize;
    let message = bytes.take(length).ok_or_else(cut_short)?;
    // Parts of a message may be referred to many times: expanded, it is to be about as long as it is.
    let options = VerifierOptions {
        max_tables: length / 8 + 16,
        max_apparent_size: length * 8 + 1024,
        ..VerifierOptions::default()
    };
    let message =
        root_as_message_with_opts(&options, message).map_err(|e| wrong(&e.to_string()))?;
    let body = usize::try_from(message.bodyLength()).ok().and_then(|body| bytes.take(body));
    Ok(Part { message, body: body.ok_or_else(cut_short)? })
}

/// Whether so many records can be in so many bytes: columns that take none are not put either.
pub(super) fn can_hold(bytes: usize, rows: usize) -> bool {
    rows <= bytes.saturating_mul(ROWS_A_BYTE)
}

/// Refuses a batch of another form than is written here: compressed, or with buffers that leave the body, overlap or
/// are out of order, so that the same bytes are never taken twice.
pub(super) fn check_batch(batch: RecordBatch<'_>, body: usize) -> Result<(), ArrowError> {
    if batch.compression().is_some() {
        return Err(wrong("a batch is compressed"));
    }
    let mut end = 0;
    for buffer in batch.buffers().into_iter().flatten() {
        let place =
            usize::try_from(buffer.offset()).ok().zip(usize::try_from(buffer.length()).ok());
        let Some((from, to)) =
            place.and_then(|(from, length)| Some((from, from.checked_add(length)?)))
        else {
            return Err(wrong("a buffer has no place in the body"));
        };
        if from < end || to > body || from % ALIGNMENT != 0 {
            return Err(wrong("a buffer has no place in the body"));
        }
        end = to;
    }
    for node in batch.nodes().into_iter().flatten() {
        if node.length() < 0 || !(0..=node.length()).contains(&node.null_count()) {
            return Err(wrong("a column has a length that cannot be"));
        }
    }
    Ok(())
}

/// Calls Arrow, whose readers check most of what they are given, and panic at the rest: units that do not exist, a mask
/// that is too short for its column.
pub(super) fn contained<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    // Nothing that `read` changes is looked at after a panic.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(wrong("its types and lengths contradict each other")))
}

pub(super) fn wrong(reason: &str) -> ArrowError {
    ArrowError::IpcError(reason.into())
}
