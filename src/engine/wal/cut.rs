//! Whether a log may be cut where it cannot be read: only where nothing behind was promised to be on the disk.

/// What to do about the first place that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A power cut or a kill can have left it: what lies behind is moved aside.
    Cut,
    /// Records that lie behind were promised.
    Refuse,
}

/// Judges damage that begins at log position `at`.
///
/// `promised` is the largest position up to which a sound frame, in front of the damage or behind it,
/// says that everything is on the disk; `persisted` that up to which versions hold the log.
pub(super) fn judge(at: u64, promised: u64, persisted: u64) -> Verdict {
    if at < promised.max(persisted) { Verdict::Refuse } else { Verdict::Cut }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_nobody_was_promised_is_cut() {
        assert_eq!(judge(10, 10, 0), Verdict::Cut);
        assert_eq!(judge(10, 0, 10), Verdict::Cut);
        assert_eq!(judge(9, 10, 0), Verdict::Refuse);
        assert_eq!(judge(9, 0, 10), Verdict::Refuse);
    }
}
