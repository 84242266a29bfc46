//! What is done to versions: they get names, lose them, and become the newest again.

use super::data::Fault;
use super::effect::{Alteration, BucketId};
use super::event::{Altered, Answer};
use super::text::quantity::{counted, grouped};
use crate::{At, Engine, Restored};

/// Does it, and says what was done.
pub(super) async fn alter(engine: &Engine, alteration: &Alteration) -> Result<Answer, Fault> {
    let mut made = None;
    let said = match alteration {
        Alteration::Tag { bucket: BucketId { topic, bucket }, version, tag } => {
            engine.tag(topic.as_str(), tag, Some(*version), Some(*bucket)).await?;
            format!("v {} of bucket {bucket} is `{tag}` now", grouped(*version))
        }
        Alteration::Untag { bucket: BucketId { topic, bucket }, version, tags } => {
            for tag in tags {
                engine.untag(topic.as_str(), tag, Some(*bucket)).await?;
            }
            let (number, tags) = (grouped(*version), tags.join("`, `"));
            format!("v {number} of bucket {bucket} is no longer `{tags}`")
        }
        Alteration::Restore { bucket: BucketId { topic, bucket }, version } => {
            let at = At::Version(*version);
            let done = engine.restore(topic.as_str(), at, Some(*bucket)).await?;
            made = done.first().map(|done| done.version);
            done.first().map_or_else(String::new, restored)
        }
    };
    Ok(Answer::Altered(Altered { said, alteration: alteration.clone(), made }))
}

fn restored(done: &Restored) -> String {
    let (from, to) = (grouped(done.restored), grouped(done.version));
    if done.restored == done.version {
        return format!("v {from} is the newest already");
    }
    let (records, before) = (counted(done.rows_after, "record"), grouped(done.rows_before));
    format!("v {from} is the newest again, as v {to}: {records}, before {before}")
}
