//! The dataset before the record: what a put needs of it is there before the log takes the first record of its kind,
//! so that what was put can always be flushed.

use std::sync::Arc;
use std::time::Duration;

use arrow_schema::{Field, Schema, SchemaRef};

use super::lane::LANES;
use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::buffer::Pending;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::record::{TopicSchema, takes, type_text};
use crate::engine::store::Table;
use crate::engine::wal::{Log, Read};

impl Bucket {
    /// Gives the dataset every column of `schema`, creating it where there is none, and the log,
    /// where one is wanted, a segment that has them.
    ///
    /// Cost: the flush lock, and a commit where a column is new.
    /// Cancel: the columns may be there.
    pub(super) async fn make_columns(
        self: &Arc<Self>,
        schema: &SchemaRef,
        with_log: bool,
        timeout: Duration,
    ) -> Result<()> {
        let _flush = self.lock_flush(timeout).await?;
        for _ in 0..ATTEMPTS {
            let table = self.head_or_new(schema).await?;
            let added = self.missing_columns(&table.schema(), schema)?;
            // Another program was faster: what it did decides what is missing now.
            let Some(table) = self.add_columns(table, added).await? else { continue };
            fault::at(&self.log_place.folder, "columns.added")?;
            self.make_head(&table).await?;
            if !with_log || self.made_segment(&table, timeout).await? {
                self.wake();
                return Ok(());
            }
        }
        Err(self.outpaced())
    }

    /// The table, with the columns added again that another program dropped since the records were
    /// put; `None` where the head is another one by now.
    pub(super) async fn with_columns_of(
        &self,
        table: Table,
        taken: &[Pending; LANES],
    ) -> Result<Option<Table>> {
        let mut schemas: Vec<SchemaRef> = Vec::new();
        for batch in taken.iter().flat_map(|pending| &pending.batches) {
            if !schemas.contains(batch.schema_ref()) {
                schemas.push(batch.schema());
            }
        }
        let mut table = table;
        for schema in schemas {
            let added = Self::lacking(&table.schema(), &schema);
            let Some(grown) = self.add_columns(table, added).await? else { return Ok(None) };
            table = grown;
        }
        self.make_head(&table).await?;
        Ok(Some(table))
    }

    async fn head_or_new(&self, schema: &SchemaRef) -> Result<Table> {
        self.read_log(false).await?;
        if self.live().log.is_some() {
            return self.settle().await;
        }
        let opened = Table::open(&self.place.dataset, &self.access).await?;
        match opened {
            Some(table) => Ok(table),
            None => Table::create(&self.place.dataset, schema, &self.access).await,
        }
    }

    /// The table with further columns; `None` where the head is another one by now.
    pub(super) async fn add_columns(&self, table: Table, added: Schema) -> Result<Option<Table>> {
        if added.fields().is_empty() {
            return Ok(Some(table));
        }
        // IMPORTANT: as before a flush. A power cut must not take a column of which the log holds values.
        if !self.secured(&table).await? {
            return Ok(None);
        }
        table.add_columns(added).await
    }

    /// The active segment takes batches of the table's schema when this returns; `false` where the head is another one
    /// by now.
    async fn made_segment(self: &Arc<Self>, table: &Table, timeout: Duration) -> Result<bool> {
        let is_new = self.live().log.is_none();
        let is_secured = if is_new {
            // The log's base names this version: it must not be lost.
            self.secured_whole(table).await?
        } else if self.is_other_schema(table) && fault::is_on(&self.log_place.folder, "schema-sync")
        {
            // IMPORTANT: as before a flush. Another program may have made a type wider.
            self.secured(table).await?
        } else {
            true
        };
        if !is_secured {
            return Ok(false);
        }
        let (own, table) = (self.clone(), table.clone());
        blocking(move || {
            let mut held = own.append_lock.lock(timeout)?;
            let (version, next, schema) = (table.version(), table.next_offset(), table.schema());
            if is_new {
                let log = Log::create(&own.log_place, &mut held, version, next, &schema)?;
                let mut live = own.live();
                live.set_log(log, Read::default());
                return Ok(());
            }
            let mut live = own.live();
            live.adopt(&held)?;
            match &mut live.log {
                Some(log) if log.schema() != schema => log.seal(&held, &schema),
                _ => Ok(()),
            }
        })
        .await?;
        let table = self.known_table().ok_or_else(|| self.damaged("its dataset is gone"))?;
        self.make_head(&table).await?;
        Ok(true)
    }

    /// The columns of `wanted` that `existing` lacks, as nullable ones.
    pub(super) fn missing_columns(
        &self,
        existing: &SchemaRef,
        wanted: &SchemaRef,
    ) -> Result<Schema> {
        let topic = self.topic.as_str();
        let known = |schema: &SchemaRef| TopicSchema::new(schema).map_err(|e| e.in_topic(topic));
        let grown = known(existing)?.merge_new_fields(&known(wanted)?);
        let grown = grown.map_err(|e| e.in_topic(topic))?;
        for field in wanted.fields() {
            let found = grown.schema.as_arrow().field_with_name(field.name());
            if let Ok(found) = found
                && !takes(found, field)
            {
                return Err(self.differs(found, field));
            }
        }
        Ok(grown.added.as_ref().clone())
    }

    /// The columns of `wanted` that `existing` has under no type.
    fn lacking(existing: &SchemaRef, wanted: &SchemaRef) -> Schema {
        let is_lacking = |field: &&Arc<Field>| existing.field_with_name(field.name()).is_err();
        let fields: Vec<Field> = wanted
            .fields()
            .iter()
            .filter(is_lacking)
            .map(|field| field.as_ref().clone().with_nullable(true))
            .collect();
        Schema::new(fields)
    }

    fn differs(&self, existing: &Field, wanted: &Field) -> Error {
        let shown = |field: &Field| format!("`{}: {}`", field.name(), type_text(field.data_type()));
        Error::TopicDiffers {
            topic: self.topic.to_string(),
            what: "column",
            existing: shown(existing),
            wanted: shown(wanted),
        }
    }
}
