//! Ctrl-C and SIGTERM: the first asks to stop cleanly, the second ends the process at once.

#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::output;

/// Whether the person has asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Takes Ctrl-C and SIGTERM over from the system for the rest of the process; `promise` is what is said at the first.
    pub(crate) fn listen(promise: Option<&'static str>) -> Self {
        let (ask, asked) = watch::channel(false);
        tokio::spawn(async move {
            if !signalled().await {
                return;
            }
            promise.into_iter().for_each(output::narrate);
            ask.send_replace(true);
            if signalled().await {
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

/// Waits for a signal to stop; false where none can be waited for.
async fn signalled() -> bool {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        return tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
            asked = terminate.recv() => asked.is_some(),
        };
    }
    tokio::signal::ctrl_c().await.is_ok()
}

#[expect(clippy::exit, reason = "the second Ctrl-C asks for exactly that")]
fn die() {
    std::process::exit(130);
}
