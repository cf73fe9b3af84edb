//! Reads the record, on a connection of its own that never keeps a commit waiting.

use super::closing::{DAYS_KEPT_MS, HOUR_MS, MINUTES_KEPT_MS, QUARTERS_KEPT_MS};
use super::encoding::{Damaged, read_pack, read_pack_of_peaks};
use super::tables::{bucket, damaged, gaps, places, read_body, read_sealed};
use crate::clock::Stopwatch;
use crate::seats::{OrganizationId, Timestamp};
use crate::store::StoreError;
use crate::usage::{Bucket, Gap, Row};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Waits so long for a server that starts.
const PATIENCE: Duration = Duration::from_secs(2);
/// One of the three tables is read for so long at most: what was erased stays in the log while a
/// transaction reads, and it may not last longer than five seconds.
const LONGEST: Duration = Duration::from_millis(1500);

/// How fine the rows have to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Minutes, as long as they are kept.
    Minutes,
    /// Quarters of an hour.
    Quarters,
    /// The same, of whose levels the highest is known and no other, without waits and lengths.
    Peaks,
    /// Days, where all of a day is asked for.
    Days,
}

impl Detail {
    /// How long it is kept, in milliseconds.
    pub const fn kept_ms(self) -> i64 {
        match self {
            Self::Minutes => MINUTES_KEPT_MS,
            Self::Quarters | Self::Peaks => QUARTERS_KEPT_MS,
            Self::Days => DAYS_KEPT_MS,
        }
    }
}

/// What is known of a stretch.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// In the order of time: at most one that begins before the stretch, and all that begin in it.
    pub rows: Vec<Row>,
    /// What is not known, in order.
    pub gaps: Vec<Gap>,
}

/// Where the record can be read.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub(in crate::store) path: PathBuf,
}

impl Shelf {
    /// What is recorded of an organization from `from` on and before `until`.
    pub fn history(
        &self,
        organization: &OrganizationId,
        from: Timestamp,
        until: Timestamp,
        detail: Detail,
    ) -> Result<History, StoreError> {
        self.open()?.history(organization, from, until, detail)
    }

    /// Opens the record, for several questions.
    pub fn open(&self) -> Result<Reading<'_>, StoreError> {
        let connection = self
            .connection()
            .map_err(|error| StoreError::engine(&self.path)(error))?;
        Ok(Reading {
            path: &self.path,
            connection,
        })
    }

    fn connection(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        Ok(connection)
    }
}

/// The record, open for questions.
pub struct Reading<'a> {
    path: &'a Path,
    connection: Connection,
}

impl Reading<'_> {
    /// What is recorded of an organization from `from` on and before `until`.
    pub fn history(
        &self,
        organization: &OrganizationId,
        from: Timestamp,
        until: Timestamp,
        detail: Detail,
    ) -> Result<History, StoreError> {
        let connection = &self.connection;
        // All of one instant: what is packed meanwhile is neither missed nor found twice.
        let read = || -> rusqlite::Result<History> {
            let _snapshot = connection.unchecked_transaction()?;
            let number = connection
                .prepare_cached("SELECT number FROM organization WHERE id = ?1")?
                .query_row([organization.as_str()], |row| row.get(0))
                .optional()?;
            let gaps = gaps(connection, Timestamp(i64::MIN), until)?;
            let Some(number) = number else {
                return Ok(History {
                    rows: Vec::new(),
                    gaps,
                });
            };
            let rows = rows(connection, number, from, until, detail)?;
            Ok(History { rows, gaps })
        };
        read().map_err(|error| StoreError::engine(self.path)(error))
    }
}

pub(super) fn rows(
    connection: &Connection,
    organization: u32,
    from: Timestamp,
    until: Timestamp,
    detail: Detail,
) -> rusqlite::Result<Vec<Row>> {
    let (first, end) = places(organization, from, until);
    let mut rows: Vec<Row> = before(connection, organization, from)?.into_iter().collect();
    let mut open = Vec::new();
    each(
        connection,
        "SELECT place, figures FROM usage_open",
        first,
        end,
        |read, place| {
            open.push(read_sealed(read, 1, place, bucket(place).start)?);
            Ok(())
        },
    )?;
    let mut days: Vec<Row> = Vec::new();
    if detail == Detail::Days {
        each(
            connection,
            "SELECT place, figures FROM usage_day",
            first,
            end,
            |read, place| {
                days.push(read_sealed(read, 1, place, bucket(place).start)?);
                Ok(())
            },
        )?;
    }
    let mut packed = match detail {
        Detail::Minutes => minutes(connection, organization, from, until)?,
        Detail::Quarters => quarters(connection, organization, from, until)?,
        Detail::Peaks => packs(
            connection,
            organization,
            from,
            until,
            "SELECT place, quarters FROM usage_hour",
            read_pack_of_peaks,
        )?,
        Detail::Days => quarters_beside(connection, organization, from, until, &days)?,
    };
    packed.retain(|row| {
        !days
            .iter()
            .any(|day| row.from >= day.from && row.from < day.until)
    });
    rows.append(&mut days);
    rows.append(&mut packed);
    rows.append(&mut open);
    rows.sort_by_key(|row| (row.from, row.until));
    Ok(rows)
}

/// Quarters of the hours that are in none of these days.
fn quarters_beside(
    connection: &Connection,
    organization: u32,
    from: Timestamp,
    until: Timestamp,
    days: &[Row],
) -> rusqlite::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut at = from;
    for day in days {
        if at < day.from {
            rows.append(&mut quarters(connection, organization, at, day.from)?);
        }
        at = at.max(day.until);
    }
    if at < until {
        rows.append(&mut quarters(connection, organization, at, until)?);
    }
    Ok(rows)
}

/// The latest row that begins before `from`.
fn before(connection: &Connection, organization: u32, from: Timestamp) -> rusqlite::Result<Option<Row>> {
    let (first, end) = places(organization, Timestamp(0), from);
    let latest = |sql: &str, column: &str| {
        let sql = format!(
            "SELECT place, {column} FROM {sql} WHERE place >= ?1 AND place < ?2 ORDER BY place DESC LIMIT 1"
        );
        connection
            .prepare_cached(&sql)?
            .query_row([first, end], |read| {
                let place = read.get(0)?;
                if column == "figures" {
                    return Ok(vec![read_sealed(read, 1, place, bucket(place).start)?]);
                }
                let body = read_body(read, 1, place)?;
                let rows = read_pack(bucket(place).start, &body).map_err(|_| damaged())?;
                Ok(rows.into_iter().map(|(_, row)| row).collect())
            })
            .optional()
    };
    let hour = Timestamp(from.0.div_euclid(HOUR_MS) * HOUR_MS);
    let mut found: Vec<Row> = Vec::new();
    for rows in [
        latest("usage_day", "figures")?,
        latest("usage_hour", "quarters")?,
        latest("usage_open", "figures")?,
    ] {
        found.extend(rows.into_iter().flatten());
    }
    // An hour that begins before and whose later quarters are in the stretch.
    found.append(&mut quarters(connection, organization, hour, from)?);
    // Of those that begin together the shorter one comes last, and counts.
    Ok(found
        .into_iter()
        .filter(|row| row.from < from)
        .max_by_key(|row| row.from))
}

/// The quarters of packed hours that begin in a stretch.
pub(super) fn quarters(
    connection: &Connection,
    organization: u32,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    packs(
        connection,
        organization,
        from,
        until,
        "SELECT place, quarters FROM usage_hour",
        read_pack,
    )
}

fn minutes(
    connection: &Connection,
    organization: u32,
    from: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<Row>> {
    let kept =
        super::tables::reached(connection)?.map_or(from, |reached| Timestamp(reached.0 - MINUTES_KEPT_MS));
    let from = from.max(kept);
    packs(
        connection,
        organization,
        from,
        until,
        "SELECT place, coalesce(rows, quarters) FROM usage_hour",
        read_pack,
    )
}

fn packs(
    connection: &Connection,
    organization: u32,
    from: Timestamp,
    until: Timestamp,
    select: &str,
    read_pack: impl Fn(Timestamp, &[u8]) -> Result<Vec<(Bucket, Row)>, Damaged>,
) -> rusqlite::Result<Vec<Row>> {
    let hour = Timestamp(from.0.div_euclid(HOUR_MS) * HOUR_MS);
    let (first, end) = places(organization, hour, until);
    let mut rows = Vec::new();
    each(connection, select, first, end, |read, place| {
        let body = read_body(read, 1, place)?;
        let pack = read_pack(bucket(place).start, &body).map_err(|_| damaged())?;
        let within = pack
            .into_iter()
            .filter(|(bucket, _)| bucket.start >= from && bucket.start < until);
        rows.extend(within.map(|(_, row)| row));
        Ok(())
    })?;
    Ok(rows)
}

/// Reads what stands in these places.
fn each(
    connection: &Connection,
    select: &str,
    first: i64,
    end: i64,
    mut take: impl FnMut(&rusqlite::Row<'_>, i64) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let sql = format!("{select} WHERE place >= ?1 AND place < ?2 ORDER BY place");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([first, end])?;
    let watch = Stopwatch::start();
    while let Some(read) = rows.next()? {
        let place: i64 = read.get(0)?;
        take(read, place)?;
        if watch.elapsed() > LONGEST {
            let interrupted = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
            let why = "the record is read too slowly".to_owned();
            return Err(rusqlite::Error::SqliteFailure(interrupted, Some(why)));
        }
    }
    Ok(())
}
