//! L2: datasets. The only folder that knows Lance; everything above sees [`Table`] and its rows.
//!
//! Lance's futures are boxed where they are called: unboxed, their nesting would make every program
//! that links this crate raise its recursion limit.

mod append;
mod failure;
mod history;
mod index;
mod kept;
mod read;
mod session;
mod table;

pub(crate) use history::Version;
pub(crate) use read::Rows;
pub(crate) use table::Table;
