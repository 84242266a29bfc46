//! Renames topics, and moves them into the trash of the root.

use super::data::Fault;
use super::event::{Administered, Answer};
use super::work::Administration;
use super::writers::Writers;
use crate::{Engine, TopicName};

/// Does it; the explorer's own writer of the topic is ended first, without a flush: what is buffered goes along.
///
/// Cancel: it goes on.
pub(super) async fn administer(
    engine: &Engine,
    writers: &Writers,
    administration: Administration,
) -> Result<Answer, Fault> {
    let trashed = match &administration {
        Administration::Rename { topic, new } => {
            writers.release(topic).await?;
            engine.rename_topic(topic.as_str(), new).await?;
            None
        }
        Administration::Delete { topic } => {
            writers.release(topic).await?;
            Some(engine.delete_topic(topic.as_str()).await?.name)
        }
    };
    Ok(Answer::Administered(Administered { administration, trashed }))
}

/// What would go with a topic.
pub(super) async fn holdings(engine: &Engine, topic: &TopicName) -> Result<Answer, Fault> {
    Ok(Answer::Holdings(Box::new(engine.holdings(topic.as_str()).await?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_the_explorer_put_goes_along_and_comes_back() {
        let folder = TempDir::new().unwrap();
        let engine = Engine::open(folder.path()).await.unwrap();
        let writers = Writers::new(engine.clone(), Vec::new());
        let topic: TopicName = "draft".parse().unwrap();
        writers.of(&topic).await.unwrap().put(json!({"id": "1"})).await.unwrap();
        let rename = Administration::Rename { topic, new: "final".into() };
        administer(&engine, &writers, rename).await.unwrap();
        let total = async |topic: &str| {
            engine.reader(topic).await.unwrap().counts().await.unwrap().total_count
        };
        assert_eq!(total("final").await, 1);
        let topic: TopicName = "final".parse().unwrap();
        let Answer::Holdings(goes) = holdings(&engine, &topic).await.unwrap() else { panic!() };
        assert_eq!(goes.total_count, Some(1));
        let delete = Administration::Delete { topic };
        let Answer::Administered(done) = administer(&engine, &writers, delete).await.unwrap()
        else {
            panic!()
        };
        assert!(engine.topics().await.unwrap().is_empty());
        engine.restore_trashed(&done.trashed.unwrap(), None).await.unwrap();
        assert_eq!(total("final").await, 1);
        writers.close().await;
    }
}
