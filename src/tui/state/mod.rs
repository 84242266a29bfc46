//! The state of the explorer: plain data, without I/O, clock or engine.

mod app;
mod detail;
mod draft;
mod extents;
mod find;
mod loads;
mod outline;
mod pages;
mod passage;
mod prompt;
mod rate;
mod rates;
mod records;
mod ring;
mod scroll;
mod tail;
mod topics;
mod widths;

pub(crate) use app::{Focus, Notice, Overlay, Screen, Severity, State};
pub(crate) use draft::{Draft, PutPrompt, Verdict};
pub(crate) use find::Find;
pub(crate) use outline::{Sign, TreeLine};
pub(crate) use pages::PAGE;
pub(crate) use prompt::Prompt;
pub(crate) use rate::Rate;
pub(crate) use rates::STEPS;
pub(crate) use records::Records;
pub(crate) use ring::Line;
pub(crate) use scroll::Scroll;
pub(crate) use tail::{Following, Tail};
pub(crate) use topics::{Counts, Fold, Listing, Topic, TreeRow, Whole};
pub(crate) use widths::Widths;
