//! The terminal explorer: look at the topics of a root, page through records, follow what arrives.
//!
//! ```text
//! Event → keymap → Action → update(&mut State) → Effects → Runner → Event
//!                                    State → view → cells
//! ```
//!
//! The state is plain data, `update` and the views are pure functions; only the runner touches the
//! engine, only `terminal` and `events` touch the terminal. Every screen has three files: its
//! state, its update, its view.

mod address;
mod administering;
mod alter;
mod chores;
mod clipboard;
mod clock;
mod command;
mod conditions;
mod config;
mod copying;
mod data;
mod diff;
mod effect;
mod event;
mod events;
mod exporting;
mod fault;
mod find;
mod flushing;
mod follow;
mod history;
mod input;
mod lags;
mod layout;
mod loads;
mod memory;
mod options;
mod panics;
mod picture;
mod previews;
mod putting;
mod ranked;
mod reproduce;
mod run;
mod runner;
mod sample;
mod sample_asked;
mod sample_find;
mod sample_likes;
mod sample_past;
mod sample_put;
mod sample_words;
mod sample_work;
mod screenshot;
mod sift;
mod signals;
mod similar;
mod spots;
mod state;
mod svg;
mod terminal;
mod text;
mod theme;
mod update;
mod view;
mod words;
mod work;
mod writers;

#[cfg(test)]
mod tests;

pub use config::{Config, config_file, parse as parse_config, read as read_config};
pub use data::Colours;
pub use event::{Input, Turn};
pub use input::{Key, KeyEntry, key_entries, keys};
pub use memory::state_folder;
pub use options::{Options, Start};
pub use picture::pictures;
pub use run::{Ended, run, run_with};
pub use signals::Signal;
pub use terminal::TerminalError;
pub use theme::Theme;

#[cfg(feature = "cli")]
pub(crate) use options::DEFAULT_ROOT;
#[cfg(feature = "cli")]
pub(crate) use panics::reports;
#[cfg(feature = "cli")]
pub(crate) use text::excerpt::{Part, excerpt};
#[cfg(feature = "cli")]
pub(crate) use text::quantity::bytes;
pub(crate) use text::sanitize::{clean, clip, width};
#[cfg(feature = "cli")]
pub(crate) use text::span::span;
