//! What is asked for, checked.

use crate::admin::Desk;
use crate::admin::problem::Problem;
use crate::seats::{OrganizationId, Timestamp};
use crate::store::Detail;
use crate::usage::start_of_day;
use jiff::tz::TimeZone;

/// What a time looks like.
const TIME: &str = "a time like 2026-11-24T09:00:00Z";

/// Whose usage.
pub(in crate::admin) struct Subject {
    pub(in crate::admin) id: OrganizationId,
    pub(in crate::admin) zone: TimeZone,
    /// One or two seats.
    pub(in crate::admin) is_small: bool,
    pub(in crate::admin) now: Timestamp,
}

/// From when until when.
pub(in crate::admin) struct Stretch {
    pub(in crate::admin) from: Timestamp,
    pub(in crate::admin) until: Timestamp,
}

/// What is to be known of the organization before it is asked about.
pub(in crate::admin) fn subject(desk: &Desk, id: OrganizationId) -> Result<Subject, Problem> {
    let terms = desk.reception.registry.usage_terms(&id);
    let (zone, is_small, now) = terms.ok_or(Problem::NotFound)?;
    Ok(Subject {
        id,
        zone,
        is_small,
        now,
    })
}

impl Subject {
    /// The first midnight from which on all is kept in this detail.
    pub(in crate::admin) fn kept_since(&self, detail: Detail) -> Timestamp {
        start_of_day(&self.zone, Timestamp(self.now.0 - detail.kept_ms()), 1)
    }

    /// The midnight at `at`, or the next one.
    pub(in crate::admin) fn midnight_after(&self, at: Timestamp) -> Timestamp {
        let midnight = start_of_day(&self.zone, at, 0);
        if midnight == at {
            at
        } else {
            start_of_day(&self.zone, at, 1)
        }
    }
}

impl Stretch {
    /// Up to now, and so long, where nothing is said.
    pub(in crate::admin) fn read(
        from: Option<&str>,
        to: Option<&str>,
        length_ms: i64,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let until = match to {
            Some(text) => instant(text).ok_or(Problem::field("to", TIME))?,
            None => now,
        };
        let from = match from {
            Some(text) => instant(text).ok_or(Problem::field("from", TIME))?,
            None => Timestamp(until.0 - length_ms),
        };
        if from >= until {
            return Err(Problem::field("to", "later than from"));
        }
        Ok(Self { from, until })
    }
}

/// An RFC 3339 time, of this era.
pub(in crate::admin) fn instant(text: &str) -> Option<Timestamp> {
    let time: jiff::Timestamp = text.parse().ok()?;
    let ms = time.as_millisecond();
    (0..=253_402_300_799_000).contains(&ms).then_some(Timestamp(ms))
}
