//! The tables of the record and what a commit changes in them.

use super::encoding::{read_row, sealed, unsealed, write_row};
use crate::seats::Timestamp;
use crate::usage::{Bucket, Gap, GapReason, HALF_HOUR_MS, MINUTE_MS, Row};
use rusqlite::{Connection, OptionalExtension as _, Row as Read};

/// The tables, since format 3.
pub(in crate::store) const TABLES: &str = "
    CREATE TABLE usage_open (
        place INTEGER PRIMARY KEY,  -- organization, start and length of an interval
        figures BLOB NOT NULL
    );
    CREATE TABLE usage_hour (
        place INTEGER PRIMARY KEY,  -- organization and start of an hour
        rows BLOB,                  -- its minutes, or half-hours
        quarters BLOB NOT NULL      -- its quarters, or half-hours
    );
    CREATE TABLE usage_day (
        place INTEGER PRIMARY KEY,  -- organization and start of a day
        figures BLOB NOT NULL
    );
    CREATE TABLE usage_gap (
        start INTEGER PRIMARY KEY,
        until INTEGER NOT NULL,
        reason INTEGER NOT NULL
    );
    CREATE TABLE usage_reached (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        start INTEGER NOT NULL,
        reached INTEGER NOT NULL
    );
";

/// What a commit changes in the record.
#[derive(Default)]
pub(in crate::store) struct Changes<'a> {
    /// Open intervals with their rows; without one it is not there.
    pub(in crate::store) rows: Vec<(u32, Bucket, Option<&'a Row>)>,
    /// How far the record has come.
    pub(in crate::store) reached: Option<Timestamp>,
    /// Gaps that may not stand there yet.
    pub(in crate::store) gaps: &'a [Gap],
}

/// Where the interval of an organization stands.
pub(super) fn place(organization: u32, bucket: Bucket) -> i64 {
    let minute = bucket.start.0.div_euclid(MINUTE_MS) & 0xffff_ffff;
    i64::from(organization) << 34 | minute << 1 | i64::from(bucket.length_ms == HALF_HOUR_MS)
}

/// The interval that stands there. Only open ones can be half-hours.
pub(super) fn bucket(place: i64) -> Bucket {
    Bucket {
        start: Timestamp((place >> 1 & 0xffff_ffff) * MINUTE_MS),
        length_ms: if place & 1 == 1 { HALF_HOUR_MS } else { MINUTE_MS },
    }
}

/// Where an organization's intervals stand that begin from `from` on and before `until`.
pub(super) fn places(organization: u32, from: Timestamp, until: Timestamp) -> (i64, i64) {
    let minute = |at: Timestamp| at.0.div_euclid(MINUTE_MS).clamp(0, 0xffff_ffff);
    let base = i64::from(organization) << 34;
    let ceiling = Timestamp(until.0.saturating_add(MINUTE_MS - 1));
    (base | minute(from) << 1, base | minute(ceiling) << 1)
}

/// Writes what a group changes.
pub(in crate::store) fn write(connection: &Connection, changes: &Changes<'_>) -> rusqlite::Result<()> {
    let mut body = Vec::new();
    for (organization, bucket, row) in &changes.rows {
        let place = place(*organization, *bucket);
        match row {
            Some(row) => {
                body.clear();
                write_row(&mut body, bucket.start, row);
                connection
                    .prepare_cached("INSERT OR REPLACE INTO usage_open (place, figures) VALUES (?1, ?2)")?
                    .execute((place, sealed(place, &body)))?;
            }
            None => drop(
                connection
                    .prepare_cached("DELETE FROM usage_open WHERE place = ?1")?
                    .execute([place])?,
            ),
        }
    }
    for gap in changes.gaps {
        connection
            .prepare_cached("INSERT OR IGNORE INTO usage_gap (start, until, reason) VALUES (?1, ?2, ?3)")?
            .execute((gap.from.0, gap.until.0, reason_number(gap.reason)))?;
    }
    if let Some(Timestamp(reached)) = changes.reached {
        let sql = "INSERT INTO usage_reached (id, start, reached) VALUES (1, ?1, ?1)
            ON CONFLICT (id) DO UPDATE SET reached = max(reached, ?1)";
        connection.prepare_cached(sql)?.execute([reached])?;
    }
    Ok(())
}

/// How far the record has come.
pub(in crate::store) fn reached(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .query_row("SELECT reached FROM usage_reached WHERE id = 1", [], |row| {
            row.get(0)
        })
        .optional()
        .map(|reached| reached.map(Timestamp))
}

/// The open interval of an organization.
pub(super) fn open_row(
    connection: &Connection,
    organization: u32,
    bucket: Bucket,
) -> rusqlite::Result<Option<Row>> {
    let place = place(organization, bucket);
    connection
        .prepare_cached("SELECT figures FROM usage_open WHERE place = ?1")?
        .query_row([place], |row| read_sealed(row, 0, place, bucket.start))
        .optional()
}

/// The row that stands in a column.
pub(super) fn read_sealed(
    read: &Read<'_>,
    column: usize,
    place: i64,
    start: Timestamp,
) -> rusqlite::Result<Row> {
    let body = read_body(read, column, place)?;
    read_row(&mut body.as_slice(), start).map_err(|_| damaged())
}

/// The bytes that were sealed in a column.
pub(super) fn read_body(read: &Read<'_>, column: usize, place: i64) -> rusqlite::Result<Vec<u8>> {
    let bytes = read.get_ref(column)?.as_blob()?;
    unsealed(place, bytes).map(<[u8]>::to_vec).map_err(|_| damaged())
}

/// What is read is not what was written.
pub(super) fn damaged() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(code, Some("a row of usage is damaged".to_owned()))
}

/// Gaps that touch a stretch, in order.
pub(super) fn gaps(connection: &Connection, from: Timestamp, until: Timestamp) -> rusqlite::Result<Vec<Gap>> {
    connection
        .prepare_cached(
            "SELECT start, until, reason FROM usage_gap WHERE until > ?1 AND start < ?2 ORDER BY start",
        )?
        .query_map([from.0, until.0], |row| {
            Ok(Gap {
                from: Timestamp(row.get(0)?),
                until: Timestamp(row.get(1)?),
                reason: match row.get::<_, i64>(2)? {
                    1 => GapReason::ClockSetForward,
                    _ => GapReason::ServerDown,
                },
            })
        })?
        .collect()
}

fn reason_number(reason: GapReason) -> i64 {
    match reason {
        GapReason::ServerDown => 0,
        GapReason::ClockSetForward => 1,
    }
}
