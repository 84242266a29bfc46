//! Keeps topics in order: compaction, clean-up, verification, indices; and says before what that would do.

use std::fmt::Write;
use std::pin::pin;
use std::time::{Duration, Instant};

use super::data::Fault;
use super::effect::Place;
use super::event::Answer;
use super::runner::Sink;
use super::text::quantity::{bytes, counted, elapsed, grouped};
use super::work::{Chore, Fact, Outcome, named};
use crate::{
    Cleaned, CleanupOptions, Compacted, Engine, Error, IndexKind, IndexSpec, Indexed, Job, Metric,
    Reader, Result, TopicStats, Verification, WORTH_AN_INDEX,
};

/// How often it says how far it is.
const PACE: Duration = Duration::from_millis(100);
/// Damaged files that are named.
const NAMED: usize = 8;

/// Does it; a wish that the job ends is heard, and answered with that it was stopped.
///
/// Cancel: as the wish, but for the answer.
pub(super) async fn tend(
    engine: &Engine,
    (chore, place): (&Chore, &Place),
    sink: &Sink,
) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let job = sink.job();
    let (topic, bucket) = (place.topic.as_str(), place.bucket);
    let before = reader(engine, place).await?.stats().await?;
    let told = match chore {
        Chore::Compact => {
            let work = engine.compact(topic, bucket, job);
            watched(sink, work).await.map(|done| compacted(place, &done))
        }
        Chore::CleanUp => {
            let options = CleanupOptions::default();
            let work = engine.cleanup(topic, bucket, &options, job);
            watched(sink, work).await.map(|done| cleaned(place, &done))
        }
        Chore::Verify => {
            let work = engine.verify(topic, bucket, job);
            watched(sink, work).await.map(|done| verified(place, &done))
        }
        Chore::Index { column, is_text } => {
            let spec = spec(column, *is_text);
            let work = engine.create_index(topic, bucket, &spec, job);
            watched(sink, work).await.map(|done| indexed(place, column, &done))
        }
    };
    let mut outcome = match told {
        Ok(outcome) => outcome,
        Err(Error::Cancelled) => return Ok(Answer::Stopped),
        Err(error) => return Err(error.into()),
    };
    if *chore != Chore::Verify {
        // What was done is done: where this cannot be found out, it is left out.
        let after = match reader(engine, place).await {
            Ok(reader) => reader.stats().await.ok(),
            Err(_) => None,
        };
        outcome.facts.extend(after.into_iter().flat_map(|after| footing(&before, &after)));
    }
    outcome.took = begun.elapsed();
    write!(outcome.said, " · {}", elapsed(outcome.took)).ok();
    Ok(Answer::Tended(outcome))
}

async fn reader(engine: &Engine, place: &Place) -> Result<Reader> {
    let reader = engine.reader(place.topic.as_str()).await?;
    place.bucket.map_or(Ok(reader.clone()), |bucket| reader.bucket(bucket))
}

/// Does the work, and says every so often how far it is.
async fn watched<T>(sink: &Sink, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    let job = sink.job();
    loop {
        match tokio::time::timeout(PACE, &mut work).await {
            Ok(done) => return done,
            Err(_) => sink.send(Ok(Answer::Progress(job.done(), job.total()))).await,
        }
    }
}

fn spec(column: &str, is_text: bool) -> IndexSpec {
    let kind = if is_text { IndexKind::Text } else { IndexKind::default() };
    IndexSpec::on(column).kind(kind)
}

/// What a topic or bucket stands on.
fn footing(before: &TopicStats, after: &TopicStats) -> Vec<Fact> {
    let change = |what: &str, of: fn(&TopicStats) -> u64, text: fn(u64) -> String| {
        let (before, after) = (of(before), of(after));
        (before != after).then(|| Fact::change(what, text(before), text(after)))
    };
    let facts = [
        change("fragments", |s| s.buckets.iter().map(|b| b.fragments).sum(), grouped),
        change("versions", |s| s.buckets.iter().map(|b| b.maintenance.versions).sum(), grouped),
        change("on disk", |s| s.buckets.iter().map(|b| b.bytes_on_disk).sum(), bytes),
    ];
    facts.into_iter().flatten().collect()
}

fn outcome(title: String, said: String, facts: Vec<Fact>) -> Outcome {
    Outcome { title, said, facts, ..Outcome::default() }
}

fn compacted(place: &Place, done: &[Compacted]) -> Outcome {
    let sum = |of: fn(&Compacted) -> u64| done.iter().map(of).sum::<u64>();
    let (rows, place) = (sum(|c| c.rows), named(place));
    if rows == 0 {
        let fragments = counted(sum(|c| c.fragments_after), "fragment");
        let said = format!("nothing to compact in {place}: {fragments}");
        return outcome(format!("Nothing to compact in {place}"), said, Vec::new());
    }
    let (before, after) = (sum(|c| c.fragments_before), sum(|c| c.fragments_after));
    let mut facts = vec![
        Fact::plain("rewritten", counted(rows, "record")),
        Fact::change("their files", bytes(sum(|c| c.bytes_before)), bytes(sum(|c| c.bytes_after))),
    ];
    let deleted = sum(|c| c.deleted);
    if deleted > 0 {
        facts.push(Fact::plain("left out", counted(deleted, "deleted record")));
    }
    let said = format!("compacted {place}: {} → {}", counted(before, "fragment"), grouped(after));
    outcome(format!("Compacted {place}"), said, facts)
}

fn cleaned(place: &Place, done: &[Cleaned]) -> Outcome {
    let (what, place) = (removed(done), named(place));
    let said = format!("cleaned up {place}: {what}");
    let sum = |of: fn(&Cleaned) -> u64| done.iter().map(of).sum::<u64>();
    let facts = vec![
        Fact::plain("removed", counted(sum(|c| c.versions), "version")),
        Fact::plain("files", grouped(sum(|c| c.files))),
        Fact::plain("freed", bytes(sum(|c| c.bytes))),
    ];
    outcome(format!("Cleaned up {place}"), said, facts)
}

/// What a clean-up would remove.
fn would_remove(found: &[Cleaned]) -> String {
    let is_any = found.iter().any(|bucket| bucket.versions + bucket.files > 0);
    let verb = if is_any { "It would remove" } else { "There is" };
    format!("{verb} {}.", removed(found))
}

/// What a clean-up removes, in a sentence.
fn removed(done: &[Cleaned]) -> String {
    let sum = |of: fn(&Cleaned) -> u64| done.iter().map(of).sum::<u64>();
    let (versions, files, freed) = (sum(|c| c.versions), sum(|c| c.files), sum(|c| c.bytes));
    let what = match (versions, files) {
        (0, 0) => "nothing to remove".into(),
        (0, files) => format!("{} of no version, {}", counted(files, "file"), bytes(freed)),
        (versions, files) => format!(
            "{} and {}, {}",
            counted(versions, "version"),
            counted(files, "file"),
            bytes(freed)
        ),
    };
    let read = match sum(|c| c.kept_for_readers) {
        0 => String::new(),
        count => format!(", {} because they are being read", grouped(count)),
    };
    format!("{what}; {} left{read}", counted(sum(|c| c.versions_left), "version"))
}

fn verified(place: &Place, done: &[Verification]) -> Outcome {
    let sum = |of: fn(&Verification) -> u64| done.iter().map(of).sum::<u64>();
    let damaged: Vec<_> = done.iter().flat_map(|bucket| &bucket.damage).collect();
    let (files, read) = (counted(sum(|v| v.files), "file"), bytes(sum(|v| v.bytes)));
    let mut facts = vec![
        Fact::plain("read", format!("{read} of {files}")),
        Fact::plain("as written", grouped(sum(|v| v.as_written))),
    ];
    let seen = sum(|v| v.as_first_seen + v.unvouched);
    if seen > 0 {
        facts.push(Fact::plain("as first seen", grouped(seen)));
    }
    let named_damage = damaged.iter().take(NAMED);
    facts.extend(named_damage.map(|damage| {
        Fact::plain("damaged", format!("{}: {}", damage.file.display(), damage.what))
    }));
    let state = match damaged.len() as u64 {
        0 => "intact".into(),
        count => format!("{} damaged", counted(count, "file")),
    };
    let place = named(place);
    Outcome {
        is_bad: !damaged.is_empty(),
        ..outcome(format!("{place} is {state}"), format!("{place} is {state}: read {read}"), facts)
    }
}

fn indexed(place: &Place, column: &str, done: &[Indexed]) -> Outcome {
    let place = named(place);
    if done.is_empty() {
        let said = format!("{place} has nothing persisted in `{column}` to index: F flushes it");
        return Outcome {
            is_bad: true,
            ..outcome(format!("No index over `{column}`"), said, Vec::new())
        };
    }
    let sum = |of: fn(&Indexed) -> u64| done.iter().map(of).sum::<u64>();
    let (rows, size) = (counted(sum(|i| i.rows), "record"), bytes(sum(|i| i.bytes)));
    let kind = done.first().map_or_else(String::new, |first| {
        let metric = first.metric.map_or_else(String::new, |m| format!(", {}", Metric::name(m)));
        format!("{}{metric}", first.kind)
    });
    let facts = vec![
        Fact::plain("kind", kind.clone()),
        Fact::plain("covers", rows.clone()),
        Fact::plain("size", size.clone()),
    ];
    let said = format!("indexed `{column}` of {place} ({kind}): {rows}, {size}");
    outcome(format!("Indexed `{column}` of {place}"), said, facts)
}

/// Says what it would do, as far as that can be known before.
///
/// Cost: that of the statistics; of a clean-up, the manifest of each version.
pub(super) async fn preview(
    engine: &Engine,
    chore: &Chore,
    place: &Place,
) -> Result<Answer, Fault> {
    let reader = reader(engine, place).await?;
    let lines = match chore {
        Chore::CleanUp => {
            let options = CleanupOptions { dry_run: true, ..CleanupOptions::default() };
            let job = Job::new();
            let found = engine.cleanup(place.topic.as_str(), place.bucket, &options, &job).await?;
            vec![would_remove(&found)]
        }
        Chore::Compact => {
            let stats = reader.stats().await?;
            vec![fragments(&stats), due(&stats).into()]
        }
        Chore::Verify => vec![format!("It would read {}.", size(&reader.stats().await?))],
        Chore::Index { .. } => vec![worth(reader.counts().await?.persisted_count)],
    };
    Ok(Answer::Preview(lines))
}

fn fragments(stats: &TopicStats) -> String {
    let fragments = stats.buckets.iter().map(|bucket| bucket.fragments).sum();
    let (fragments, records) =
        (counted(fragments, "fragment"), counted(stats.persisted_count, "record"));
    format!("{records} in {fragments}, {}.", size(stats))
}

fn size(stats: &TopicStats) -> String {
    bytes(stats.buckets.iter().map(|bucket| bucket.bytes_on_disk).sum())
}

fn due(stats: &TopicStats) -> &'static str {
    let is_due = |bucket: &crate::BucketStats| bucket.maintenance.due == Some("compact");
    if stats.buckets.iter().any(is_due) {
        "Small ones are to be rewritten."
    } else {
        "By the policy nothing is due; small neighbours are rewritten all the same."
    }
}

/// What an index over so many records is worth.
fn worth(records: u64) -> String {
    let over = format!("Over {}", counted(records, "record"));
    if records < WORTH_AN_INDEX {
        let many = grouped(WORTH_AN_INDEX);
        return format!(
            "{over}: so few are searched quickly without, it is made for some {many} and more."
        );
    }
    format!("{over}; what comes later is found as well, and writers extend it.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    struct Root {
        _folder: TempDir,
        engine: Engine,
    }

    /// Six versions of two records each.
    async fn root() -> Root {
        let folder = TempDir::new().unwrap();
        let engine = Engine::open(folder.path()).await.unwrap();
        let writer = engine.writer("t").open().await.unwrap();
        for n in 0..12 {
            writer.put(json!({"id": n.to_string(), "text": "a word"})).await.unwrap();
            if n % 2 == 1 {
                writer.flush().await.unwrap();
            }
        }
        writer.close_unflushed().await.unwrap();
        Root { _folder: folder, engine }
    }

    fn place() -> Place {
        Place { topic: "t".parse().unwrap(), bucket: None }
    }

    async fn done(root: &Root, chore: Chore) -> Outcome {
        let (sink, _events) = Sink::to_test();
        match tend(&root.engine, (&chore, &place()), &sink).await.unwrap() {
            Answer::Tended(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    fn fact<'a>(outcome: &'a Outcome, what: &str) -> (&'a str, &'a str) {
        let fact = outcome.facts.iter().find(|fact| fact.what == what).unwrap();
        (&fact.before, &fact.after)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_done_is_told_before_and_after() {
        let root = root().await;
        let compacted = done(&root, Chore::Compact).await;
        assert_eq!(fact(&compacted, "fragments"), ("6", "1"));
        assert_eq!(fact(&compacted, "rewritten"), ("", "12 records"));
        assert!(compacted.said.starts_with("compacted t: 6 fragments → 1 · "), "{compacted:?}");
        let again = done(&root, Chore::Compact).await;
        assert_eq!(again.title, "Nothing to compact in t");
        let verified = done(&root, Chore::Verify).await;
        assert!(!verified.is_bad && verified.title == "t is intact", "{verified:?}");
        let indexed = done(&root, Chore::Index { column: "text".into(), is_text: true }).await;
        assert_eq!(fact(&indexed, "covers"), ("", "12 records"));
        let cleaned = done(&root, Chore::CleanUp).await;
        assert!(cleaned.said.starts_with("cleaned up t: nothing to remove; "), "{cleaned:?}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_wish_to_stop_is_answered() {
        let root = root().await;
        for chore in [Chore::Compact, Chore::Verify] {
            let (sink, _events) = Sink::to_test();
            sink.job().cancel();
            let answer = tend(&root.engine, (&chore, &place()), &sink).await.unwrap();
            assert!(matches!(answer, Answer::Stopped), "{chore:?}: {answer:?}");
        }
        let stats = root.engine.reader("t").await.unwrap().stats().await.unwrap();
        assert_eq!(stats.buckets[0].fragments, 6, "and nothing was done");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_would_be_done_is_said_and_not_done() {
        let root = root().await;
        let index = Chore::Index { column: "text".into(), is_text: true };
        for (chore, beginning) in [
            (Chore::Compact, "12 records in 6 fragments, "),
            (Chore::CleanUp, "There is nothing to remove; "),
            (Chore::Verify, "It would read "),
            (index, "Over 12 records: so few are searched quickly"),
        ] {
            let Answer::Preview(lines) = preview(&root.engine, &chore, &place()).await.unwrap()
            else {
                panic!("no preview")
            };
            assert!(lines[0].starts_with(beginning), "{lines:?}");
        }
        let stats = root.engine.reader("t").await.unwrap().stats().await.unwrap();
        assert_eq!((stats.buckets[0].fragments, stats.buckets[0].maintenance.versions), (6, 7));
    }
}
