//! What was read, as the screens need it: plain values, cut to what can be shown.

mod cell;
mod copied;
mod difference;
mod fault;
mod filter;
mod flush;
mod kind;
mod likes;
mod literal;
mod needle;
mod nested;
mod node;
mod real;
mod rows;
mod sniff;
mod sorting;
mod version;
mod whole;

pub(crate) use cell::{Align, Cell};
pub(crate) use difference::{CellChange, Difference, Differing, column_told};
pub(crate) use fault::Fault;
pub(crate) use filter::{Chip, Filter};
pub(crate) use flush::{BucketFlush, FlushReport};
pub(crate) use kind::real as real_name;
pub(crate) use likes::{Like, Likes, lead_with};
pub(crate) use literal::{Likeness, condition};
pub(crate) use needle::{Needle, searched};
pub(crate) use node::{Kind, Node, real_texts, reals};
pub(crate) use rows::{Column, LONGEST_NAME, Row, Rows, column_of};
pub(crate) use sniff::sniff;
pub(crate) use sorting::{Order, SORTED, Sort, Sorter};
pub(crate) use version::{Change, Version};
pub(crate) use whole::Whole;
