//! What is told of an incident that moves. One look tells at most one thing of a kind.

use super::event::{Event, EventKind};
use crate::alert::{Alarm, Change, Severity};
use crate::registry::Seen;
use crate::seats::{OrganizationId, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What was seen, and what changed with it.
pub(super) struct Scene<'a> {
    pub(super) organization: &'a OrganizationId,
    pub(super) seen: &'a Seen,
    pub(super) changes: &'a [Change],
    /// All that is called out from here on.
    pub(super) up: BTreeSet<Alarm>,
    /// How much the incident hurts from here on; `None`: it is over.
    pub(super) severity: Option<Severity>,
    /// Since when what went away was called out.
    pub(super) since: &'a dyn Fn(Alarm) -> Timestamp,
    /// Refusals of late, each attempt once.
    pub(super) refused: u32,
    /// When an increase ends that is needed.
    pub(super) increase_ends: Option<Timestamp>,
}

impl Scene<'_> {
    /// What there is to tell.
    pub(super) fn events(&self) -> Vec<Event> {
        let raised: BTreeSet<_> = self.changes.iter().filter_map(raised).collect();
        let cleared: BTreeSet<_> = self.changes.iter().filter_map(cleared).collect();
        let (levels, others): (BTreeSet<_>, BTreeSet<_>) = raised.iter().partition(|alarm| is_level(alarm));
        let mut events = Vec::new();
        events.extend(self.level_reached(&levels));
        for alarm in others {
            events.extend(self.reached(alarm, &raised));
        }
        let over: Vec<_> = cleared
            .into_iter()
            .filter(|alarm| !is_of_increase(alarm))
            .collect();
        if let Some(highest) = over.iter().copied().max_by_key(rank) {
            events.push(self.event(EventKind::ThresholdCleared, (self.since)(highest), &over));
        }
        events
    }

    /// The refusals of late, which go on.
    pub(super) fn summary(&self) -> Event {
        self.refusals()
    }

    /// The highest level that was reached, unless a higher one was before: whoever knows that no seat
    /// is free needs not be told ten minutes later that few are.
    fn level_reached(&self, levels: &BTreeSet<Alarm>) -> Option<Event> {
        let highest = levels.iter().copied().max_by_key(rank)?;
        let is_topped = self
            .up
            .iter()
            .filter(|alarm| is_level(alarm))
            .any(|alarm| rank(alarm) > rank(&highest));
        let kind = match highest {
            Alarm::Exhausted => EventKind::Exhausted,
            _ => EventKind::ThresholdReached,
        };
        let all: Vec<_> = levels.iter().copied().collect();
        (!is_topped).then(|| self.event(kind, self.seen.moment.utc, &all))
    }

    fn reached(&self, alarm: Alarm, raised: &BTreeSet<Alarm>) -> Option<Event> {
        let now = self.seen.moment.utc;
        match alarm {
            Alarm::Refusals => Some(self.refusals()),
            // Who is called a day ahead needs not be called a week ahead, too.
            Alarm::IncreaseEnds(days) if days > 1 && raised.contains(&Alarm::IncreaseEnds(1)) => None,
            Alarm::IncreaseEnds(_) => Some(self.ending(alarm)),
            Alarm::LongWait | Alarm::MassLoss => Some(self.event(EventKind::ThresholdReached, now, &[alarm])),
            Alarm::Level(_) | Alarm::Exhausted => None,
        }
    }

    fn ending(&self, alarm: Alarm) -> Event {
        let mut event = self.event(EventKind::IncreaseEnding, self.seen.moment.utc, &[alarm]);
        let until = self.increase_ends.map(crate::protocol::rfc3339);
        event.data.insert("until".to_owned(), until.into());
        event
    }

    fn refusals(&self) -> Event {
        let mut event = self.event(
            EventKind::RefusedSummary,
            self.seen.moment.utc,
            &[Alarm::Refusals],
        );
        event.data.insert("refused".to_owned(), self.refused.into());
        event
    }

    fn event(&self, kind: EventKind, since: Timestamp, alarms: &[Alarm]) -> Event {
        let mut data = standing(self.organization, self.seen);
        let severity = self.severity.map(|severity| match severity {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        });
        data.insert("since".to_owned(), crate::protocol::rfc3339(since).into());
        data.insert("severity".to_owned(), severity.into());
        data.insert("alarms".to_owned(), alarms.iter().map(shape).collect());
        Event {
            kind,
            at: self.seen.moment.utc,
            data,
        }
    }
}

/// How an organization stands.
pub(super) fn standing(organization: &OrganizationId, seen: &Seen) -> Map<String, Value> {
    let numbers = seen.numbers;
    let all = json!({
        "organization": organization.as_str(),
        "in_use": numbers.in_use(),
        "limit": numbers.limit.total,
        "free": numbers.free(),
        "waiting": numbers.waiting,
    });
    match all {
        Value::Object(all) => all,
        _ => Map::new(),
    }
}

fn raised(change: &Change) -> Option<Alarm> {
    match *change {
        Change::Raised(alarm) => Some(alarm),
        Change::Cleared(_) => None,
    }
}

fn cleared(change: &Change) -> Option<Alarm> {
    match *change {
        Change::Cleared(alarm) => Some(alarm),
        Change::Raised(_) => None,
    }
}

fn is_level(alarm: &Alarm) -> bool {
    matches!(alarm, Alarm::Level(_) | Alarm::Exhausted)
}

/// The end of an increase is told of by itself.
fn is_of_increase(alarm: &Alarm) -> bool {
    matches!(alarm, Alarm::IncreaseEnds(_))
}

/// How high a level is.
fn rank(alarm: &Alarm) -> u8 {
    match alarm {
        Alarm::Level(percent) => *percent,
        Alarm::Exhausted => 100,
        Alarm::Refusals | Alarm::LongWait | Alarm::IncreaseEnds(_) | Alarm::MassLoss => 0,
    }
}

/// As the API shows it.
fn shape(alarm: &Alarm) -> Value {
    match alarm {
        Alarm::Level(percent) => json!({"alarm": "level", "level": percent}),
        Alarm::Exhausted => json!({"alarm": "exhausted"}),
        Alarm::Refusals => json!({"alarm": "refusals"}),
        Alarm::LongWait => json!({"alarm": "long_wait"}),
        Alarm::IncreaseEnds(days) => json!({"alarm": "increase_ends", "days": days}),
        Alarm::MassLoss => json!({"alarm": "mass_loss"}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seats::{Limit, Moment, Numbers, Served};
    use Change::{Cleared, Raised};

    /// The kinds and alarms that are told after `changes`, where `up` is called out then.
    fn told(changes: &[Change], up: &[Alarm]) -> Vec<(EventKind, String)> {
        let seen = Seen {
            moment: Moment {
                served: Served::START,
                utc: Timestamp(5000),
            },
            numbers: Numbers {
                limit: Limit {
                    total: 50,
                    base: 50,
                    increases: 0,
                },
                connected: 41,
                in_grace: 0,
                unresponsive: 0,
                on_call: 0,
                waiting: 0,
            },
            refused: 0,
            longest_wait: std::time::Duration::ZERO,
        };
        let scene = Scene {
            organization: &OrganizationId::parse("acme").unwrap(),
            seen: &seen,
            changes,
            up: up.iter().copied().collect(),
            severity: up.iter().map(|alarm| alarm.severity()).max(),
            since: &|_| Timestamp(1000),
            refused: 3,
            increase_ends: None,
        };
        let events = scene.events().into_iter();
        events
            .map(|event| (event.kind, event.data["alarms"].to_string()))
            .collect()
    }

    fn kinds(changes: &[Change], up: &[Alarm]) -> Vec<EventKind> {
        told(changes, up).into_iter().map(|(kind, _)| kind).collect()
    }

    use Alarm::{Exhausted, IncreaseEnds, Level, LongWait, MassLoss, Refusals};
    use EventKind::{IncreaseEnding, RefusedSummary, ThresholdCleared, ThresholdReached};

    #[test]
    fn a_higher_level_is_told_and_a_lower_one_behind_it_is_not() {
        let first = [Raised(Level(80))];
        assert_eq!(kinds(&first, &[Level(80)]), [ThresholdReached]);
        let full = [Raised(Exhausted)];
        assert_eq!(kinds(&full, &[Level(80), Exhausted]), [EventKind::Exhausted]);
        let behind = [Raised(Level(95))];
        assert_eq!(kinds(&behind, &[Level(95), Exhausted]), []);
    }

    #[test]
    fn levels_of_one_look_are_told_together() {
        let both = [Raised(Level(80)), Raised(Level(90))];
        let up = [Level(80), Level(90)];
        let alarms = "[{\"alarm\":\"level\",\"level\":80},{\"alarm\":\"level\",\"level\":90}]";
        assert_eq!(told(&both, &up), [(ThresholdReached, alarms.to_owned())]);
        let over = [Cleared(Level(90)), Cleared(Level(80)), Cleared(LongWait)];
        assert_eq!(kinds(&over, &[]), [ThresholdCleared]);
    }

    #[test]
    fn refusals_waits_losses_and_increases_have_their_own_words() {
        let all = [Raised(Refusals), Raised(LongWait), Raised(MassLoss)];
        let up = [Refusals, LongWait, MassLoss];
        assert_eq!(
            kinds(&all, &up),
            [RefusedSummary, ThresholdReached, ThresholdReached]
        );
        let ending = [Raised(IncreaseEnds(7)), Raised(IncreaseEnds(1))];
        let alarms = "[{\"alarm\":\"increase_ends\",\"days\":1}]";
        assert_eq!(
            told(&ending, &[IncreaseEnds(1)]),
            [(IncreaseEnding, alarms.to_owned())]
        );
        assert_eq!(kinds(&[Cleared(IncreaseEnds(1))], &[]), []);
    }
}
