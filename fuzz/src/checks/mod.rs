//! What must hold for texts and records, whatever they are.

mod names;
mod records;
mod schemas;
mod set_up;
mod shown;
mod tables;

pub(crate) use names::{cursor, moment, name};
pub(crate) use records::{json_array, json_lines, record};
pub(crate) use schemas::{schema, type_name};
pub(crate) use set_up::set_up;
pub(crate) use shown::text;
pub(crate) use tables::csv;

/// The input as text, where it is text.
fn text_of(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}
