//! What the handles of one engine share: the root, the watcher, and one state a bucket.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::writer::TopicWriter;
use super::writer_options::WriterOptions;
use crate::engine::access::Access;
use crate::engine::bucket::Bucket;
use crate::engine::error::Result;
use crate::engine::layout::BucketPlace;
use crate::engine::metrics::{Metrics, Watched};
use crate::engine::name::TopicName;
use crate::engine::options::EngineOptions;
use crate::engine::poll::Pace;
use crate::engine::store::keep_decoded;
use crate::engine::watch::Hub;

/// Shared by an engine's readers, writers and streams.
///
/// Invariant: at most one [`Bucket`] a dataset and one [`TopicWriter`] a topic are alive, of those whose topic still has its name.
pub(crate) struct Catalog {
    pub(crate) root: PathBuf,
    pub(crate) options: EngineOptions,
    pub(crate) hub: Hub,
    pub(crate) access: Access,
    metrics: Option<Metrics>,
    buckets: Mutex<Known>,
    writers: tokio::sync::Mutex<HashMap<TopicName, Weak<TopicWriter>>>,
}

/// The buckets that somebody has, and some that nobody has any more.
#[derive(Default)]
struct Known {
    by_dataset: HashMap<PathBuf, Weak<Bucket>>,
    /// How many there were after those that nobody has were taken out.
    alive: usize,
}

/// Buckets that are taken note of before it is looked which of them nobody has any more.
const FEW: usize = 64;

impl Known {
    fn find(&self, dataset: &Path) -> Option<Arc<Bucket>> {
        self.by_dataset.get(dataset)?.upgrade()
    }

    /// Takes note of a bucket. Looks through all of them only where they have become twice as many: so a listing of
    /// thousands does not look at thousands for each.
    fn add(&mut self, bucket: &Arc<Bucket>) {
        if self.by_dataset.len() >= FEW.max(2 * self.alive) {
            self.by_dataset.retain(|_, bucket| bucket.strong_count() > 0);
            self.alive = self.by_dataset.len();
        }
        self.by_dataset.insert(bucket.place.dataset.clone(), Arc::downgrade(bucket));
    }
}

impl Catalog {
    pub(crate) fn new(root: PathBuf, options: EngineOptions, metrics: Option<Metrics>) -> Self {
        let hub = Hub::new(options.events);
        let access = Access::within(&root).screened(options.screen.clone());
        let access = if options.follow_links { access.following_links() } else { access };
        keep_decoded(options.decoded_bytes);
        Self {
            root,
            access,
            options,
            hub,
            metrics,
            buckets: Mutex::default(),
            writers: tokio::sync::Mutex::default(),
        }
    }

    /// The state of a bucket, made when it is first asked for.
    pub(crate) fn bucket(
        &self,
        topic: &TopicName,
        place: BucketPlace,
        is_foreign: bool,
    ) -> Arc<Bucket> {
        let mut buckets = self.buckets();
        // Where another topic has the name by now, or it was adopted, whoever has the former bucket keeps it.
        let is_it = |bucket: &Arc<Bucket>| bucket.is_at_home() && bucket.is_foreign() == is_foreign;
        if let Some(bucket) = buckets.find(&place.dataset).filter(is_it) {
            return bucket;
        }
        let access = if is_foreign {
            self.access.to_unknown()
        } else if self.options.checksums {
            self.access.guarded(&place.dataset)
        } else {
            self.access.clone()
        };
        let (metrics, id) = (self.metrics.as_ref(), place.id);
        let meters = metrics.map(|metrics| metrics.meters(topic.as_str(), id));
        let bucket = Bucket::new(topic.clone(), place, is_foreign, access.counted(), meters);
        let bucket = Arc::new(bucket);
        buckets.add(&bucket);
        if let Some(metrics) = metrics {
            let watched: Arc<dyn Watched> = bucket.clone();
            metrics.watch((topic.as_str(), id), Arc::downgrade(&watched), bucket.tally());
        }
        bucket
    }

    /// The topic's writer: the one that is open in this process, else a new one.
    pub(crate) async fn writer(
        self: &Arc<Self>,
        name: TopicName,
        options: WriterOptions,
    ) -> Result<Arc<TopicWriter>> {
        let mut writers = self.writers.lock().await;
        let is_usable = |writer: &Arc<TopicWriter>| !writer.is_closed() && writer.is_at_home();
        let open = writers.get(&name).and_then(Weak::upgrade).filter(is_usable);
        if let Some(writer) = open {
            writer.agrees(&options)?;
            return Ok(writer);
        }
        let writer = TopicWriter::open(self.clone(), name.clone(), options).await?;
        writers.retain(|_, writer| writer.strong_count() > 0);
        writers.insert(name, Arc::downgrade(&writer));
        Ok(writer)
    }

    /// Lets go of the writer of a topic that has its name no more.
    pub(crate) async fn forget_writer(&self, name: &TopicName) {
        self.writers.lock().await.remove(name);
    }

    /// How often to look where no event comes.
    pub(crate) fn pace(&self) -> Pace {
        Pace::new(self.options.poll_interval, self.hub.has_events())
    }

    fn buckets(&self) -> MutexGuard<'_, Known> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(catalog: &Catalog, number: u32) -> Arc<Bucket> {
        let name = TopicName::of_folder("t").unwrap();
        let dataset = catalog.root.join(format!("t/bucket_{number}/data.lance"));
        catalog.bucket(&name, BucketPlace { id: number, dataset }, false)
    }

    #[test]
    fn buckets_that_nobody_has_are_forgotten_and_those_that_somebody_has_are_one() {
        let catalog = Catalog::new("/none".into(), EngineOptions::default(), None);
        let held: Vec<_> = (0..100).map(|number| bucket(&catalog, number)).collect();
        for number in 100..10_000 {
            bucket(&catalog, number);
            assert!(catalog.buckets().by_dataset.len() <= 2 * held.len());
        }
        for (number, held) in (0..).zip(&held) {
            assert!(Arc::ptr_eq(held, &bucket(&catalog, number)));
        }
    }
}
