//! What adopting a dataset of another program would do, worked out before anything is done.

use std::path::Path;
use std::sync::Arc;

use super::catalog::Catalog;
use super::meta::TopicMeta;
use super::rewrite::check_rewritable;
use super::spec::TopicSpec;
use crate::engine::access::Access;
use crate::engine::error::{Error, Result};
use crate::engine::layout::{BucketPlace, Origin, Place, dataset};
use crate::engine::name::TopicName;
use crate::engine::record::TopicSchema;
use crate::engine::store::Table;
use crate::engine::topic_facts::{AdoptOptions, AdoptedBucket, AdoptedBy, Adoption};
use crate::engine::topic_fault::TopicFault;

/// A dataset of another program, as it was when the plan was made.
pub(super) struct Source {
    pub(super) place: BucketPlace,
    pub(super) head: Table,
    pub(super) by: AdoptedBy,
}

/// What is to be done.
pub(super) struct Plan {
    pub(super) place: Place,
    pub(super) meta: TopicMeta,
    pub(super) sources: Vec<Source>,
    pub(super) told: Adoption,
}

impl Plan {
    /// Whether only the metadata is missing.
    pub(super) fn is_staying(&self) -> bool {
        self.sources.iter().all(|source| source.by == AdoptedBy::Staying)
    }

    /// Fails where a dataset is not what it was.
    pub(super) async fn check_unchanged(&self, access: &Access) -> Result<()> {
        for source in &self.sources {
            let now = Table::open(&source.place.dataset, access).await?;
            if now.is_none_or(|now| !now.is_same(&source.head)) {
                let what = format!("{} has a new version", source.place.dataset.display());
                let fault = TopicFault::Changed(what);
                return Err(Error::Topic { topic: self.place.name.to_string(), fault });
            }
        }
        Ok(())
    }
}

impl Catalog {
    /// What has to be done to adopt a topic of another program. Changes nothing.
    pub(super) async fn plan_adoption(
        self: &Arc<Self>,
        place: Place,
        options: &AdoptOptions,
    ) -> Result<Plan> {
        let name = checked_name(&place)?;
        let folder = self.root.join(name.as_str());
        if place.folder != folder {
            // A bare dataset, or the root itself: the topic gets a folder of its own.
            check_no_folder(&folder, &name)?;
        }
        let sources = self.sources(&place, &folder).await?;
        let schema = merged(&name, &sources)?;
        let highest = sources.iter().map(|source| source.place.id).max().unwrap_or(0);
        let spec = TopicSpec::of(schema).num_buckets(buckets(options, highest)?);
        let spec = match &options.bucket_column {
            Some(column) => spec.bucket_column(column),
            None => spec,
        };
        let meta = spec.meta(&name)?;
        let told = told(&name, &meta, &sources).await?;
        Ok(Plan { place, meta, sources, told })
    }

    async fn sources(&self, place: &Place, folder: &Path) -> Result<Vec<Source>> {
        let Origin::Foreign(buckets) = &place.origin else { return Ok(Vec::new()) };
        let access = self.access.to_unknown();
        let mut found = Vec::new();
        for bucket in buckets {
            access.check_folder(&bucket.dataset)?;
            if let Some(head) = Table::open(&bucket.dataset, &access).await? {
                found.push((bucket.clone(), head));
            }
        }
        let stays = |(bucket, head): &(BucketPlace, Table)| {
            head.is_stable() && bucket.dataset == dataset(folder, bucket.id).dataset
        };
        let all_stay = found.iter().all(stays);
        let by = |head: &Table| match (head.is_stable(), all_stay) {
            (true, true) => AdoptedBy::Staying,
            (true, false) => AdoptedBy::Moving,
            (false, _) => AdoptedBy::Rewriting,
        };
        let sources = found.into_iter().map(|(place, head)| Source { by: by(&head), place, head });
        let sources: Vec<_> = sources.collect();
        for source in sources.iter().filter(|source| source.by == AdoptedBy::Rewriting) {
            check_rewritable(place.name.as_str(), &source.head.schema())?;
        }
        Ok(sources)
    }
}

fn checked_name(place: &Place) -> Result<TopicName> {
    place.name.as_str().parse()
}

/// `folder` is to become the topic's: nothing may be there yet.
fn check_no_folder(folder: &Path, name: &TopicName) -> Result<()> {
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let fault = TopicFault::Exists(format!("{} is there, and no topic", folder.display()));
    Err(Error::Topic { topic: name.to_string(), fault })
}

fn buckets(options: &AdoptOptions, highest: u32) -> Result<u32> {
    match options.num_buckets {
        Some(wanted) if wanted <= highest => Err(Error::InvalidOption {
            option: "num_buckets",
            value: wanted.to_string(),
            reason: format!("there is a dataset of bucket {highest}"),
        }),
        Some(wanted) => Ok(wanted),
        None => Ok(highest.saturating_add(1)),
    }
}

/// The columns of all datasets.
fn merged(name: &TopicName, sources: &[Source]) -> Result<TopicSchema> {
    let wrong = |reason: String| Error::InvalidSchema { topic: name.to_string(), reason };
    let mut whole = TopicSchema::new(&arrow_schema::Schema::empty())
        .map_err(|error| wrong(error.to_string()))?;
    for source in sources {
        let own = TopicSchema::new(&source.head.schema()).map_err(|e| wrong(e.to_string()))?;
        whole = whole.merge_new_fields(&own).map_err(|e| wrong(e.to_string()))?.schema;
        let differs = own.as_arrow().fields().iter().find(|field| {
            let found = whole.as_arrow().field_with_name(field.name());
            found.is_ok_and(|found| found.data_type() != field.data_type())
        });
        if let Some(field) = differs {
            let dataset = source.place.dataset.display();
            return Err(wrong(format!(
                "{dataset} has another type for `{}` than a bucket before",
                field.name()
            )));
        }
    }
    Ok(whole)
}

async fn told(topic: &TopicName, meta: &TopicMeta, sources: &[Source]) -> Result<Adoption> {
    let options = meta.options(topic.clone());
    let (mut buckets, mut lost) = (Vec::new(), Vec::new());
    for Source { place, head, by } in sources {
        let rows = head.index().rows();
        let dataset = place.dataset.display().to_string();
        buckets.push(AdoptedBucket { bucket_id: place.id, dataset, rows, by: *by });
        lost.extend(lost_of(place.id, head, *by).await?);
    }
    Ok(Adoption {
        topic: topic.clone(),
        num_buckets: options.num_buckets,
        bucket_column: options.bucket_column,
        rows: buckets.iter().map(|bucket| bucket.rows).sum(),
        buckets,
        lost,
        original: None,
    })
}

/// What a bucket's dataset has and the topic will not have.
async fn lost_of(bucket: u32, head: &Table, by: AdoptedBy) -> Result<Vec<String>> {
    let mut lost = Vec::new();
    if by == AdoptedBy::Staying {
        return Ok(lost);
    }
    let of = |what: String| format!("{what} of bucket {bucket}");
    lost.extend(head.branches().await?.into_iter().map(|b| of(format!("branch `{}`", b.name))));
    if by == AdoptedBy::Rewriting {
        lost.extend(head.tags().await?.into_keys().map(|tag| of(format!("tag `{tag}`"))));
        let indices = head.known_indices().await?;
        lost.extend(indices.into_iter().map(|i| of(format!("the index over `{}`", i.column))));
        match head.known_numbers().await?.len() {
            0 | 1 => {}
            count => lost.push(of(format!("{} older versions", count - 1))),
        }
    }
    Ok(lost)
}
