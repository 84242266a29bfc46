//! Ctrl-C, SIGTERM and SIGHUP: the first asks to stop cleanly, the second ends the process at once.

use tokio::sync::watch;

use super::output;
use super::signals::Signals;

/// Whether the person has asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Takes the signals over from the system for the rest of the process; `promise` is what is said at the first.
    pub(crate) fn listen(promise: Option<&'static str>) -> Self {
        let (ask, asked) = watch::channel(false);
        // IMPORTANT: before the task is spawned, because what is done next relies on it.
        let mut signals = Signals::listen();
        tokio::spawn(async move {
            signals.first().await;
            promise.into_iter().for_each(output::narrate);
            ask.send_replace(true);
            signals.second().await;
            die();
        });
        Self { asked }
    }

    /// Whether to stop now.
    pub(crate) fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits for the first signal; for ever, where none can come. Cancel-safe.
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
