//! The command line's promises, kept by the real program. One binary, because linking Lance is slow.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests"
)]

mod bad_input;
mod bench;
mod book;
mod branches;
mod broken_disk;
mod broken_topics;
mod carried;
mod cleanup;
mod completions;
mod console;
mod demo;
mod diff;
mod examples;
mod export;
mod facts;
mod formats;
mod get;
mod grammar;
mod groups;
mod hole;
mod index;
mod interrupts;
mod journey;
mod links;
mod man;
mod metrics;
mod mutations;
mod program;
mod put_ack;
mod put_file;
mod put_pipe;
mod quick_start;
mod readme;
mod real_movies;
mod reproduced;
mod resume;
mod retain;
mod search;
mod set_up;
mod shared_log;
mod stopped;
mod storage;
mod tail;
mod terminal;
mod topics;
mod versions;
mod words;
