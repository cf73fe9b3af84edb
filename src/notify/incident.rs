//! What there was to call about, from the first alarm to the last, as it is stored.

use crate::alert::{Alarm, Change, Severity};
use crate::seats::Timestamp;
use serde::{Deserialize, Serialize};

/// Alarms of one incident that are kept. The oldest that are over go first.
const MOST_SPELLS: usize = 100;

/// One incident. An organization has one open at most. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Its beginning.
    pub since: i64,
    /// Its end, if it is over.
    pub until: Option<i64>,
    /// How much it hurts; of one that is over, how much at the end.
    pub severity: SeverityName,
    /// How much it hurt at its worst.
    pub worst: SeverityName,
    /// What came up, in this order.
    pub alarms: Vec<Spell>,
}

/// An alarm from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spell {
    /// Which.
    pub alarm: AlarmName,
    /// When it came up.
    pub since: i64,
    /// When it went away, if it did.
    pub until: Option<i64>,
}

/// What there is to call about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmName {
    /// Used up to so many percent.
    Level(u8),
    /// No seat is free.
    Exhausted,
    /// Several people were refused.
    Refusals,
    /// Somebody waits for long.
    LongWait,
    /// An increase that is needed ends within so many days.
    IncreaseEnds(u8),
    /// Many lines were lost at once.
    MassLoss,
}

/// How much it hurts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeverityName {
    /// To be planned for.
    Notice,
    /// Soon somebody cannot log in.
    Warning,
    /// Somebody cannot log in.
    Critical,
}

impl Incident {
    /// Begins with its first alarms.
    pub(super) fn begin(at: Timestamp) -> Self {
        Self {
            since: at.0,
            until: None,
            severity: SeverityName::Notice,
            worst: SeverityName::Notice,
            alarms: Vec::new(),
        }
    }

    /// Takes what changed. Without a severity it is over.
    pub(super) fn take(&mut self, changes: &[Change], severity: Option<Severity>, at: Timestamp) {
        for change in changes {
            match *change {
                Change::Raised(alarm) => self.alarms.push(Spell {
                    alarm: alarm.into(),
                    since: at.0,
                    until: None,
                }),
                Change::Cleared(alarm) => {
                    for spell in self.alarms.iter_mut().filter(|spell| spell.is_of(alarm)) {
                        spell.until = Some(at.0);
                    }
                }
            }
        }
        while self.alarms.len() > MOST_SPELLS {
            let over = self.alarms.iter().position(|spell| spell.until.is_some());
            self.alarms.remove(over.unwrap_or(0));
        }
        match severity {
            Some(severity) => {
                self.severity = severity.into();
                self.worst = self.worst.max(self.severity);
            }
            None => self.until = Some(at.0),
        }
    }

    /// Since when an alarm is called out, if it is.
    pub(super) fn since(&self, alarm: Alarm) -> Option<Timestamp> {
        let spell = self.alarms.iter().find(|spell| spell.is_of(alarm))?;
        Some(Timestamp(spell.since))
    }

    /// What is called out at the moment.
    pub fn open_alarms(&self) -> impl Iterator<Item = Alarm> {
        let open = self.alarms.iter().filter(|spell| spell.until.is_none());
        open.map(|spell| spell.alarm.into())
    }
}

impl Spell {
    fn is_of(&self, alarm: Alarm) -> bool {
        self.until.is_none() && Alarm::from(self.alarm) == alarm
    }
}

impl From<Alarm> for AlarmName {
    fn from(alarm: Alarm) -> Self {
        match alarm {
            Alarm::Level(percent) => Self::Level(percent),
            Alarm::Exhausted => Self::Exhausted,
            Alarm::Refusals => Self::Refusals,
            Alarm::LongWait => Self::LongWait,
            Alarm::IncreaseEnds(days) => Self::IncreaseEnds(days),
            Alarm::MassLoss => Self::MassLoss,
        }
    }
}

impl From<AlarmName> for Alarm {
    fn from(name: AlarmName) -> Self {
        match name {
            AlarmName::Level(percent) => Self::Level(percent),
            AlarmName::Exhausted => Self::Exhausted,
            AlarmName::Refusals => Self::Refusals,
            AlarmName::LongWait => Self::LongWait,
            AlarmName::IncreaseEnds(days) => Self::IncreaseEnds(days),
            AlarmName::MassLoss => Self::MassLoss,
        }
    }
}

impl From<Severity> for SeverityName {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Notice => Self::Notice,
            Severity::Warning => Self::Warning,
            Severity::Critical => Self::Critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Change::{Cleared, Raised};

    #[test]
    fn the_severity_of_one_incident_moves_until_the_last_alarm_is_over() {
        let mut incident = Incident::begin(Timestamp(1));
        incident.take(&[Raised(Alarm::Level(90))], Some(Severity::Warning), Timestamp(1));
        incident.take(
            &[Raised(Alarm::Exhausted)],
            Some(Severity::Critical),
            Timestamp(2),
        );
        incident.take(
            &[Cleared(Alarm::Exhausted)],
            Some(Severity::Warning),
            Timestamp(3),
        );

        assert_eq!(
            (incident.severity, incident.worst, incident.until),
            (SeverityName::Warning, SeverityName::Critical, None)
        );
        assert_eq!(incident.open_alarms().collect::<Vec<_>>(), [Alarm::Level(90)]);

        incident.take(&[Cleared(Alarm::Level(90))], None, Timestamp(4));

        assert_eq!((incident.since, incident.until), (1, Some(4)));
        assert_eq!(incident.open_alarms().count(), 0);
    }

    #[test]
    fn an_alarm_that_comes_and_goes_fills_nothing_and_open_ones_stay() {
        let mut incident = Incident::begin(Timestamp(0));
        incident.take(&[Raised(Alarm::LongWait)], Some(Severity::Warning), Timestamp(0));
        for at in 1..500 {
            let now = Timestamp(at);
            incident.take(&[Raised(Alarm::Refusals)], Some(Severity::Critical), now);
            incident.take(&[Cleared(Alarm::Refusals)], Some(Severity::Warning), now);
        }
        assert_eq!(incident.alarms.len(), MOST_SPELLS);
        assert_eq!(incident.open_alarms().collect::<Vec<_>>(), [Alarm::LongWait]);
    }
}
