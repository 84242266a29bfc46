//! The engine's promises, through its public door. One binary, because linking Lance is slow.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

mod administering;
mod adopting;
mod beside;
mod branches;
mod buckets;
mod by_index;
mod cleanup;
mod columns;
mod compaction;
mod damage;
mod diffing;
mod doubt;
mod durability;
mod estimating;
mod failed_sync;
mod failing;
mod faults;
mod filtering;
mod flat;
mod flushing;
mod following;
mod foreign;
mod full_disk;
mod groups;
mod healing;
mod hints;
mod indexing;
mod limits;
mod manifests;
mod names;
mod passing;
mod put_costs;
mod read_costs;
mod reading;
mod restoring;
mod retaining;
mod schema;
mod searching;
mod setup;
mod shrinking;
mod sorting;
mod spans;
mod sql;
mod storing;
mod texts;
mod times;
mod two_processes;
mod under_way;
mod unknown;
mod upkeep;
mod vanishing;
mod verifying;
mod versions;
mod words;
mod words_by_index;
