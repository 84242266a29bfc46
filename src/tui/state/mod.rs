//! The state of the explorer: plain data, without I/O, clock or engine.

mod app;
mod detail;
mod extents;
mod loads;
mod pages;
mod prompt;
mod rate;
mod records;
mod ring;
mod scroll;
mod tail;
mod topics;
mod widths;

pub(crate) use app::{Focus, Notice, Overlay, Screen, Severity, State};
pub(crate) use detail::Detail;
pub(crate) use extents::{Extent, Extents};
pub(crate) use loads::Loads;
pub(crate) use pages::{PAGE, Pages};
pub(crate) use prompt::{Prompt, Target};
pub(crate) use rate::Rate;
pub(crate) use records::Records;
pub(crate) use ring::{Line, Ring};
pub(crate) use scroll::Scroll;
pub(crate) use tail::{Following, Tail};
pub(crate) use topics::{Counts, Fold, Listing, Topic, Topics, TreeRow, Whole};
pub(crate) use widths::Widths;
