//! SQLite as its manual recommends it for durable writes: write-ahead log, synchronous = FULL, one insert a transaction.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::{Result, Store};

/// One connection: `SQLite` has one writer at a time, and a connection each would only wait in its busy handler.
pub(crate) struct Sqlite(Mutex<Connection>);

impl Sqlite {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("peer.sqlite"))?;
        let mode: String =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            return Err(format!("SQLite keeps journal mode `{mode}`").into());
        }
        connection.execute_batch(
            "PRAGMA synchronous = FULL;
             CREATE TABLE records (number INTEGER PRIMARY KEY, record TEXT NOT NULL)",
        )?;
        Ok(Self(Mutex::new(connection)))
    }
}

impl Store for Sqlite {
    fn insert(&self, number: u64, record: &str) -> Result {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Without BEGIN, each statement is a transaction of its own.
        let mut insert = connection.prepare_cached("INSERT INTO records VALUES (?1, ?2)")?;
        insert.execute((i64::try_from(number)?, record))?;
        Ok(())
    }
}
