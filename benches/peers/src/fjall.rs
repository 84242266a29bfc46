//! fjall with its strongest promise: `PersistMode::SyncAll` after every write.

use std::path::Path;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

use crate::{Result, Store};

/// One keyspace, keyed by the record's number in the order of bytes.
pub(crate) struct Fjall {
    database: Database,
    records: Keyspace,
}

impl Fjall {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let database = Database::builder(folder.join("peer.fjall")).open()?;
        let records = database.keyspace("records", KeyspaceCreateOptions::default)?;
        Ok(Self { database, records })
    }
}

impl Store for Fjall {
    fn insert(&self, number: u64, record: &str) -> Result {
        self.records.insert(number.to_be_bytes(), record)?;
        self.database.persist(PersistMode::SyncAll)?;
        Ok(())
    }
}
