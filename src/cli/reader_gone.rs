//! Notices at once that nobody reads stdout any more, also where nothing is printed.

use std::thread;

use tokio::sync::watch;

use super::output;

/// Whether whoever reads stdout is gone.
#[derive(Debug)]
pub(crate) struct ReaderGone {
    gone: watch::Receiver<bool>,
}

impl ReaderGone {
    /// Watches from now on, in a thread of its own that ends with the process.
    pub(crate) fn listen() -> Self {
        let (tell, gone) = watch::channel(false);
        let look = move || {
            tell.send_replace(output::stdout_hangs_up());
        };
        // Without the thread it is noticed by the next write.
        thread::Builder::new().name("lanceq-reader".into()).spawn(look).ok();
        Self { gone }
    }

    /// Waits until the reader is gone; for ever where that cannot be seen. Cancel-safe.
    pub(crate) async fn noticed(&mut self) {
        if self.gone.wait_for(|gone| *gone).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
