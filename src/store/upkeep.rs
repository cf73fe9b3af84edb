//! What is done between the commits: the log is cut, the ballast is made again.

use super::database::NotCommitted;
use super::writer::Writer;
use crate::clock::{Stopwatch, instant_in};
use std::time::Duration;

/// How long something erased may stay in the log.
const TRUNCATE_EVERY: Duration = Duration::from_secs(20);
/// After a truncation that failed.
const RETRY: Duration = Duration::from_secs(1);
/// From then on the server says that it does not erase as promised.
const OVERDUE: Duration = Duration::from_secs(60);
/// Between two looks for room on a full disk.
const LOOK_FOR_ROOM: Duration = Duration::from_secs(5);

/// What has to be done, and since when.
#[derive(Default)]
pub(super) struct Upkeep {
    /// Since the first commit after the last truncation.
    written: Option<Stopwatch>,
    /// Since the last truncation that failed.
    failed: Option<Stopwatch>,
    looked_for_room: Option<Stopwatch>,
}

impl Upkeep {
    /// Something is in the log.
    pub(super) fn wrote(&mut self) {
        self.written.get_or_insert_with(Stopwatch::start);
    }

    /// When to look again.
    pub(super) fn next(&self) -> tokio::time::Instant {
        let wait = match (self.failed, self.written) {
            (Some(_), _) => RETRY,
            (None, Some(written)) => TRUNCATE_EVERY.saturating_sub(written.elapsed()),
            (None, None) => TRUNCATE_EVERY,
        };
        instant_in(match self.looked_for_room {
            Some(_) => wait.min(LOOK_FOR_ROOM),
            None => wait,
        })
    }

    fn is_due(&self) -> bool {
        let passed = |since: Option<Stopwatch>, wait| since.is_some_and(|since| since.elapsed() >= wait);
        match self.failed {
            Some(_) => passed(self.failed, RETRY),
            None => passed(self.written, TRUNCATE_EVERY),
        }
    }
}

impl Writer {
    /// Does what is due.
    pub(super) fn keep_up(&mut self) {
        self.look_for_room();
        self.close_usage();
        self.trim_audit();
        let Some(database) = &self.database else { return };
        if !self.upkeep.is_due() {
            return;
        }
        match database.truncate_log() {
            Ok(true) => {
                self.upkeep.written = None;
                self.upkeep.failed = None;
                self.condition.set_erasure_overdue(false);
            }
            Ok(false) | Err(_) => {
                self.upkeep.failed = Some(Stopwatch::start());
                self.watcher.truncation_failed();
                let waited = self.upkeep.written.map_or(Duration::ZERO, Stopwatch::elapsed);
                if waited >= OVERDUE {
                    tracing::error!(
                        waited_s = waited.as_secs(),
                        "the store's log cannot be cut: what was erased is still in it"
                    );
                    self.condition.set_erasure_overdue(true);
                }
            }
        }
    }

    /// Packs what is past in the record of usage.
    fn close_usage(&mut self) {
        let Some(database) = &mut self.database else {
            return;
        };
        if self.condition.is_full() {
            return;
        }
        match self.closing.turn(database.connection(), &mut self.usage) {
            Ok(true) => self.upkeep.wrote(),
            Ok(false) => {}
            Err(error) => {
                self.closing.failed();
                self.upkeep_failed(error);
            }
        }
    }

    /// Deletes what is past in the audit log.
    fn trim_audit(&mut self) {
        let Some(database) = &mut self.database else {
            return;
        };
        if self.condition.is_full() {
            return;
        }
        match self.trimming.turn(database.connection()) {
            Ok(true) => self.upkeep.wrote(),
            Ok(false) => {}
            Err(error) => {
                self.trimming.failed();
                self.upkeep_failed(error);
            }
        }
    }

    fn upkeep_failed(&mut self, error: rusqlite::Error) {
        let error = NotCommitted::from(error);
        self.note_full(&error);
        if !error.is_disk_full() {
            self.fail(&error.to_string());
        }
    }

    fn look_for_room(&mut self) {
        if !self.condition.is_full() {
            self.upkeep.looked_for_room = None;
            return;
        }
        let looked = self.upkeep.looked_for_room.get_or_insert_with(Stopwatch::start);
        if looked.elapsed() < LOOK_FOR_ROOM {
            return;
        }
        *looked = Stopwatch::start();
        if self.folder.make_ballast(true).is_ok() {
            tracing::info!("the disk has room again");
            self.condition.set_full(false);
        }
    }
}
