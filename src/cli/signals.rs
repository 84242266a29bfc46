//! The signals that ask a command to stop.

#[cfg(unix)]
use std::{future::poll_fn, task::Poll};

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ctrl-C, SIGTERM and SIGHUP, taken over from the system for the rest of the process.
#[cfg(unix)]
pub(super) struct Signals {
    ends: Vec<Signal>,
    hang_up: Vec<Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Takes them over at once. Hang-ups are left to the system where whoever started the process had them ignored.
    pub(super) fn listen() -> Self {
        let taken =
            |kinds: &[SignalKind]| kinds.iter().filter_map(|kind| signal(*kind).ok()).collect();
        let ends = taken(&[SignalKind::interrupt(), SignalKind::terminate()]);
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = ignores_hang_ups(&status);
        let hang_up = if ignored { Vec::new() } else { taken(&[SignalKind::hangup()]) };
        Self { ends, hang_up }
    }

    /// Waits for the first; for ever, where none can come. Cancel-safe.
    pub(super) async fn first(&mut self) {
        tokio::select! {
            () = any(&mut self.ends) => {}
            () = any(&mut self.hang_up) => {}
        }
    }

    /// Waits for somebody who cannot wait. A hang-up says nothing of that: the system and the shell send one each.
    /// Cancel-safe.
    pub(super) async fn second(&mut self) {
        any(&mut self.ends).await;
    }
}

#[cfg(unix)]
async fn any(signals: &mut [Signal]) {
    poll_fn(|context| {
        let come = signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
        if come { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Whether a process with this `/proc/PID/status` was told to ignore hang-ups, as `nohup` does; true where it does not
/// say, because a handler would undo it.
#[cfg(unix)]
fn ignores_hang_ups(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, and so the lowest bit.
    mask.is_none_or(|mask| mask & 1 == 1)
}

/// Ctrl-C, taken over from the system for the rest of the process.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn listen() -> Self {
        Self
    }

    /// Waits for a Ctrl-C; for ever, where none can come. Cancel-safe.
    pub(super) async fn first(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for another. Cancel-safe.
    pub(super) async fn second(&mut self) {
        self.first().await;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn hang_ups_are_ignored_where_the_process_was_told_to() {
        for (status, ignored) in [
            ("Name:\tx\nSigIgn:\t0000000000001000\n", false),
            ("SigIgn:\t0000000000001001\n", true),
            ("SigCgt:\t0000000000000001\n", true),
            ("", true),
        ] {
            assert_eq!(ignores_hang_ups(status), ignored, "{status:?}");
        }
    }
}
