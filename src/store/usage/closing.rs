//! Past hours are packed, past days summed up, and what was kept long enough is deleted: a few
//! organizations at a time, so that no login waits for it.

use super::OpenRows;
use super::encoding::{read_pack, sealed, write_pack, write_row};
use super::tables::{bucket, damaged, gaps, place, places, read_body, read_sealed};
use crate::clock::Stopwatch;
use crate::seats::Timestamp;
use crate::usage::{Bucket, Gap, HALF_HOUR_MS, MINUTE_MS, Row};
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

pub(super) const HOUR_MS: i64 = 3_600_000;
const QUARTER_MS: i64 = 900_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long minutes are kept.
pub(super) const MINUTES_KEPT_MS: i64 = 90 * DAY_MS;
/// How long quarters are kept: 13 months.
pub(super) const QUARTERS_KEPT_MS: i64 = 396 * DAY_MS;
/// How long days are kept: 5 years.
pub(super) const DAYS_KEPT_MS: i64 = 1827 * DAY_MS;
/// An hour is closed so long after its end, and up to ten seconds later by organization.
const CLOSED_AFTER_MS: i64 = 90_000;
const SPREAD_MS: u32 = 10_000;
/// A turn ends after so long.
const TURN: Duration = Duration::from_millis(2);
/// Between two turns where there is more to do, and where there is nothing.
const AGAIN: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_secs(5);
/// After a turn that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Rows that are deleted in one turn.
const DELETED_AT_ONCE: usize = 500;

/// Where the closing stands.
#[derive(Default)]
pub(in crate::store) struct Closing {
    zones: HashMap<u32, TimeZone>,
    /// The organization that was looked at last, in the order of their numbers.
    last: u32,
    /// Organizations whose old rows are looked for, and when that began.
    sweeping: Vec<u32>,
    swept_at: Option<Timestamp>,
    waiting: Option<(Stopwatch, Duration)>,
}

impl Closing {
    /// An organization's days are cut by this zone.
    pub(in crate::store) fn cut_by(&mut self, organization: u32, zone: &TimeZone) {
        if self.zones.get(&organization) != Some(zone) {
            self.zones.insert(organization, zone.clone());
        }
    }

    /// How long until the next turn; the first one comes at once.
    pub(in crate::store) fn wait(&self) -> Duration {
        self.waiting.map_or(Duration::ZERO, |(since, wait)| {
            wait.saturating_sub(since.elapsed())
        })
    }

    /// A turn failed: the next one comes later.
    pub(in crate::store) fn failed(&mut self) {
        self.waiting = Some((Stopwatch::start(), AFTER_FAILURE));
    }

    /// One turn, if it is time for it. Tells whether anything was written.
    pub(in crate::store) fn turn(
        &mut self,
        connection: &mut Connection,
        open: &mut OpenRows,
    ) -> rusqlite::Result<bool> {
        if !self.wait().is_zero() {
            return Ok(false);
        }
        self.work(connection, open)
    }

    /// One turn.
    pub(in crate::store) fn work(
        &mut self,
        connection: &mut Connection,
        open: &mut OpenRows,
    ) -> rusqlite::Result<bool> {
        self.waiting = Some((Stopwatch::start(), IDLE));
        let Some(reached) = super::tables::reached(connection)? else {
            return Ok(false);
        };
        let watch = Stopwatch::start();
        let transaction = connection.transaction()?;
        let (mut changed, mut is_through) = (false, false);
        while watch.elapsed() < TURN {
            let closed = match self.close_one(&transaction, open, reached)? {
                Some(closed) => closed,
                None => match self.sweep_one(&transaction, reached)? {
                    Some(deleted) => deleted,
                    None => {
                        is_through = true;
                        break;
                    }
                },
            };
            changed |= closed;
        }
        if changed || !is_through {
            self.waiting = Some((Stopwatch::start(), AGAIN));
        }
        if changed {
            transaction.commit()?;
        }
        Ok(changed)
    }

    /// Closes the oldest hour of the next organization, if that is over. `None` after the last
    /// organization.
    fn close_one(
        &mut self,
        connection: &Transaction<'_>,
        open: &mut OpenRows,
        reached: Timestamp,
    ) -> rusqlite::Result<Option<bool>> {
        let first = connection
            .prepare_cached("SELECT place FROM usage_open WHERE place >= ?1 ORDER BY place LIMIT 1")?
            .query_row([i64::from(self.last + 1) << 34], |row| row.get::<_, i64>(0))
            .optional()?;
        let Some(first) = first else {
            self.last = 0;
            return Ok(None);
        };
        let organization = u32::try_from(first >> 34).map_err(|_| damaged())?;
        let hour = Bucket::of(bucket(first).start, HOUR_MS).start;
        let spread = organization.wrapping_mul(2_654_435_761) % SPREAD_MS;
        if hour.0 + HOUR_MS + CLOSED_AFTER_MS + i64::from(spread) > reached.0 {
            self.last = organization;
            return Ok(Some(false));
        }
        let zone = self.zones.get(&organization).cloned().unwrap_or(TimeZone::UTC);
        close_days(connection, organization, hour, &zone)?;
        pack(connection, organization, hour)?;
        sum_again(connection, organization, hour)?;
        open.forget(organization);
        Ok(Some(true))
    }

    /// Deletes what was kept long enough of one organization. `None` where all are done for today.
    fn sweep_one(
        &mut self,
        connection: &Transaction<'_>,
        reached: Timestamp,
    ) -> rusqlite::Result<Option<bool>> {
        if self.sweeping.is_empty() {
            if self.swept_at.is_some_and(|at| reached.0 < at.0 + DAY_MS) {
                return Ok(None);
            }
            self.swept_at = Some(reached);
            self.sweeping = connection
                .prepare("SELECT number FROM organization")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
        }
        let Some(organization) = self.sweeping.pop() else {
            return Ok(Some(false));
        };
        let before = |kept: i64| places(organization, Timestamp(0), Timestamp(reached.0 - kept));
        let (from, until) = before(QUARTERS_KEPT_MS);
        if let Some(last) = last_hour(connection, from, until)? {
            let zone = self.zones.get(&organization).cloned().unwrap_or(TimeZone::UTC);
            let next = bucket(last + 2 * 60).start;
            close_days(connection, organization, Timestamp(next.0 + 2 * DAY_MS), &zone)?;
        }
        let range = |select: &str, (from, until): (i64, i64)| {
            format!("{select} AND place >= {from} AND place < {until} LIMIT {DELETED_AT_ONCE}")
        };
        let minutes = range(
            "SELECT place FROM usage_hour WHERE rows IS NOT NULL",
            before(MINUTES_KEPT_MS),
        );
        let quarters = range("SELECT place FROM usage_hour WHERE 1", (from, until));
        let days = range("SELECT place FROM usage_day WHERE 1", before(DAYS_KEPT_MS));
        let mut deleted = 0;
        for statement in [
            format!("UPDATE usage_hour SET rows = NULL WHERE place IN ({minutes})"),
            format!("DELETE FROM usage_hour WHERE place IN ({quarters})"),
            format!("DELETE FROM usage_day WHERE place IN ({days})"),
        ] {
            let rows = connection.execute(&statement, [])?;
            if rows >= DELETED_AT_ONCE {
                self.sweeping.push(organization);
            }
            deleted += rows;
        }
        self.sweeping.dedup();
        Ok(Some(deleted > 0))
    }
}

/// Moves the open rows of an hour into its pack.
fn pack(connection: &Connection, organization: u32, hour: Timestamp) -> rusqlite::Result<()> {
    let (from, until) = places(organization, hour, Timestamp(hour.0 + HOUR_MS));
    let mut rows: Vec<(Bucket, Row)> = connection
        .prepare_cached("SELECT place, figures FROM usage_open WHERE place >= ?1 AND place < ?2")?
        .query_map([from, until], |row| {
            let place = row.get(0)?;
            let bucket = bucket(place);
            Ok((bucket, read_sealed(row, 1, place, bucket.start)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let there = connection
        .prepare_cached("SELECT rows FROM usage_hour WHERE place = ?1 AND rows IS NOT NULL")?
        .query_row([from], |row| read_body(row, 0, from))
        .optional()?;
    if let Some(there) = there {
        rows.extend(read_pack(hour, &there).map_err(|_| damaged())?);
    }
    rows.sort_by_key(|(bucket, row)| (row.from, *bucket));
    let gaps = gaps(connection, hour, Timestamp(hour.0 + HOUR_MS))?;
    let quarters = quarters(&rows, &gaps);
    connection
        .prepare_cached("INSERT OR REPLACE INTO usage_hour (place, rows, quarters) VALUES (?1, ?2, ?3)")?
        .execute((
            from,
            sealed(from, &write_pack(hour, &rows)),
            sealed(from, &write_pack(hour, &quarters)),
        ))?;
    connection
        .prepare_cached("DELETE FROM usage_open WHERE place >= ?1 AND place < ?2")?
        .execute([from, until])?;
    Ok(())
}

/// Minutes by quarters; half-hours as they are.
fn quarters(rows: &[(Bucket, Row)], gaps: &[Gap]) -> Vec<(Bucket, Row)> {
    let mut quarters: BTreeMap<Bucket, Row> = BTreeMap::new();
    for (bucket, row) in rows {
        let length = if bucket.length_ms == HALF_HOUR_MS {
            HALF_HOUR_MS
        } else {
            QUARTER_MS
        };
        let quarter = Bucket::of(bucket.start, length);
        quarters
            .entry(quarter)
            .and_modify(|sum| sum.join(row, gaps))
            .or_insert_with(|| row.clone());
    }
    quarters.into_iter().collect()
}

/// Sums up the days that ended before `hour` and whose latest hour is the last one that is packed.
fn close_days(
    connection: &Connection,
    organization: u32,
    hour: Timestamp,
    zone: &TimeZone,
) -> rusqlite::Result<()> {
    let (from, until) = places(organization, Timestamp(0), hour);
    let Some(last) = last_hour(connection, from, until)? else {
        return Ok(());
    };
    let last = bucket(last).start;
    for at in [last, Timestamp(last.0 + HOUR_MS - 1)] {
        let (start, end) = day(zone, at);
        if end <= hour {
            close_day(connection, organization, start, end)?;
        }
    }
    Ok(())
}

fn close_day(
    connection: &Connection,
    organization: u32,
    start: Timestamp,
    end: Timestamp,
) -> rusqlite::Result<()> {
    let key = place(
        organization,
        Bucket {
            start,
            length_ms: MINUTE_MS,
        },
    );
    let is_there = connection
        .prepare_cached("SELECT 1 FROM usage_day WHERE place = ?1")?
        .exists([key])?;
    if is_there {
        return Ok(());
    }
    let gaps = gaps(connection, start, end)?;
    let mut day: Option<Row> = None;
    let mut rows = super::history::quarters(connection, organization, start, end)?;
    // The first row of a server's time may belong to another kind of interval.
    rows.sort_by_key(|row| (row.from, row.until));
    for row in rows {
        match &mut day {
            Some(day) => day.join(&row, &gaps),
            None => day = Some(row),
        }
    }
    if let Some(mut day) = day {
        day.stand_until(end, &gaps);
        let mut body = Vec::new();
        write_row(&mut body, start, &day);
        connection
            .prepare_cached("INSERT INTO usage_day (place, figures) VALUES (?1, ?2)")?
            .execute((key, sealed(key, &body)))?;
    }
    Ok(())
}

/// The day to which something came late.
fn sum_again(connection: &Connection, organization: u32, hour: Timestamp) -> rusqlite::Result<()> {
    let (first, next) = places(organization, Timestamp(0), Timestamp(hour.0 + HOUR_MS));
    let latest: Option<(i64, Row)> = connection
        .prepare_cached(
            "SELECT place, figures FROM usage_day WHERE place >= ?1 AND place < ?2 ORDER BY place DESC LIMIT 1",
        )?
        .query_row([first, next], |row| {
            let place = row.get(0)?;
            Ok((place, read_sealed(row, 1, place, bucket(place).start)?))
        })
        .optional()?;
    if let Some((place, day)) = latest
        && day.until > hour
    {
        connection
            .prepare_cached("DELETE FROM usage_day WHERE place = ?1")?
            .execute([place])?;
        close_day(connection, organization, bucket(place).start, day.until)?;
    }
    Ok(())
}

fn last_hour(connection: &Connection, from: i64, until: i64) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT max(place) FROM usage_hour WHERE place >= ?1 AND place < ?2")?
        .query_row([from, until], |row| row.get(0))
}

/// The calendar day in which `at` lies.
fn day(zone: &TimeZone, at: Timestamp) -> (Timestamp, Timestamp) {
    let whole = || -> Result<_, jiff::Error> {
        let start = jiff::Timestamp::from_millisecond(at.0)?
            .to_zoned(zone.clone())
            .start_of_day()?;
        let end = start.tomorrow()?.start_of_day()?;
        Ok((
            start.timestamp().as_millisecond(),
            end.timestamp().as_millisecond(),
        ))
    };
    // Only where the calendar itself ends.
    let (start, end) = whole().unwrap_or((at.0, at.0 + DAY_MS));
    (Timestamp(start), Timestamp(end))
}
