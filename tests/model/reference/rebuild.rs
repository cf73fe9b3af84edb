//! What is left after a restart and after a commit that failed.

use super::{MINUTE, Reference};
use crate::seats::{Record, Served, Session, SessionState};
use std::time::Duration;

impl Reference {
    /// These records are on disk, and who is connected stands beside them. Who is on disk only
    /// is in grace for `grace`. Codes are void.
    pub(crate) fn rebuild(&mut self, records: &[(Record, Option<SessionState>)], now: u64, grace: u64) {
        let (seats, endings) = (self.seats.clone(), self.endings.clone());
        self.now = now;
        self.codes.clear();
        self.endings.clear();
        self.seats.clear();
        for (record, state) in records {
            let session = record.session;
            let known = seats.iter().find(|seat| seat.record.session == session);
            let until = Served::from_nanos(now + grace);
            self.seats.push(Session {
                record: *record,
                repeatable_until: Served::from_nanos(now + MINUTE),
                state: state.unwrap_or(SessionState::InGrace { until }),
                resumes: known.map_or(0, |seat| seat.resumes),
            });
            let (Some(ending), Some(_)) = (record.ending, state) else {
                continue;
            };
            // The time of a decision counts on; of one that was not recorded nothing is left.
            let recorded = known.is_some_and(|seat| seat.record.ending == record.ending);
            let end = endings.iter().find(|(id, _)| recorded && *id == session);
            match end {
                Some(end) => self.endings.push(*end),
                None => {
                    self.end_at(session, ending.goes_on());
                }
            }
        }
    }

    /// A restart empties the line and forgets everything that is not on disk.
    pub(crate) fn restart(&mut self, records: &[Record], now: u64, at_least: Duration) {
        self.seats.clear();
        self.line.clear();
        self.windows.clear();
        let grace = self
            .grace
            .max(u64::try_from(at_least.as_nanos()).expect("a short time"));
        let records: Vec<_> = records.iter().map(|record| (*record, None)).collect();
        self.rebuild(&records, now, grace);
    }
}
