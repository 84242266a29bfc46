//! Records and facts as text: aligned columns, JSON Lines, JSON, CSV.

mod changes;
mod csv;
mod form;
mod grid;
mod json;
mod jsonl;
mod printer;
mod table;

pub(crate) use changes::{ChangePrinter, columns_told};
pub(crate) use grid::{Cell, facts};
pub(crate) use printer::Printer;
