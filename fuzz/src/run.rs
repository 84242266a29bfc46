//! The targets by their names, and how one is run.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

use crate::checks::{
    csv, cursor, json_array, json_lines, moment, name, record, schema, set_up, text, type_name,
};
use crate::engine::store::{condition, manifest, message};
use crate::engine::wal::{base, frame, header, payload, schema_message, segment};

/// A check of one input.
pub type Check = fn(&[u8]);

/// All targets.
pub const TARGETS: [(&str, Check); 20] = [
    ("frame", frame),
    ("header", header),
    ("base", base),
    ("payload", payload),
    ("schema_message", schema_message),
    ("segment", segment),
    ("name", name),
    ("cursor", cursor),
    ("moment", moment),
    ("record", record),
    ("json_lines", json_lines),
    ("json_array", json_array),
    ("schema", schema),
    ("type_name", type_name),
    ("csv", csv),
    ("condition", condition),
    ("manifest", manifest),
    ("message", message),
    ("set_up", set_up),
    ("text", text),
];

/// What the last panic said. One that the log's decoder contains is fine, so that it is told only where it got out.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Keeps what panics say instead of printing it.
pub fn quiet() {
    set_hook(Box::new(|panic| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string();
    }));
}

/// Runs a target on an input.
///
/// # Errors
/// What the target said where something does not hold, as far as [`quiet`] was called.
pub fn run(target: Check, data: &[u8]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| target(data)))
        .map_err(|_| LAST.lock().unwrap_or_else(PoisonError::into_inner).clone())
}
