//! What was read, as the screens need it: plain values, cut to what can be shown.

mod cell;
mod copied;
mod fault;
mod flush;
mod kind;
mod likes;
mod needle;
mod nested;
mod node;
mod real;
mod rows;
mod sniff;
mod version;
mod whole;

pub(crate) use cell::{Align, Cell};
pub(crate) use fault::Fault;
pub(crate) use flush::{BucketFlush, FlushReport};
pub(crate) use kind::real as real_name;
pub(crate) use likes::{Like, Likes, lead_with};
pub(crate) use needle::{Needle, searched};
pub(crate) use node::{Kind, Node, real_texts, reals};
pub(crate) use rows::{Column, LONGEST_NAME, Row, Rows};
pub(crate) use sniff::sniff;
pub(crate) use version::{Change, Version};
pub(crate) use whole::Whole;
