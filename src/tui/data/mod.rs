//! What was read, as the screens need it: plain values, cut to what can be shown.

mod cell;
mod fault;
mod fields;
mod nested;
mod rows;

pub(crate) use cell::{Align, Cell};
pub(crate) use fault::Fault;
pub(crate) use fields::Field;
pub(crate) use rows::{Column, Row, Rows};
