//! The command line: every screen's headless twin, for scripts and for hands.
//!
//! Data goes to stdout, narration to stderr. Exit codes: 0 done (also where nothing matched),
//! 1 failed, 2 wrong use, 130 interrupted.

mod adopt;
mod args;
mod bench;
mod branches;
mod cleanup;
mod compact;
mod completions;
mod confirm;
mod count;
mod create;
mod delete;
mod demo;
mod diff;
mod dispatch;
mod export;
mod failure;
mod flush;
mod format;
mod get;
mod given_schema;
mod groups;
mod import;
mod index;
mod interrupt;
mod keys;
mod log;
mod ls;
mod moment;
mod open;
mod options;
mod output;
mod pick;
mod progress;
mod put;
mod reader_gone;
mod recall;
mod recovery;
mod rename;
mod repair;
mod restore;
mod retain;
mod run;
mod runtime;
mod schema;
mod screen;
mod search;
mod search_words;
mod signals;
mod size;
mod stats;
mod storage;
mod tag;
mod tail;
mod tail_group;
mod trash;
mod unknown;
mod verify;
mod versions;
mod waiting;
mod watched;

pub use run::main;
pub use screen::screen;
