//! How far the named group that is farthest behind is behind.

use std::time::{Duration, Instant};

use super::data::{Behind, Fault};
use super::event::Answer;
use crate::{Engine, GroupInfo, TopicName};

/// How long a look may take.
const MOST: Duration = Duration::from_secs(1);

/// Finds the group of a topic that is farthest behind, and says how long that took, so that who asks can be gentle.
///
/// Cost: as that of [`Reader::groups`](crate::Reader::groups), but for at most a second: then none is found.
pub(super) async fn lag(engine: &Engine, topic: &TopicName) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let reader = engine.reader(topic.as_str()).await?;
    let groups = match tokio::time::timeout(MOST, reader.groups()).await {
        Ok(groups) => groups?,
        Err(_) => Vec::new(),
    };
    Ok(Answer::Lag { behind: farthest(&groups), took: begun.elapsed() })
}

/// The one with the largest lag; of several, the first by name. None where each is at the end.
fn farthest(groups: &[GroupInfo]) -> Option<Behind> {
    let farthest = groups.iter().rev().max_by_key(|group| group.lag)?;
    let lags = farthest.buckets.iter().filter_map(|place| Some((place.bucket_id, place.lag?)));
    let behind =
        Behind { group: farthest.group.clone(), records: farthest.lag, buckets: lags.collect() };
    (behind.records > 0).then_some(behind)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    async fn looked(engine: &Engine) -> Option<Behind> {
        match lag(engine, &"t".parse().unwrap()).await.unwrap() {
            Answer::Lag { behind, .. } => behind,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_group_that_is_farthest_behind_is_named() {
        let folder = TempDir::new().unwrap();
        let engine = Engine::open(folder.path()).await.unwrap();
        let writer = engine.writer("t").open().await.unwrap();
        for n in 0..5 {
            writer.put(json!({"id": n.to_string()})).await.unwrap();
        }
        writer.flush().await.unwrap();
        assert_eq!(looked(&engine).await, None, "there are no groups");
        let reader = engine.reader("t").await.unwrap();
        for (name, offset) in [("a", 5), ("b", 1), ("c", 1), ("d", 3)] {
            drop(reader.group(name).open().await.unwrap());
            reader.seek_group(name, crate::From::Offset(offset)).await.unwrap();
        }
        let behind = looked(&engine).await.unwrap();
        assert_eq!((behind.group.as_str(), behind.records), ("b", 4));
        assert_eq!(behind.buckets, [(0, 4)]);
        for name in ["b", "c", "d"] {
            reader.seek_group(name, crate::From::End).await.unwrap();
        }
        assert_eq!(looked(&engine).await, None, "each is at the end");
        writer.close().await.unwrap();
    }
}
