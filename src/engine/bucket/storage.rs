//! What a bucket takes on disk, gathered from what its dataset and its log say.

use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::upkeep::Keeps;
use crate::engine::error::Result;
use crate::engine::index_facts::IndexInfo;
use crate::engine::maintenance::{Part, Tiers, advise};
use crate::engine::record::type_text;
use crate::engine::storage_facts::{BucketStorage, ColumnBytes, FragmentFacts, VersionBytes};
use crate::engine::store::{Holdings, Table};

impl Bucket {
    /// What it takes on disk as a snapshot sees it, and what to do about it, where it is known what is kept.
    ///
    /// Cost: the ends of 512 data files, a listing of the dataset's folders, and the manifests of the versions.
    pub(crate) async fn storage(
        &self,
        snapshot: &Snapshot,
        kept: Option<Keeps>,
    ) -> Result<BucketStorage> {
        let storage = BucketStorage {
            bucket_id: self.place.id,
            wal_bytes: self.log_bytes(),
            buffer_count: snapshot.buffered_rows(),
            ..BucketStorage::default()
        };
        let Some(table) = snapshot.table() else { return Ok(storage) };
        let held = table.holdings().await?;
        let weights = table.column_weights().await?;
        let [data_bytes, deletion_bytes, index_bytes] = held.head;
        let mut storage = BucketStorage {
            version: table.version(),
            records: table.index().rows(),
            files_read: weights.asked,
            files: weights.files,
            fragments: fragments(&table.parts().await?, kept),
            indices: self.index_facts(table).await?,
            versions: versions(table, &held).await?,
            versions_left_out: held.left_out,
            data_bytes,
            deletion_bytes,
            index_bytes,
            older_bytes: held.older,
            manifest_bytes: held.manifests,
            columns: columns(table, weights.columns),
            ..storage
        };
        if let Some(kept) = kept {
            let rule = kept.versions.with_grace();
            storage.cleanup = Some(self.would_clean_up(&rule).await?);
            storage.advice = advise(self.topic.as_str(), &storage);
        }
        Ok(storage)
    }

    /// The indices of a version, as facts.
    pub(crate) async fn index_facts(&self, table: &Table) -> Result<Vec<IndexInfo>> {
        let known = table.known_indices().await?.into_iter();
        Ok(known
            .map(|index| IndexInfo {
                bucket_id: self.place.id,
                name: index.name,
                column: index.column,
                kind: index.kind,
                metric: index.metric,
                covered: index.covered,
                open: index.open,
                segments: index.segments.len() as u64,
                bytes: index.bytes,
            })
            .collect())
    }
}

fn fragments(parts: &[Part], kept: Option<Keeps>) -> FragmentFacts {
    let records = kept.map(|kept| kept.records).unwrap_or_default();
    let runs = Tiers::default().within(&records).all(parts);
    FragmentFacts {
        count: parts.len() as u64,
        small: runs.iter().map(|run| run.len() as u64).sum(),
        would_become: runs.len() as u64,
        deleted: parts.iter().map(|part| part.deleted).sum(),
    }
}

fn columns(table: &Table, weights: Vec<(String, u64)>) -> Vec<ColumnBytes> {
    let schema = table.schema();
    let known = |(column, bytes): (String, u64)| {
        let r#type = type_text(schema.field_with_name(&column).ok()?.data_type());
        Some(ColumnBytes { column, r#type, bytes })
    };
    weights.into_iter().filter_map(known).collect()
}

async fn versions(table: &Table, held: &Holdings) -> Result<Vec<VersionBytes>> {
    let numbers: Vec<u64> = held.versions.iter().map(|holding| holding.version).collect();
    let described = table.versions_of(&numbers).await?;
    let bytes = held.versions.iter().filter_map(|holding| {
        let version = described.iter().find(|version| version.number == holding.version)?;
        Some(VersionBytes {
            version: holding.version,
            timestamp: version.timestamp,
            operation: version.operation.clone(),
            tags: version.tags.clone(),
            manifest_bytes: holding.manifest,
            added_bytes: holding.added,
            only_here_bytes: holding.only_here,
        })
    });
    Ok(bytes.collect())
}
