//! A copy of the store without its live sessions, made while the server runs.

use super::database::{FIRST_SLOTS, check};
use super::error::StoreError;
use super::folder::database_in;
use super::format::{self, ServerRow, add_slots};
use crate::clock::Stopwatch;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Rows that are read at once, so that no reader stands in the way of the erasure for long.
const ROWS_AT_ONCE: i64 = 5_000;

/// The first hour of each organization that may be packed while rows are copied.
pub(super) const OPEN_AT_FIRST: &str = "
    CREATE TEMP TABLE first_open AS
        SELECT place >> 34 AS organization, min(place) AS place FROM source.usage_open GROUP BY 1;
    CREATE TEMP TABLE first_reached AS SELECT reached FROM source.usage_reached;";

/// What may have changed since, all of one instant: what was packed meanwhile is neither missing
/// nor there twice.
const AS_IT_IS_AT_LAST: &str = "
    BEGIN;
    INSERT OR IGNORE INTO main.organization SELECT * FROM source.organization;
    INSERT OR REPLACE INTO main.usage_gap SELECT * FROM source.usage_gap;
    INSERT OR REPLACE INTO main.usage_reached SELECT * FROM source.usage_reached;
    INSERT INTO main.usage_open SELECT * FROM source.usage_open;
    DELETE FROM main.audit WHERE number < (SELECT min(number) FROM source.audit);
    INSERT OR REPLACE INTO main.usage_hour
        SELECT hour.* FROM source.organization
        LEFT JOIN temp.first_open ON first_open.organization = organization.number
        LEFT JOIN temp.first_reached
        JOIN source.usage_hour AS hour
            ON hour.place >= min(
                ifnull(first_open.place - 120, organization.number + 1 << 34),
                (organization.number << 34) + ifnull(reached / 30000 - 240, 0)
            )
            AND hour.place < organization.number + 1 << 34;
    COMMIT;";

/// How long the last reading may take, at each try: what was erased stays in the server's log
/// meanwhile, and that may not last longer than five seconds.
const LAST_READINGS: [Duration; 5] = [Duration::from_secs(3); 5];
/// Between two tries the server cuts its log.
const PAUSE: Duration = Duration::from_secs(2);
/// Steps of the engine between two looks at the clock.
const STEPS: i32 = 200;

/// Copies the store in `folder` to the new file `copy`: all but the live sessions and the key of
/// their hashes. Put into an empty folder as `seats.db`, it is a store. `copy` is written beside
/// its place and takes it when it is complete.
pub fn backup(folder: &Path, copy: &Path) -> Result<(), StoreError> {
    let source = database_in(folder);
    if !source.exists() {
        return Err(StoreError::Missing { path: source });
    }
    let partial = PathBuf::from(format!("{}.partial", copy.display()));
    if copy.exists() {
        let exists = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(StoreError::io("make", copy)(exists));
    }
    let _ = std::fs::remove_file(&partial);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)
        .map_err(StoreError::io("make", &partial))?;
    let made = copy_into(&source, &partial).and_then(|()| {
        let placed = file
            .sync_all()
            .and_then(|()| std::fs::hard_link(&partial, copy))
            .and_then(|()| File::open(parent(copy))?.sync_all());
        placed.map_err(StoreError::io("make", copy))
    });
    let _ = std::fs::remove_file(&partial);
    made
}

fn copy_into(source: &Path, partial: &Path) -> Result<(), StoreError> {
    let mut connection = Connection::open(partial).map_err(StoreError::engine(partial))?;
    // It is synced as a whole before it has its name. No reading waits for that.
    connection
        .execute_batch("PRAGMA synchronous = OFF")
        .map_err(StoreError::engine(partial))?;
    format::migrate(&mut connection, partial, true)?;
    let reading = StoreError::engine(source);
    attach(&connection, source).map_err(reading)?;
    let found: i64 = connection
        .query_row("PRAGMA source.user_version", [], |row| row.get(0))
        .map_err(StoreError::engine(source))?;
    if found != format::FORMAT {
        return Err(StoreError::OtherFormat {
            path: source.to_owned(),
            found,
            known: format::FORMAT,
        });
    }
    let mut hash_key = [0; 32];
    getrandom::fill(&mut hash_key)
        .map_err(|error| StoreError::io("fill", partial)(std::io::Error::other(error)))?;
    let mut copy = || -> rusqlite::Result<()> {
        let starts = connection.query_row("SELECT starts FROM source.server", [], |row| row.get(0))?;
        let server = ServerRow {
            starts,
            slots: FIRST_SLOTS,
            hash_key,
        };
        connection.execute_batch("BEGIN")?;
        server.write(&connection)?;
        add_slots(&connection, 0, FIRST_SLOTS)?;
        connection.execute_batch("COMMIT")?;
        connection.execute_batch(OPEN_AT_FIRST)?;
        format::COPIED
            .iter()
            .try_for_each(|table| copy_table(&connection, table))?;
        read_at_last(&mut connection, &LAST_READINGS, PAUSE)?;
        connection.execute_batch("DETACH source")
    };
    copy().map_err(StoreError::engine(source))?;
    check(&connection, partial)
}

pub(super) fn attach(connection: &Connection, source: &Path) -> rusqlite::Result<()> {
    // The log belongs to the server, also where it ended without closing it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.execute("ATTACH ?1 AS source", [source.to_string_lossy()])?;
    Ok(())
}

/// Copies what may have changed since, of one instant. A try that takes too long is given up, with
/// nothing of it copied.
pub(super) fn read_at_last(
    connection: &mut Connection,
    readings: &[Duration],
    pause: Duration,
) -> rusqlite::Result<()> {
    for (number, longest) in (1..).zip(readings.iter().copied()) {
        let watch = Stopwatch::start();
        connection.progress_handler(STEPS, Some(move || watch.elapsed() > longest))?;
        let read = connection.execute_batch(AS_IT_IS_AT_LAST);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        let Err(error) = read else { return Ok(()) };
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        let is_too_long = error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted);
        if !is_too_long || number == readings.len() {
            return Err(error);
        }
        std::thread::sleep(pause);
    }
    Ok(())
}

fn copy_table(connection: &Connection, table: &str) -> rusqlite::Result<()> {
    let mut copied = i64::MIN;
    loop {
        let next = format!(
            "SELECT max(rowid) FROM (SELECT rowid FROM source.{table} WHERE rowid > ?1 ORDER BY rowid LIMIT {ROWS_AT_ONCE})"
        );
        let Some(last) = connection.query_row(&next, [copied], |row| row.get::<_, Option<i64>>(0))? else {
            return Ok(());
        };
        let insert =
            format!("INSERT INTO main.{table} SELECT * FROM source.{table} WHERE rowid > ?1 AND rowid <= ?2");
        connection.execute(&insert, [copied, last])?;
        copied = last;
    }
}

fn parent(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}
