//! Queries in SQL, planned and answered by DataFusion over what the layers above read.
//!
//! DataFusion sees a table as a [`TableSource`]: passes of the engine's own, so that what is buffered, older versions,
//! checksums and the screen in front of foreign datasets hold for a query as for any read.

mod failure;
mod names;
mod pieces;
mod provider;
mod scan;
mod session;
mod source;
mod statement;

pub(crate) use session::{Answer, Session};
pub(crate) use source::{Batches, TableSource};
pub(crate) use statement::Statement;
