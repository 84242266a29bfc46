//! What is worth doing about what a bucket takes on disk, and the commands that do it.

use crate::engine::index::IndexKind;
use crate::engine::index_facts::IndexInfo;
use crate::engine::storage_facts::{Advice, AdviceKind, BucketStorage};

/// So many fragments that a compaction would rewrite are worth one; a writer does it by itself at 64.
const MANY_SMALL: u64 = 16;
/// Bytes that are worth a command.
const WORTH: u64 = 1 << 20;
/// Bytes in the log at which a writer flushes by itself: if there are more, there is none.
const FULL_LOG: u64 = 32 << 20;
/// Records that are compared one by one as quickly as an index is asked.
const FEW_OPEN: u64 = 1000;

/// What is worth doing, the most useful first.
pub(crate) fn advise(topic: &str, storage: &BucketStorage) -> Vec<Advice> {
    let place = format!("{} --bucket {}", shell_word(topic), storage.bucket_id);
    let all = [flush(storage, &place), compact(storage, &place), clean_up(storage, &place)];
    let indices = storage.indices.iter().filter_map(|index| cover(index, &place));
    all.into_iter().flatten().chain(indices).collect()
}

fn flush(storage: &BucketStorage, place: &str) -> Option<Advice> {
    (storage.buffer_count > 0 && storage.wal_bytes > FULL_LOG).then(|| Advice {
        what: AdviceKind::Flush,
        why: format!(
            "{} in the log: {} to be flushed",
            size(storage.wal_bytes),
            counted(storage.buffer_count, "record")
        ),
        command: format!("lanceq flush {place}"),
    })
}

fn compact(storage: &BucketStorage, place: &str) -> Option<Advice> {
    let fragments = storage.fragments;
    let is_holey = fragments.deleted * 10 > storage.records + fragments.deleted;
    let why = if fragments.small >= MANY_SMALL {
        format!("{} small fragments could be {}", fragments.small, fragments.would_become)
    } else if is_holey && fragments.small > 0 {
        format!("{} still take room", counted(fragments.deleted, "deleted record"))
    } else {
        return None;
    };
    let command = format!("lanceq compact {place}");
    Some(Advice { what: AdviceKind::Compact, why, command })
}

fn clean_up(storage: &BucketStorage, place: &str) -> Option<Advice> {
    let expendable = storage.cleanup.as_ref().filter(|cleaned| cleaned.bytes >= WORTH);
    if let Some(cleaned) = expendable {
        let why = match cleaned.versions {
            0 => format!("{} in files of no version", size(cleaned.bytes)),
            versions => format!(
                "{} in {} that need not be kept",
                size(cleaned.bytes),
                counted(versions, "version")
            ),
        };
        let command = format!("lanceq cleanup {place}");
        return Some(Advice { what: AdviceKind::CleanUp, why, command });
    }
    let older = storage.older_bytes + storage.manifest_bytes;
    let is_most = older >= 16 * WORTH && older > storage.data_bytes;
    (is_most && storage.cleanup.is_some()).then(|| Advice {
        what: AdviceKind::CleanUp,
        why: format!("{} are only there to go back to older versions", size(older)),
        command: format!("lanceq cleanup {place} --keep 1"),
    })
}

/// An index that leaves much uncovered. Of kinds that only other programs make, nothing is said: no command builds them.
fn cover(index: &IndexInfo, place: &str) -> Option<Advice> {
    let rows = index.covered + index.open;
    let is_due = index.open >= FEW_OPEN && index.open * 10 > rows;
    let kind: IndexKind = index.kind.parse().ok().filter(|_| is_due)?;
    let how = match (kind, index.metric) {
        (IndexKind::Text, _) => "--kind text".to_owned(),
        (kind, Some(metric)) => format!("--kind {} --metric {}", kind.name(), metric.name()),
        (_, None) => return None,
    };
    let covered = u128::from(index.covered) * 100 / u128::from(rows.max(1));
    let (topic, bucket) = place.split_once(' ')?;
    Some(Advice {
        what: AdviceKind::Index,
        why: format!("the index {} covers {covered} % of the records", index.name),
        command: format!("lanceq index {topic} {} {how} {bucket}", shell_word(&index.column)),
    })
}

/// A text as a shell takes it for one word.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn counted(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A size in words: `41 MB`.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut rest, mut units) = (bytes, UNITS.iter());
    let mut unit = units.next();
    while rest >= 1000 {
        let Some(next) = units.next() else { break };
        (rest, unit) = (rest.saturating_add(500) / 1000, Some(next));
    }
    format!("{rest} {}", unit.copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::facts::Cleaned;
    use crate::engine::search::Metric;
    use crate::engine::storage_facts::FragmentFacts;

    fn index(kind: &str, metric: Option<Metric>, covered: u64, open: u64) -> IndexInfo {
        let (name, column) = ("v_idx".into(), "v".into());
        IndexInfo {
            bucket_id: 1,
            name,
            column,
            kind: kind.into(),
            metric,
            covered,
            open,
            segments: 1,
            bytes: 9,
        }
    }

    fn cleaned(versions: u64, bytes: u64) -> Cleaned {
        Cleaned { bucket_id: 1, versions, files: 3, bytes, versions_left: 1, kept_for_readers: 0 }
    }

    fn fragments(small: u64, deleted: u64) -> FragmentFacts {
        FragmentFacts { count: small, small, would_become: 1, deleted }
    }

    /// What is advised: why, and the command.
    fn told(storage: BucketStorage) -> Vec<(String, String)> {
        let all = advise("t", &BucketStorage { bucket_id: 1, records: 1000, ..storage });
        all.into_iter().map(|advice| (advice.why, advice.command)).collect()
    }

    fn one(storage: BucketStorage, why: &str, command: &str) {
        assert_eq!(told(storage), [(why.to_owned(), command.to_owned())]);
    }

    #[test]
    fn a_bucket_in_order_gets_no_advice() {
        assert!(told(BucketStorage::default()).is_empty());
        let well = BucketStorage {
            fragments: fragments(15, 100),
            cleanup: Some(cleaned(1, WORTH - 1)),
            wal_bytes: FULL_LOG,
            buffer_count: 9,
            indices: vec![index("IVF_SQ", Some(Metric::L2), 9000, 1000)],
            ..BucketStorage::default()
        };
        assert!(told(well).is_empty());
    }

    #[test]
    fn each_advice_says_why_and_the_command_that_acts_on_it() {
        let none = BucketStorage::default();
        one(
            BucketStorage { wal_bytes: 40_000_000, buffer_count: 1, ..none.clone() },
            "40 MB in the log: 1 record to be flushed",
            "lanceq flush t --bucket 1",
        );
        one(
            BucketStorage { fragments: fragments(64, 0), ..none.clone() },
            "64 small fragments could be 1",
            "lanceq compact t --bucket 1",
        );
        one(
            BucketStorage { fragments: fragments(1, 112), ..none.clone() },
            "112 deleted records still take room",
            "lanceq compact t --bucket 1",
        );
        one(
            BucketStorage { cleanup: Some(cleaned(32, 41_000_000)), ..none.clone() },
            "41 MB in 32 versions that need not be kept",
            "lanceq cleanup t --bucket 1",
        );
        one(
            BucketStorage {
                cleanup: Some(cleaned(0, 0)),
                older_bytes: 20_000_000,
                data_bytes: 9,
                ..none.clone()
            },
            "20 MB are only there to go back to older versions",
            "lanceq cleanup t --bucket 1 --keep 1",
        );
    }

    #[test]
    fn an_index_is_built_anew_as_what_it_is() {
        let with = |index| BucketStorage { indices: vec![index], ..BucketStorage::default() };
        one(
            with(index("IVF_PQ", Some(Metric::Cosine), 6000, 4000)),
            "the index v_idx covers 60 % of the records",
            "lanceq index t v --kind IVF_PQ --metric cosine --bucket 1",
        );
        one(
            with(index("Inverted", None, 0, 1000)),
            "the index v_idx covers 0 % of the records",
            "lanceq index t v --kind text --bucket 1",
        );
        assert!(told(with(index("BTree", None, 0, 9000))).is_empty(), "no command makes one");
    }

    #[test]
    fn sizes_and_words_are_as_people_and_shells_take_them() {
        for (bytes, text) in [(0, "0 B"), (999, "999 B"), (1500, "2 kB"), (41_000_000, "41 MB")] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(u64::MAX), "18 EB");
        assert_eq!((shell_word("a b'c").as_str(), shell_word("t").as_str()), (r"'a b'\''c'", "t"));
    }
}
