//! What opening a topic for writing had to mend, as a notice.

use crate::tui::effect::Effect;
use crate::tui::state::{Severity, State};
use crate::{Recovery, TopicName};

/// Says what was mended.
pub(super) fn take(state: &mut State, topic: &TopicName, done: &[Recovery]) -> Vec<Effect> {
    if let Some((first, others)) = done.split_first() {
        state.say(Severity::Done, told(topic, first, others.len()));
    }
    Vec::new()
}

/// One line: what it was is said before where it is kept, which may be cut off.
fn told(topic: &TopicName, mended: &Recovery, others: usize) -> String {
    let Recovery { bucket_id, what, kept_in, records_lost } = mended;
    let lost = match records_lost {
        Some(0) => "",
        Some(_) => " · records are lost",
        None => " · records may be lost",
    };
    let others = if others > 0 { format!(" · and {others} more") } else { String::new() };
    let kept = kept_in.as_ref().map(|path| format!(" · kept in {}", path.display()));
    format!(
        "mended `{topic}`, bucket {bucket_id}: {what}{lost}{others}{}",
        kept.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mending_is_one_line_that_says_what_may_be_lost_first() {
        let mended = Recovery {
            bucket_id: 2,
            what: "version 7 could not be read: its manifest is empty".into(),
            kept_in: Some("/q".into()),
            records_lost: None,
        };
        let topic = "t".parse().unwrap();
        assert_eq!(
            told(&topic, &mended, 1),
            "mended `t`, bucket 2: version 7 could not be read: its manifest is empty · records may be lost · and 1 more · kept in /q"
        );
        let none = Recovery { records_lost: Some(0), kept_in: None, ..mended };
        assert_eq!(
            told(&topic, &none, 0),
            "mended `t`, bucket 2: version 7 could not be read: its manifest is empty"
        );
    }
}
