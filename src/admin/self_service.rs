//! How much an organization's own administrators may add without asking. Pure.

use super::books::entries::IncreaseEntry;
use crate::config::SelfService;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

/// Whether `new` fits the bounds beside those that an admin started before. In every calendar month
/// that it touches, in the organization's time zone, the seats of all add up to at most
/// `bounds.seats`, and none is longer than `bounds.days` days.
pub(super) fn admits<'a>(
    bounds: SelfService,
    zone: &TimeZone,
    new: &IncreaseEntry,
    before: impl Iterator<Item = &'a IncreaseEntry>,
) -> bool {
    let Some((first, last)) = months(new, zone) else {
        return false;
    };
    let latest = zoned(new.from, zone).and_then(|from| from.checked_add(i64::from(bounds.days).days()).ok());
    let is_short = latest.is_some_and(|latest| new.until <= latest.timestamp().as_millisecond());
    let served: Vec<_> = before
        .filter(|entry| entry.self_served)
        .filter_map(|entry| Some((entry.seats, months(entry, zone)?)))
        .collect();
    let mut month = first;
    while is_short && month <= last {
        let others = served
            .iter()
            .filter(|(_, (from, until))| *from <= month && month <= *until);
        let sum: u64 = others.map(|(seats, _)| u64::from(*seats)).sum();
        if sum + u64::from(new.seats) > u64::from(bounds.seats) {
            return false;
        }
        let Ok(next) = month.checked_add(1.month()) else {
            return false;
        };
        month = next;
    }
    is_short
}

/// The first days of the first and the last month that an increase touches.
fn months(entry: &IncreaseEntry, zone: &TimeZone) -> Option<(Date, Date)> {
    let month = |at| Some(zoned(at, zone)?.date().first_of_month());
    Some((month(entry.from)?, month(entry.until - 1)?))
}

fn zoned(milliseconds: i64, zone: &TimeZone) -> Option<Zoned> {
    let at = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(at.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: SelfService = SelfService { seats: 20, days: 14 };

    fn entry(seats: u32, from: &str, until: &str) -> IncreaseEntry {
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        IncreaseEntry {
            seats,
            from: at(from),
            until: at(until),
            reason: None,
            confirmed: true,
            self_served: true,
        }
    }

    fn admitted(new: &IncreaseEntry, before: &[IncreaseEntry]) -> bool {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        admits(BOUNDS, &zone, new, before.iter())
    }

    #[test]
    fn seats_add_up_over_a_calendar_month_of_the_organization() {
        let november = entry(15, "2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z");
        let later = |seats| entry(seats, "2026-11-20T08:00:00Z", "2026-11-21T08:00:00Z");
        assert!(admitted(&later(5), std::slice::from_ref(&november)));
        assert!(!admitted(&later(6), std::slice::from_ref(&november)));
        // In Berlin it is December already.
        let december = entry(20, "2026-11-30T23:00:00Z", "2026-12-02T08:00:00Z");
        assert!(admitted(&december, std::slice::from_ref(&november)));
        let across = entry(6, "2026-11-30T22:59:59Z", "2026-12-02T08:00:00Z");
        assert!(!admitted(&across, std::slice::from_ref(&november)));
        let confirmed = IncreaseEntry {
            self_served: false,
            ..november
        };
        assert!(
            admitted(&later(20), &[confirmed]),
            "an operator's increase does not count"
        );
    }

    #[test]
    fn a_length_is_counted_in_days_of_the_organization() {
        // The clocks go back on the 25th: the 14 days have an hour more.
        assert!(admitted(
            &entry(1, "2026-10-20T06:00:00Z", "2026-11-03T07:00:00Z"),
            &[]
        ));
        assert!(!admitted(
            &entry(1, "2026-10-20T06:00:00Z", "2026-11-03T07:00:01Z"),
            &[]
        ));
    }
}
