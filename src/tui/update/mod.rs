//! How the state changes: pure functions from an event to a new state and the effects it asks for.

mod act;
mod administer;
mod alter;
mod answer;
mod around;
mod branches;
mod changes;
mod chores;
mod columns;
mod copying;
mod deeds;
mod detail;
mod diff;
mod event;
mod export;
mod find;
mod flush;
mod jobs;
mod keys;
mod listing;
mod marks;
mod mended;
mod mouse;
mod pin;
mod places;
mod prompt;
mod put;
mod put_form;
mod put_json;
mod put_lines;
mod refresh;
mod screenshot;
mod seek;
mod similar;
mod storage;
mod tails;
mod tour;
mod versions;
mod wants;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use chores::meant as meant_chore;
pub(crate) use deeds::selected as selected_deed;
pub(crate) use event::{start, update};
pub(crate) use jobs::selected as selected_job;
pub(crate) use prompt::current_bucket;
