//! The database: read and checked as a whole at the start, written one group at a time.

use super::cell::{CELL_BYTES, Cell, decode, encode};
use super::error::StoreError;
use super::format::{self, ServerRow, add_slots, organization_checksum};
use super::settings::{AuditEntry, AuditQuery, AuditTail, ChangedRow, Row, SettingKey};
use super::tables;
use super::usage;
use crate::seats::{OrganizationId, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Slots of a new store.
pub(super) const FIRST_SLOTS: u32 = 1024;
/// Pages of the log after which a commit brings them into the database: about 800 KiB.
const CHECKPOINT_PAGES: i64 = 200;
/// A commit waits so long for a reader of another process.
const COMMIT_PATIENCE: Duration = Duration::from_secs(2);
/// The truncation of the log waits so long; logins wait meanwhile.
const TRUNCATION_PATIENCE: Duration = Duration::from_millis(20);

/// An open database that this process owns.
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    server: ServerRow,
}

/// All that a database holds.
pub(super) struct Contents {
    /// Slot 1 first.
    pub(super) cells: Vec<Option<Cell>>,
    /// The organizations' numbers.
    pub(super) organizations: BTreeMap<OrganizationId, u32>,
    /// How far the record of usage has come.
    pub(super) usage_reached: Option<Timestamp>,
    /// What administrators set.
    pub(super) settings: BTreeMap<SettingKey, Row>,
    /// The number of the last line of the audit log.
    pub(super) audited: u32,
}

/// What a group changes.
pub(super) struct Group<'a> {
    /// How many slots there are after it.
    pub(super) slots: u32,
    /// The slots that change, with what they hold after it.
    pub(super) cells: Vec<(u32, Option<&'a Cell>)>,
    /// Organizations that had no number.
    pub(super) organizations: Vec<(u32, OrganizationId)>,
    /// What it changes in the record of usage.
    pub(super) usage: usage::Changes<'a>,
    /// The settings that change.
    pub(super) settings: Vec<ChangedRow<'a>>,
    /// How the audit log ends, if that changes.
    pub(super) audit: Option<AuditTail<'a>>,
}

/// Why a group is not on disk.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotCommitted {
    /// The engine says no.
    #[error(transparent)]
    Engine(#[from] rusqlite::Error),
    /// Somebody else opened the store: this process may not write any more.
    #[error("another server owns the store")]
    NotOwner,
    /// A slot is not there.
    #[error("a slot is missing")]
    SlotMissing,
}

impl NotCommitted {
    /// Whether the disk is full.
    pub(super) fn is_disk_full(&self) -> bool {
        match self {
            Self::Engine(error) => error.sqlite_error().is_some_and(|error| {
                error.code == rusqlite::ErrorCode::DiskFull
                    || error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
            }),
            Self::NotOwner | Self::SlotMissing => false,
        }
    }
}

impl Database {
    /// Opens or makes the database at `path`, checks all of it, and makes this process its owner.
    pub(super) fn open(path: &Path, is_unfinished: bool) -> Result<(Self, Contents), StoreError> {
        let mut connection = connect(path).map_err(StoreError::engine(path))?;
        format::migrate(&mut connection, path, is_unfinished)?;
        check(&connection, path)?;
        if is_unfinished {
            make_server_row(&mut connection, path)?;
        }
        let server = ServerRow::read(&connection, path)?;
        let contents = read(&connection, path, &server)?;
        let mut database = Self {
            connection,
            path: path.to_owned(),
            server,
        };
        database.own()?;
        Ok((database, contents))
    }

    /// The key of the hashes.
    pub(super) fn hash_key(&self) -> [u8; 32] {
        self.server.hash_key
    }

    /// How often the store was opened, this time included.
    pub(super) fn starts(&self) -> u32 {
        self.server.starts
    }

    /// Writes a group and waits until the disk has it.
    pub(super) fn commit(&mut self, group: &Group<'_>) -> Result<(), NotCommitted> {
        let server = ServerRow {
            slots: group.slots,
            ..self.server.clone()
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let owner: u32 = transaction
            .prepare_cached("SELECT starts FROM server WHERE id = 1")?
            .query_row([], |row| row.get(0))?;
        if owner != server.starts {
            return Err(NotCommitted::NotOwner);
        }
        for (number, id) in &group.organizations {
            let sql = "INSERT INTO organization (number, id, checksum) VALUES (?1, ?2, ?3)";
            let sum = organization_checksum(*number, id.as_str());
            transaction
                .prepare_cached(sql)?
                .execute((number, id.as_str(), sum))?;
        }
        if server.slots > self.server.slots {
            add_slots(&transaction, self.server.slots, server.slots)?;
        }
        if server.slots > self.server.slots || group.cells.is_empty() {
            // A group without changes asks whether the disk takes anything.
            server.write(&transaction)?;
        }
        {
            let mut update = transaction.prepare_cached("UPDATE slot SET cell = ?2 WHERE number = ?1")?;
            for (slot, cell) in &group.cells {
                if update.execute((slot, encode(*slot, *cell)))? != 1 {
                    return Err(NotCommitted::SlotMissing);
                }
            }
        }
        usage::write(&transaction, &group.usage)?;
        tables::write_settings(&transaction, &group.settings)?;
        if let Some(tail) = &group.audit {
            tables::write_audit(&transaction, tail)?;
        }
        transaction.commit()?;
        self.server = server;
        Ok(())
    }

    /// For what is written between the groups.
    pub(super) fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Some lines of the audit log, with their numbers.
    pub(super) fn audit(&self, query: &AuditQuery) -> rusqlite::Result<Vec<(u32, AuditEntry)>> {
        tables::audit(&self.connection, query)
    }

    /// Brings the log into the database and cuts it to nothing, so that what was erased is gone
    /// from it too. False: a reader is in the way.
    pub(super) fn truncate_log(&self) -> rusqlite::Result<bool> {
        self.connection.busy_timeout(TRUNCATION_PATIENCE)?;
        let busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        self.connection.busy_timeout(COMMIT_PATIENCE)?;
        busy.map(|busy| !busy)
    }

    /// Brings the log into the database and removes it. A database that is only dropped leaves its
    /// log where it is, for whoever opens it next.
    pub(super) fn close(self) {
        let removes_log = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
        if let Err(error) = self.connection.set_db_config(removes_log, false) {
            tracing::warn!(%error, "the store's log stays beside it");
        }
    }

    /// Reads back what the disk holds, after an opening that was no start.
    pub(super) fn reopen(path: &Path, owner: &ServerRow) -> Result<(Self, Contents), StoreError> {
        let connection = connect(path).map_err(StoreError::engine(path))?;
        let server = ServerRow::read(&connection, path)?;
        if server.starts != owner.starts {
            return Err(StoreError::damaged(path, "another server wrote to it"));
        }
        let contents = read(&connection, path, &server)?;
        let path = path.to_owned();
        let database = Self {
            connection,
            path,
            server,
        };
        Ok((database, contents))
    }

    /// The row that says who owns the store.
    pub(super) fn owner(&self) -> &ServerRow {
        &self.server
    }

    fn own(&mut self) -> Result<(), StoreError> {
        let server = ServerRow {
            starts: self.server.starts.saturating_add(1),
            ..self.server.clone()
        };
        let mut write = || -> rusqlite::Result<()> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            server.write(&transaction)?;
            transaction.commit()
        };
        write().map_err(StoreError::engine(&self.path))?;
        self.server = server;
        Ok(())
    }
}

/// A connection with all that our guarantees need.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(COMMIT_PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cell_size_check = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
    ))?;
    Ok(connection)
}

/// Looks for damage that the engine can see.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(StoreError::engine(path))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(StoreError::damaged(path, found))
    }
}

fn make_server_row(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let mut hash_key = [0; 32];
    getrandom::fill(&mut hash_key).map_err(|error| StoreError::Io {
        what: "get random numbers for",
        path: path.to_owned(),
        source: std::io::Error::other(error),
    })?;
    let server = ServerRow {
        starts: 0,
        slots: FIRST_SLOTS,
        hash_key,
    };
    let mut write = || -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        let rows: u32 = transaction.query_row("SELECT count(*) FROM server", [], |row| row.get(0))?;
        if rows == 0 {
            server.write(&transaction)?;
            add_slots(&transaction, 0, FIRST_SLOTS)?;
        }
        transaction.commit()
    };
    write().map_err(StoreError::engine(path))
}

fn read(connection: &Connection, path: &Path, server: &ServerRow) -> Result<Contents, StoreError> {
    let engine = |error: rusqlite::Error| StoreError::damaged(path, error.to_string());
    let mut organizations = BTreeMap::new();
    let mut statement = connection
        .prepare("SELECT number, id, checksum FROM organization")
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let (number, id): (u32, String) = (row.get(0).map_err(engine)?, row.get(1).map_err(engine)?);
        let sum: Vec<u8> = row.get(2).map_err(engine)?;
        let whole = sum == organization_checksum(number, &id);
        match OrganizationId::parse(&id) {
            Ok(id) if whole => drop(organizations.insert(id, number)),
            Ok(_) | Err(_) => return Err(StoreError::damaged(path, format!("row {number} of organization"))),
        }
    }
    let numbers: BTreeSet<u32> = organizations.values().copied().collect();
    let mut cells = Vec::with_capacity(server.slots as usize);
    let mut statement = connection
        .prepare("SELECT number, cell FROM slot ORDER BY number")
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let slot: u32 = row.get(0).map_err(engine)?;
        let cell = row
            .get_ref(1)
            .map_err(engine)?
            .as_blob()
            .ok()
            .filter(|bytes| bytes.len() == CELL_BYTES);
        let cell = cell.and_then(|bytes| decode(slot, bytes).ok());
        let known = |cell: &Cell| numbers.contains(&cell.organization);
        match cell {
            Some(cell) if slot as usize == cells.len() + 1 && cell.as_ref().is_none_or(known) => {
                cells.push(cell);
            }
            Some(_) | None => return Err(StoreError::damaged(path, format!("row {slot} of slot"))),
        }
    }
    if cells.len() != server.slots as usize {
        return Err(StoreError::damaged(path, "rows of slot are missing"));
    }
    Ok(Contents {
        cells,
        organizations,
        usage_reached: usage::reached(connection).map_err(engine)?,
        settings: tables::read_settings(connection, path)?,
        audited: tables::check_audit(connection, path)?,
    })
}
