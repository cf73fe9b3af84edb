//! The format of the database: its tables, its version, and the way from older ones.

use super::cell::{CELL_BYTES, checksum};
use super::error::StoreError;
use rusqlite::{Connection, OptionalExtension as _};
use std::path::Path;

/// Says that a database is ours: "MBSe".
const APPLICATION_ID: i64 = 0x4d42_5365;
/// From each format to the next, format 0 being an empty database.
const MIGRATIONS: [&str; 3] = [
    "
    CREATE TABLE server (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        starts INTEGER NOT NULL,  -- how often the store was opened; the newest owner's number
        slots INTEGER NOT NULL,   -- rows of slot
        hash_key BLOB NOT NULL,   -- under which secrets and attempts are hashed
        checksum BLOB NOT NULL
    );
    CREATE TABLE organization (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        checksum BLOB NOT NULL
    );
    CREATE TABLE slot (
        number INTEGER PRIMARY KEY,
        cell BLOB NOT NULL
    );
",
    "
    CREATE TABLE setting (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        checksum BLOB NOT NULL
    );
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY,  -- without a gap
        at INTEGER NOT NULL,
        label TEXT NOT NULL,
        method TEXT NOT NULL,
        route TEXT NOT NULL,
        organization TEXT,
        reason TEXT,
        checksum BLOB NOT NULL
    );
",
    super::usage::TABLES,
];

/// The tables that a backup copies row by row.
pub(super) const COPIED: [&str; 5] = ["organization", "usage_hour", "usage_day", "setting", "audit"];

/// The newest format.
pub(super) const FORMAT: i64 = MIGRATIONS.len() as i64;

/// The one row of `server`.
#[derive(Clone)]
pub(super) struct ServerRow {
    /// How often the store was opened.
    pub(super) starts: u32,
    /// How many slots there are.
    pub(super) slots: u32,
    /// The key of the hashes.
    pub(super) hash_key: [u8; 32],
}

impl ServerRow {
    fn checksum(&self) -> [u8; 8] {
        let mut bytes = [0; 36];
        bytes[..4].copy_from_slice(&self.slots.to_le_bytes());
        bytes[4..].copy_from_slice(&self.hash_key);
        checksum(self.starts, &bytes)
    }

    /// Writes it in the place of the older one.
    pub(super) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO server (id, starts, slots, hash_key, checksum) VALUES (1, ?1, ?2, ?3, ?4)";
        connection
            .prepare_cached(sql)?
            .execute((self.starts, self.slots, self.hash_key, self.checksum()))?;
        Ok(())
    }

    /// Reads it, if it is what was written.
    pub(super) fn read(connection: &Connection, path: &Path) -> Result<Self, StoreError> {
        let sql = "SELECT starts, slots, hash_key, checksum FROM server WHERE id = 1";
        let read = connection
            .query_row(sql, [], |row| {
                let server = Self {
                    starts: row.get(0)?,
                    slots: row.get(1)?,
                    hash_key: row.get(2)?,
                };
                Ok((server, row.get::<_, Vec<u8>>(3)?))
            })
            .optional();
        match read.map_err(|error| StoreError::damaged(path, error.to_string()))? {
            Some((server, sum)) if sum == server.checksum() => Ok(server),
            Some(_) => Err(StoreError::damaged(path, "the server's row")),
            None => Err(StoreError::damaged(path, "the server's row is missing")),
        }
    }
}

/// Brings the database to the newest format, in one transaction. `is_unfinished` says that it may
/// be empty.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    is_unfinished: bool,
) -> Result<(), StoreError> {
    let engine = |error| StoreError::engine(path)(error);
    let pragma = |name| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let (application, found) = (
        pragma("application_id").map_err(engine)?,
        pragma("user_version").map_err(engine)?,
    );
    if application == APPLICATION_ID && found > FORMAT {
        return Err(StoreError::TooNew {
            path: path.to_owned(),
            found,
            known: FORMAT,
        });
    }
    let is_empty = application == 0 && found == 0;
    if !(application == APPLICATION_ID && found > 0 || is_empty && is_unfinished) {
        return Err(StoreError::damaged(
            path,
            "it is empty or not a database of this server",
        ));
    }
    if found == FORMAT {
        return Ok(());
    }
    let mut migration = || -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        for step in &MIGRATIONS[usize::try_from(found).unwrap_or(0)..] {
            transaction.execute_batch(step)?;
        }
        if is_empty {
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()
    };
    migration().map_err(engine)
}

/// Adds free slots after the first `there`, up to `wanted`.
pub(super) fn add_slots(connection: &Connection, there: u32, wanted: u32) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT INTO slot (number, cell) VALUES (?1, zeroblob(?2))")?;
    for number in there + 1..=wanted {
        insert.execute((number, CELL_BYTES as u32))?;
    }
    Ok(())
}

/// The checksum of an organization's row.
pub(super) fn organization_checksum(number: u32, id: &str) -> [u8; 8] {
    checksum(number, id.as_bytes())
}
