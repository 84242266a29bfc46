//! The log's protocol against a plain `Vec`: several processes put, flush, read and follow one bucket, another program
//! writes into its dataset, processes are killed and the power is cut, all in an order that a seed gives.
//!
//! Every engine stands for a process. Only one of them runs at a time, from one named point of the protocol to the
//! next ([`baton`]); what a power cut leaves is worked out from what was synced ([`disk`]); what must be true of
//! every read is known from what was acknowledged ([`expected`]).
//!
//! 300 cases take about half a minute; `LANCEQ_CASES=2000` runs more, `LANCEQ_SEED=N LANCEQ_CASES=1` one of them again.

mod action;
mod baton;
mod disk;
mod expected;
mod files;
mod foreign;
mod process;
mod promises;
mod protections;
mod template;
mod world;

pub(crate) use template::{copy, folder};
