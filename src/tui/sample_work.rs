//! Long work on the small fixed root: nothing is done, and what it would have done is told.

use std::time::Duration;

use chrono::DateTime;

use super::effect::{BucketId, Place};
use super::event::{Administered, Answer};
use super::work::{Administration, Chore, Exported, Fact, Order, Outcome, named};
use crate::{
    Advice, AdviceKind, BucketStorage, ColumnBytes, FragmentFacts, Holdings, TopicName,
    VersionBytes,
};

/// What was written.
pub(crate) fn exported(order: &Order) -> Answer {
    Answer::Exported(Exported {
        order: order.clone(),
        path: format!("/home/me/{}", order.file),
        records: 482_308,
        bytes: 151_203_001,
        non_finite: 0,
        took: Duration::from_millis(3_120),
    })
}

/// What goes with a topic.
pub(crate) fn holdings(topic: &TopicName) -> Answer {
    Answer::Holdings(Box::new(Holdings {
        topic: topic.clone(),
        buckets: 4,
        total_count: Some(482_308),
        buffer_count: Some(16),
        bytes: 187_400_000,
        tags: vec!["before-fix".into()],
        groups: vec!["etl".into()],
        error: None,
    }))
}

/// What was done to a topic as a whole.
pub(crate) fn administered(what: &Administration) -> Answer {
    let trashed = match what {
        Administration::Rename { .. } => None,
        Administration::Delete { topic } => Some(format!("{topic}-20260314T120407")),
    };
    Answer::Administered(Administered { administration: what.clone(), trashed })
}

/// What a bucket takes on disk.
pub(crate) fn storage(id: &BucketId) -> Answer {
    let column = |column: &str, kind: &str, bytes| ColumnBytes {
        column: column.into(),
        r#type: kind.into(),
        bytes,
    };
    let version = |version, operation: &str, added, only| VersionBytes {
        version,
        timestamp: DateTime::UNIX_EPOCH,
        operation: operation.into(),
        tags: if version == 480 { vec!["before-fix".into()] } else { Vec::new() },
        manifest_bytes: 6_120,
        added_bytes: Some(added),
        only_here_bytes: only,
    };
    let advice = |what, why: &str, command: &str| Advice {
        what,
        why: why.into(),
        command: format!("lanceq {command} {} --bucket {}", id.topic, id.bucket),
    };
    Answer::Storage(Box::new(BucketStorage {
        bucket_id: id.bucket,
        version: 483,
        records: 120_573,
        columns: vec![
            column("id", "utf8", 412_000),
            column("model", "utf8", 61_300),
            column("latency_ms", "float64", 902_000),
            column("prompt", "utf8", 2_104_000),
            column("usage", "struct<input: uint64, output: uint64>", 708_000),
            column("embedding", "fixed_size_list<float32, 64>", 30_866_000),
        ],
        files_read: 64,
        files: 64,
        fragments: FragmentFacts { count: 64, small: 60, would_become: 1, deleted: 12 },
        data_bytes: 35_053_300,
        older_bytes: 9_120_000,
        manifest_bytes: 2_960_000,
        wal_bytes: 88_000,
        buffer_count: 4,
        versions: vec![
            version(483, "append", 88_000, None),
            version(482, "compact", 5_400_000, Some(6_120)),
            version(480, "append", 88_000, Some(94_120)),
        ],
        advice: vec![
            advice(AdviceKind::Compact, "60 small fragments could be 1", "compact"),
            advice(AdviceKind::CleanUp, "9.1 MB in 470 versions that need not be kept", "cleanup"),
        ],
        ..BucketStorage::default()
    }))
}

/// What would be done.
pub(crate) fn foretold() -> Answer {
    Answer::Preview(vec![
        "120 573 records in 64 fragments, 5.4 MB.".into(),
        "Small ones are to be rewritten.".into(),
    ])
}

/// What was done.
pub(crate) fn tended(chore: &Chore, place: &Place) -> Answer {
    let place = named(place);
    Answer::Tended(Outcome {
        title: format!("{} {place}: done", chore.verb()),
        said: format!("{} {place}: 64 fragments → 1 · 1.8 s", chore.verb()),
        facts: vec![
            Fact::plain("rewritten", "120 573 records".into()),
            Fact::change("fragments", "64".into(), "1".into()),
            Fact::change("on disk", "5.4 MB".into(), "9.9 MB".into()),
        ],
        took: Duration::from_millis(1_800),
        is_bad: false,
    })
}
