//! The words for what a child came to.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;

/// Memory that a child may take, its program included: a read needs as much again in the parent.
pub(super) const MEMORY: u64 = 4 << 30;
/// How long one read may take.
pub(super) const TIME: Duration = Duration::from_secs(30);

/// Why a read is harmful that was not done in time.
pub(super) fn too_slow() -> String {
    format!("decoding it takes longer than {} s", TIME.as_secs())
}

/// Why a read is harmful that ended the child; `last_words` is what its runtime said.
pub(super) fn deadly(status: Option<ExitStatus>, last_words: &str) -> String {
    if last_words.contains("memory allocation of") || last_words.contains("Cannot allocate memory")
    {
        return format!("decoding it takes more than {} GiB of memory", MEMORY >> 30);
    }
    if last_words.contains("overflowed its stack") {
        return "decoding it uses up the stack".into();
    }
    match status.and_then(|status| status.signal()) {
        Some(signal) => format!("decoding it ended the process that tried (signal {signal})"),
        None => "decoding it ended the process that tried".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_a_child_is_told_in_words() {
        let aborted = Some(ExitStatus::from_raw(6));
        for (words, reason) in [
            ("memory allocation of 68719476736 bytes failed\n", "more than 4 GiB of memory"),
            ("thread 'x' has overflowed its stack\n", "uses up the stack"),
            ("", "(signal 6)"),
        ] {
            assert!(deadly(aborted, words).contains(reason), "{words}");
        }
    }
}
