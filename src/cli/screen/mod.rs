//! Reads of files that nothing vouches for, tried by a child process first: this program, started as `lanceq __screen`.
//!
//! A read that makes the child panic, takes more memory or time than it may, or makes the system end it, is told as an
//! error, and never done in this process. The child limits itself before it reads anything; it ends with its parent.

mod child;
mod judged;
mod pool;
mod process;
mod protocol;

pub(super) use child::serve;
pub use pool::screen;
pub(super) use pool::{Pool, pool};
pub(super) use protocol::{Request, WORD};
