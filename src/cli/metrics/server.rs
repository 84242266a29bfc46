//! Serves one text over HTTP: few connections, small requests, none for long.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::request::{Ask, LONGEST, Refusal, answer, parse, refusal};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::narrate;
use crate::{Metrics, MetricsFormat};

/// Connections at a time; more wait until one has ended.
const CONNECTIONS: usize = 16;
/// How long a request may take to come, and how long its answer to be taken.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause where the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(100);

/// What is served.
pub(super) type Source =
    Arc<dyn Fn(MetricsFormat) -> BoxFuture<'static, crate::Result<String>> + Send + Sync>;

/// A server that listens.
pub(super) struct Server {
    listener: TcpListener,
    source: Source,
}

/// A server beside other work; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Serving(JoinHandle<()>);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Serves what a process counts while it does something else.
pub(crate) async fn serve_beside(address: SocketAddr, metrics: Metrics) -> Result<Serving> {
    let source: Source = Arc::new(move |format| {
        let text = metrics.text(format);
        Box::pin(async move { Ok(text) })
    });
    let server = Server::bind(address, source).await?;
    Ok(Serving(tokio::spawn(server.serve())))
}

/// An address to listen on; a port alone is one of this machine only.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
    let local = port.map(|port| SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    local
        .or_else(|_| text.parse())
        .map_err(|_| "expected a port, or IP:PORT such as 127.0.0.1:9464".into())
}

impl Server {
    /// Takes an address, and says who can reach it.
    pub(super) async fn bind(address: SocketAddr, source: Source) -> Result<Self> {
        let taken = |error: io::Error| {
            Failure::io(format!("could not listen on {address}"), &error).hint(
                "see what else listens there, or choose another port; port 0 takes a free one",
            )
        };
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let whom = if address.ip().is_loopback() {
            "to this machine only"
        } else {
            "to whoever reaches this machine, without a password"
        };
        narrate(format!("serving http://{address}/metrics, {whom}"));
        Ok(Self { listener, source })
    }

    /// Serves for ever. Dropped, it takes no more connections; those under way end by themselves.
    pub(super) async fn serve(self) {
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(place) = room.clone().acquire_owned().await else { return };
            let Ok((stream, _)) = self.listener.accept().await else {
                // As where there are too many open files: it passes.
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let source = self.source.clone();
            tokio::spawn(async move {
                // Who asks may go away at any time; that is nobody's failure.
                serve_one(stream, &source).await.ok();
                drop(place);
            });
        }
    }
}

async fn serve_one(mut stream: TcpStream, source: &Source) -> io::Result<()> {
    let asked = timeout(PATIENCE, read(&mut stream)).await;
    let bytes = match asked.unwrap_or(Ok(Some(Err(Refusal::TooSlow))))? {
        None => return Ok(()),
        Some(Ok(ask)) => answered(ask, source).await,
        Some(Err(why)) => refusal(why),
    };
    let written = async {
        stream.write_all(&bytes).await?;
        stream.shutdown().await?;
        // What was sent and not read would let the system take the answer back.
        let mut rest = (&mut stream).take(LONGEST as u64);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    timeout(PATIENCE, written).await?.map(drop)
}

async fn answered(ask: Ask, source: &Source) -> Vec<u8> {
    match source(ask.format).await {
        Ok(text) => answer(ask, &text),
        Err(error) => {
            tracing::warn!(%error, "the metrics could not be read");
            refusal(Refusal::Failed)
        }
    }
}

/// Reads a request; `None` where nobody asks.
async fn read(stream: &mut TcpStream) -> io::Result<Option<Result<Ask, Refusal>>> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        let room = LONGEST - bytes.len();
        if (&mut *stream).take(room as u64).read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        if let Some(asked) = parse(&bytes) {
            return Ok(Some(asked));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_of_this_machine_only() {
        for (text, expected) in [
            ("9464", Some("127.0.0.1:9464")),
            (":9464", Some("127.0.0.1:9464")),
            ("0.0.0.0:1", Some("0.0.0.0:1")),
            ("[::1]:80", Some("[::1]:80")),
            ("localhost:80", None),
            ("70000", None),
            ("", None),
        ] {
            assert_eq!(address(text).ok(), expected.map(|e| e.parse().unwrap()), "{text}");
        }
    }
}
