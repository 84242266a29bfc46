//! `lanceq metrics`: figures for Prometheus, once or over HTTP.

mod command;
mod request;
mod server;

pub(crate) use command::{MetricsArgs, run};
pub(crate) use server::{address, serve_beside};
