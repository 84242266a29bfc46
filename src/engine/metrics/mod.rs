//! L0: what the engine counts for whoever watches over it, and how Prometheus reads that.

mod disk;
mod levels;
mod meters;
mod place;
mod registry;
mod text;

pub(crate) use disk::DiskMetrics;
pub(crate) use levels::{Level, Watched};
pub(crate) use meters::{Meters, Open};
pub use registry::Metrics;
pub use text::MetricsFormat;
