//! The audit log goes back five years and a million lines. What is older is deleted, the oldest
//! first and a few lines at a time, between the commits. The newest line always stays: the numbers
//! go on behind it, so that none is used twice.

use crate::clock::Stopwatch;
use crate::seats::Timestamp;
use rusqlite::Connection;
use std::time::Duration;

/// How long lines are kept: 5 years.
pub(super) const KEPT_MS: i64 = 1827 * 24 * 3_600_000;
/// How many lines are kept at most.
pub(super) const KEPT_LINES: u32 = 1_000_000;
/// Lines that are deleted in one turn.
pub(super) const AT_ONCE: u32 = 500;
/// Between two turns where there is more to delete, and where there is nothing.
const AGAIN: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_secs(60);

/// When the log was trimmed last.
#[derive(Default)]
pub(super) struct Trimming(Option<(Stopwatch, Duration)>);

impl Trimming {
    /// How long until the next turn; the first one comes at once.
    pub(super) fn wait(&self) -> Duration {
        self.0.map_or(Duration::ZERO, |(since, wait)| {
            wait.saturating_sub(since.elapsed())
        })
    }

    /// A turn failed: the next one comes later.
    pub(super) fn failed(&mut self) {
        self.0 = Some((Stopwatch::start(), IDLE));
    }

    /// One turn, if it is time for it. Tells whether anything was deleted.
    pub(super) fn turn(&mut self, connection: &mut Connection) -> rusqlite::Result<bool> {
        if !self.wait().is_zero() {
            return Ok(false);
        }
        // The clock of the record of usage, by which everything else is kept.
        let now = super::usage::reached(connection)?;
        let deleted = trim(connection, now, KEPT_LINES)?;
        let wait = if deleted == 0 { IDLE } else { AGAIN };
        self.0 = Some((Stopwatch::start(), wait));
        Ok(deleted > 0)
    }
}

/// Deletes the oldest lines that are beyond `lines` or too old at `now`, a turn's worth at most.
/// Returns how many. What stands behind a line that stays also stays: there is never a gap.
pub(super) fn trim(
    connection: &mut Connection,
    now: Option<Timestamp>,
    lines: u32,
) -> rusqlite::Result<usize> {
    let transaction = connection.transaction()?;
    let newest: Option<u32> = transaction
        .prepare_cached("SELECT max(number) FROM audit")?
        .query_row([], |row| row.get(0))?;
    let Some(newest) = newest else { return Ok(0) };
    let is_past = |number: u32, at: i64| {
        let is_old = now.is_some_and(|now| at < now.0.saturating_sub(KEPT_MS));
        number < newest && (newest - number >= lines || is_old)
    };
    let mut last = None;
    {
        let sql = "SELECT number, at FROM audit ORDER BY number LIMIT ?1";
        let mut oldest = transaction.prepare_cached(sql)?;
        let mut rows = oldest.query([AT_ONCE])?;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if !is_past(number, row.get(1)?) {
                break;
            }
            last = Some(number);
        }
    }
    let Some(last) = last else { return Ok(0) };
    let deleted = transaction
        .prepare_cached("DELETE FROM audit WHERE number <= ?1")?
        .execute([last])?;
    transaction.commit()?;
    Ok(deleted)
}
