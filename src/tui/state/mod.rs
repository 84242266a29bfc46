//! The state of the explorer: plain data, without I/O, clock or engine.

mod app;
mod detail;
mod draft;
mod extents;
mod find;
mod flushes;
mod jobs;
mod loads;
mod outline;
mod pages;
mod passage;
mod pin;
mod prompt;
mod rate;
mod rates;
mod records;
mod ring;
mod scroll;
mod similar;
mod tail;
mod topics;
mod tour;
mod versions;
mod widths;

pub(crate) use app::{Focus, Notice, Overlay, Screen, Severity, State};
pub(crate) use draft::{Draft, PutPrompt, Verdict};
pub(crate) use find::Find;
pub(crate) use flushes::{Card, CardLine, FlushRun, Plan};
pub(crate) use jobs::{Ended, Job, LONG, Work, what};
pub(crate) use outline::{Sign, TreeLine};
pub(crate) use pages::PAGE;
pub(crate) use pin::Pin;
pub(crate) use prompt::{Prompt, Target};
pub(crate) use rate::Rate;
pub(crate) use rates::STEPS;
pub(crate) use records::Records;
pub(crate) use ring::Line;
pub(crate) use scroll::Scroll;
pub(crate) use similar::Similar;
pub(crate) use tail::{Following, Tail};
pub(crate) use topics::{Counts, Fold, Listing, Topic, TreeRow, Whole};
#[cfg(test)]
pub(crate) use tour::Tour;
pub(crate) use tour::Word;
pub(crate) use versions::Versions;
pub(crate) use widths::Widths;
