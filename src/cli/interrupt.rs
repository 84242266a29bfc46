//! Ctrl-C: the first asks to stop cleanly, the second ends the process at once.

use tokio::sync::watch;

use super::output;

/// Whether the person has asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Takes Ctrl-C over from the system for the rest of the process; `promise` is what is said at the first.
    pub(crate) fn listen(promise: Option<&'static str>) -> Self {
        let (ask, asked) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            promise.into_iter().for_each(output::narrate);
            ask.send_replace(true);
            if tokio::signal::ctrl_c().await.is_ok() {
                die();
            }
        });
        Self { asked }
    }

    /// Whether to stop now.
    pub(crate) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits for the first Ctrl-C; for ever, where none can come. Cancel-safe.
    pub(crate) async fn asked(&mut self) {
        if self.asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[expect(clippy::exit, reason = "the second Ctrl-C asks for exactly that")]
fn die() {
    std::process::exit(130);
}
