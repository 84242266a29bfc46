//! What opening or repairing a topic had to mend, as sentences.

use super::output;
use crate::{Recovery, Writer};

/// Tells on stderr what opening a topic for writing had to mend.
pub(crate) fn tell(writer: &Writer) {
    for recovery in writer.recoveries() {
        output::narrate(format!("note: {}, {}", writer.topic(), sentence(&recovery)));
    }
}

/// What was found and done, what is kept of it, and what is lost.
pub(crate) fn sentence(recovery: &Recovery) -> String {
    let kept = recovery.kept_in.as_ref();
    let kept = kept.map_or_else(String::new, |path| format!("; kept in {}", path.display()));
    format!("bucket {}: {}{kept}; {}", recovery.bucket_id, recovery.what, lost(recovery))
}

fn lost(recovery: &Recovery) -> String {
    match recovery.records_lost {
        Some(0) => "no record is lost".into(),
        Some(1) => "1 record is lost".into(),
        Some(count) => format!("{count} records are lost"),
        None => "how many records are lost cannot be known".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_says_what_is_kept_where_and_what_is_lost() {
        for (kept_in, records_lost, told) in [
            (None, Some(0), "bucket 2: the log was cut short; no record is lost"),
            (
                Some("/q/7.wal"),
                Some(1),
                "bucket 2: the log was cut short; kept in /q/7.wal; 1 record is lost",
            ),
            (
                None,
                None,
                "bucket 2: the log was cut short; how many records are lost cannot be known",
            ),
        ] {
            let kept_in = kept_in.map(Into::into);
            let what = "the log was cut short".into();
            assert_eq!(sentence(&Recovery { bucket_id: 2, what, kept_in, records_lost }), told);
        }
    }
}
