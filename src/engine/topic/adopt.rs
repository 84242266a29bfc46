//! Adopting a dataset of another program: it is built as a topic of the engine's under a hidden name, gets its name in one step, and
//! what was there before goes into the trash.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::adoption::{Plan, Source};
use super::aside::Aside;
use super::catalog::Catalog;
use super::linked::link_dataset;
use super::reader::Reader;
use super::rewrite::{discard, rewrite};
use super::topic_lock::lock_topic;
use super::trash::place_for;
use crate::engine::durable::{blocking, create_in, exchange, rename_new, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::layout::{Origin, Place, TOPIC_LOCK, bucket_folder, dataset, find};
use crate::engine::options::At;
use crate::engine::record::TopicSchema;
use crate::engine::topic_facts::{AdoptOptions, AdoptedBy, Adoption};
use crate::engine::topic_fault::TopicFault;

/// Held by who adopts something in a root.
const LOCK: &str = ".adopt.lock";

impl Catalog {
    /// See [`Engine::adoption`](crate::Engine::adoption).
    pub(crate) async fn adoption(
        self: &Arc<Self>,
        place: Place,
        options: &AdoptOptions,
    ) -> Result<Adoption> {
        check_foreign(&place)?;
        Ok(self.plan_adoption(place, options).await?.told)
    }

    /// See [`Engine::adopt`](crate::Engine::adopt).
    pub(crate) async fn adopt(
        self: &Arc<Self>,
        place: Place,
        options: &AdoptOptions,
        job: &Job,
    ) -> Result<Adoption> {
        let (own, options, work) = (self.clone(), options.clone(), job.clone());
        let alone = async move {
            let (root, topic) = (own.root.clone(), place.name.to_string());
            let _alone = blocking(move || lock_root(&root, topic)).await?;
            own.adopt_alone(place, &options, &work).await
        };
        job.in_a_task(alone).await
    }

    async fn adopt_alone(
        self: &Arc<Self>,
        place: Place,
        options: &AdoptOptions,
        job: &Job,
    ) -> Result<Adoption> {
        let place = self.tidied(place).await?;
        check_foreign(&place)?;
        let mut plan = self.plan_adoption(place, options).await?;
        if plan.is_staying() {
            let (folder, meta) = (plan.place.folder.clone(), plan.meta.clone());
            let (access, root) = (self.access.clone(), self.root.clone());
            blocking(move || {
                (0..meta.num_buckets.get())
                    .try_for_each(|id| create_in(&bucket_folder(&folder, id)))?;
                let _lock = lock_topic(&folder, &access)?;
                fault::at(&root, "adopt.built")?;
                meta.write(&folder)?;
                fault::at(&root, "adopt.named")
            })
            .await?;
            return Ok(plan.told);
        }
        let hidden = hidden(&self.root, plan.place.name.as_str());
        let built = self.build(&plan, &hidden, job).await;
        let aside = match built {
            Ok(aside) => aside,
            Err(error) => {
                discard(&hidden).await;
                return Err(error);
            }
        };
        plan.told.original = Some(aside.name.clone());
        let (root, topic) = (self.root.clone(), plan.told.topic.clone());
        let is_there = plan.place.folder == root.join(topic.as_str());
        blocking(move || name(&root, &hidden, topic.as_str(), is_there, &aside)).await?;
        Ok(plan.told)
    }

    /// Ends what one who died has begun: what was there before an adoption goes into the trash, and what was being made goes.
    async fn tidied(&self, place: Place) -> Result<Place> {
        let (root, name) = (self.root.clone(), place.name.to_string());
        blocking(move || {
            let topic = root.join(&name);
            if let Some(aside) = Aside::noted(&topic)? {
                aside.put(&root, &topic)?;
            }
            let left = hidden(&root, &name);
            if Aside::is_noted(&left) {
                fs::remove_dir_all(&left).map_err(Error::io("remove", &left))?;
            } else if left.exists() {
                rename_new(&left, &place_for(&root, &name)?)?;
            }
            Ok(find(&root, &name)?.unwrap_or(place))
        })
        .await
    }

    /// Makes the topic under a hidden name, whole and durable.
    async fn build(self: &Arc<Self>, plan: &Plan, hidden: &Path, job: &Job) -> Result<Aside> {
        let rows = |source: &Source| source.head.index().rows();
        let rewritten = plan.sources.iter().filter(|source| source.by == AdoptedBy::Rewriting);
        job.expect(rewritten.map(rows).sum());
        let (root, folder, meta) = (self.root.clone(), hidden.to_path_buf(), plan.meta.clone());
        let aside = aside(&root, &plan.place, hidden)?;
        let noted = aside.clone();
        blocking(move || {
            create_in(&folder)?;
            noted.note(&folder)?;
            (0..meta.num_buckets.get()).try_for_each(|id| create_in(&bucket_folder(&folder, id)))
        })
        .await?;
        for source in &plan.sources {
            job.go_on()?;
            self.take_over(&plan.place, source, hidden, job).await?;
        }
        plan.check_unchanged(&self.access.to_unknown()).await?;
        let (folder, meta) = (hidden.to_path_buf(), plan.meta.clone());
        blocking(move || {
            let lock = folder.join(TOPIC_LOCK);
            File::create(&lock).map_err(Error::io("create", &lock))?;
            meta.write(&folder)?;
            sync_folder(&root)
        })
        .await?;
        fault::at(&self.root, "adopt.built")?;
        Ok(aside)
    }

    /// Makes a bucket of a dataset.
    async fn take_over(
        self: &Arc<Self>,
        place: &Place,
        source: &Source,
        hidden: &Path,
        job: &Job,
    ) -> Result<()> {
        let to = dataset(hidden, source.place.id).dataset;
        if source.by != AdoptedBy::Rewriting {
            let from = source.place.dataset.clone();
            return blocking(move || link_dataset(&from, &to)).await;
        }
        let reader = Reader::open(self.clone(), place.clone()).await?.bucket(source.place.id)?;
        let reader = reader.at(At::Version(source.head.version())).await?;
        let schema = TopicSchema::new(&source.head.schema());
        let schema = schema.map_err(|error| error.in_topic(place.name.as_str()))?;
        let guarded = self.access.guarded(&to);
        let access = if self.options.checksums { guarded } else { self.access.clone() };
        rewrite(&reader, (&to, schema.as_arrow(), &access), job).await
    }
}

/// Gives what was built its name, and puts what was there into the trash.
fn name(root: &Path, hidden: &Path, topic: &str, is_there: bool, aside: &Aside) -> Result<()> {
    let folder = root.join(topic);
    let named = if is_there { exchange(hidden, &folder) } else { rename_new(hidden, &folder) };
    if let Err(error) = named {
        drop(fs::remove_dir_all(hidden));
        return Err(error);
    }
    fault::at(root, "adopt.named")?;
    sync_folder(root)?;
    aside.put(root, &folder)
}

/// Where what is there goes.
fn aside(root: &Path, place: &Place, hidden: &Path) -> Result<Aside> {
    let name_of = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_root = fs::canonicalize(root).is_ok_and(|root| root == place.folder);
    let (topic, folders) = if place.folder == root.join(place.name.as_str()) {
        // It has the hidden name by then.
        (place.name.to_string(), vec![name_of(hidden)])
    } else if is_root {
        (place.name.to_string(), datasets(place))
    } else {
        let bare = name_of(&place.folder);
        (bare.clone(), vec![bare])
    };
    let name = name_of(&place_for(root, &topic)?);
    Ok(Aside { name, folders, is_within: is_root })
}

/// The folders of the buckets in a root that is a topic itself.
fn datasets(place: &Place) -> Vec<String> {
    let Origin::Foreign(buckets) = &place.origin else { return Vec::new() };
    let folder = |path: &Path| path.parent()?.file_name()?.to_str().map(str::to_owned);
    buckets.iter().filter_map(|bucket| folder(&bucket.dataset)).collect()
}

fn hidden(root: &Path, topic: &str) -> PathBuf {
    root.join(format!(".adopting-{topic}"))
}

fn check_foreign(place: &Place) -> Result<()> {
    if place.is_foreign() {
        return Ok(());
    }
    Err(Error::Topic { topic: place.name.to_string(), fault: TopicFault::Own })
}

/// Lets nobody else adopt in a root.
fn lock_root(root: &Path, topic: String) -> Result<File> {
    let path = root.join(LOCK);
    let mut options = fs::OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(Error::io("open the lock file", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
        Err(TryLockError::WouldBlock) => Err(Error::Topic { topic, fault: TopicFault::Busy }),
    }
}
