//! The command: what can be told of the root by looking, printed once or served.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use futures::FutureExt as _;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::server::{Server, Source};
use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::Data;
use crate::{Engine, MetricsFormat};

/// A look at a root that is younger is answered again: however many scrapers there are, the files are walked at most so often.
const FRESH: Duration = Duration::from_secs(1);

/// Print figures for Prometheus: what the files of the root tell, whoever wrote them
///
/// Records, what is buffered, bytes, versions, fragments, how far groups are behind; names and units stand in docs/metrics.md.
/// What one process does, such as how long its flushes take, only that process can tell: `lanceq put --metrics`, or
/// `EngineBuilder::metrics` in Rust.
#[derive(Debug, Args)]
pub(crate) struct MetricsArgs {
    /// Serve them at `http://ADDRESS/metrics` until Ctrl-C: a port of this machine only, or IP:PORT
    #[arg(long, value_name = "ADDRESS", value_parser = super::server::address)]
    pub(crate) listen: Option<SocketAddr>,
}

/// Prints the figures, or serves them until somebody asks it to end.
pub(crate) async fn run(engine: &Engine, args: &MetricsArgs) -> Result {
    let Some(address) = args.listen else {
        let mut data = Data::stdout();
        data.write(&engine.disk_metrics(MetricsFormat::Plain).await?)?;
        return data.finish();
    };
    let mut interrupt = Interrupt::listen(None);
    let server = Server::bind(address, disk(engine)).await?;
    tokio::select! {
        () = server.serve() => Ok(()),
        () = interrupt.asked() => Err(Failure::Interrupted),
    }
}

/// A look at the root that was taken for somebody.
struct Taken {
    at: Instant,
    format: MetricsFormat,
    text: String,
}

/// What the files tell; one look at a time.
fn disk(engine: &Engine) -> Source {
    let (engine, last) = (engine.clone(), Arc::new(Mutex::new(None::<Taken>)));
    Arc::new(move |format| {
        let (engine, last) = (engine.clone(), last.clone());
        let look = async move {
            let mut last = last.lock().await;
            let is_fresh = |taken: &&Taken| taken.format == format && taken.at.elapsed() < FRESH;
            if let Some(taken) = last.as_ref().filter(is_fresh) {
                return Ok(taken.text.clone());
            }
            let text = engine.disk_metrics(format).await?;
            *last = Some(Taken { at: Instant::now(), format, text: text.clone() });
            Ok(text)
        };
        look.boxed()
    })
}
