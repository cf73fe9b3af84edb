//! Maintenance windows and increases as an organization's webhooks are told of them: what is new is
//! the difference to what they were told before. So nothing is told twice or left out, by whatever it
//! came about: by hand, by the clock, or while this server was down.

use super::event::EventKind;
use crate::maintenance::{Plan, Stage};
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A maintenance window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownWindow {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// When it is.
    pub plan: Plan,
    /// While it is in progress there are no new logins.
    pub refuses_logins: bool,
    /// Whose; `None`: everybody's.
    pub organizations: Option<BTreeSet<OrganizationId>>,
}

/// A temporary increase that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownIncrease {
    /// Its id.
    pub id: String,
    /// How many seats.
    pub seats: u32,
    /// The first instant at which they count.
    pub from: Timestamp,
    /// The first instant at which they do not.
    pub until: Timestamp,
}

/// What an organization's webhooks know, as it is stored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    maintenance: BTreeMap<String, ToldWindow>,
    increases: BTreeMap<String, ToldIncrease>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldWindow {
    stage: StageName,
    data: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldIncrease {
    stage: IncreaseStage,
    data: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StageName {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum IncreaseStage {
    Scheduled,
    Running,
    Ended,
}

/// What there is to tell.
pub(super) type News = Vec<(EventKind, Map<String, Value>)>;

impl Told {
    /// How things stand for an organization at `now`, and when the clock changes that.
    pub(super) fn at(
        organization: &OrganizationId,
        windows: &[KnownWindow],
        increases: &[KnownIncrease],
        now: Timestamp,
    ) -> (Self, Timestamp) {
        let is_concerned = |window: &&KnownWindow| {
            let named = window.organizations.as_ref();
            named.is_none_or(|named| named.contains(organization))
        };
        let windows: Vec<_> = windows.iter().filter(is_concerned).collect();
        let of_windows = windows
            .iter()
            .flat_map(|window| [window.plan.starts_at, window.plan.ends_at]);
        let of_increases = increases
            .iter()
            .flat_map(|increase| [increase.from, increase.until]);
        let next = of_windows.chain(of_increases).filter(|at| *at > now).min();
        let maintenance = windows
            .iter()
            .map(|window| (window.id.clone(), ToldWindow::at(organization, window, now)));
        let increases = increases
            .iter()
            .map(|increase| (increase.id.clone(), ToldIncrease::at(organization, increase, now)));
        let told = Self {
            maintenance: maintenance.collect(),
            increases: increases.collect(),
        };
        (told, next.unwrap_or(Timestamp(i64::MAX)))
    }

    /// What is new here to whoever knows what stands in `before`.
    pub(super) fn news_since(&self, before: &Self) -> News {
        let mut news = News::new();
        for (id, window) in &self.maintenance {
            let kind = window.news_since(before.maintenance.get(id));
            news.extend(kind.map(|kind| (kind, window.data.clone())));
        }
        for (id, window) in &before.maintenance {
            if !self.maintenance.contains_key(id) {
                news.push((EventKind::MaintenanceCancelled, window.called_off()));
            }
        }
        for (id, increase) in &self.increases {
            let kind = increase.news_since(before.increases.get(id));
            news.extend(kind.map(|kind| (kind, increase.data.clone())));
        }
        for (id, increase) in &before.increases {
            if !self.increases.contains_key(id) && increase.stage == IncreaseStage::Running {
                news.push((EventKind::IncreaseEnded, increase.data.clone()));
            }
        }
        news
    }

    /// Of what is over nothing more will be told.
    pub(super) fn without_what_is_over(mut self) -> Self {
        let is_open =
            |window: &ToldWindow| !matches!(window.stage, StageName::Completed | StageName::Cancelled);
        self.maintenance.retain(|_, window| is_open(window));
        self.increases
            .retain(|_, increase| increase.stage != IncreaseStage::Ended);
        self
    }
}

impl ToldWindow {
    fn at(organization: &OrganizationId, window: &KnownWindow, now: Timestamp) -> Self {
        let (stage, name) = match window.plan.stage(now) {
            Stage::Scheduled => (StageName::Scheduled, "scheduled"),
            Stage::InProgress => (StageName::InProgress, "in_progress"),
            Stage::Verifying => (StageName::Verifying, "verifying"),
            Stage::Completed => (StageName::Completed, "completed"),
            Stage::Cancelled => (StageName::Cancelled, "cancelled"),
        };
        let new_logins = if window.refuses_logins {
            "refused"
        } else {
            "allowed"
        };
        let data = json!({
            "organization": organization.as_str(),
            "id": window.id,
            "title": window.title,
            "starts_at": rfc3339(window.plan.starts_at),
            "ends_at": rfc3339(window.plan.ends_at),
            "new_logins": new_logins,
            "state": name,
        });
        Self {
            stage,
            data: fields(data),
        }
    }

    fn news_since(&self, before: Option<&Self>) -> Option<EventKind> {
        use StageName::{Cancelled, Completed, InProgress, Scheduled, Verifying};
        let stage = before.map(|before| before.stage);
        match (stage, self.stage) {
            (None, Completed | Cancelled) => None,
            (None, Scheduled) => Some(EventKind::MaintenanceScheduled),
            (None, InProgress | Verifying) | (Some(Scheduled), InProgress) => {
                Some(EventKind::MaintenanceStarted)
            }
            (Some(before), Completed) if before != Completed => Some(EventKind::MaintenanceCompleted),
            (Some(before), Cancelled) if before != Cancelled => Some(EventKind::MaintenanceCancelled),
            (Some(_), _) => {
                let is_other = before.is_some_and(|before| before != self);
                is_other.then_some(EventKind::MaintenanceUpdated)
            }
        }
    }

    /// It went before it was over.
    fn called_off(&self) -> Map<String, Value> {
        let mut data = self.data.clone();
        data.insert("state".to_owned(), "cancelled".into());
        data
    }
}

impl ToldIncrease {
    fn at(organization: &OrganizationId, increase: &KnownIncrease, now: Timestamp) -> Self {
        let stage = match increase {
            _ if increase.until <= now => IncreaseStage::Ended,
            _ if increase.from <= now => IncreaseStage::Running,
            _ => IncreaseStage::Scheduled,
        };
        let data = json!({
            "organization": organization.as_str(),
            "id": increase.id,
            "seats": increase.seats,
            "from": rfc3339(increase.from),
            "until": rfc3339(increase.until),
        });
        Self {
            stage,
            data: fields(data),
        }
    }

    fn news_since(&self, before: Option<&Self>) -> Option<EventKind> {
        use IncreaseStage::{Ended, Running, Scheduled};
        match (before.map(|before| before.stage), self.stage) {
            (None | Some(Scheduled), Running) => Some(EventKind::IncreaseStarted),
            (Some(Scheduled | Running), Ended) => Some(EventKind::IncreaseEnded),
            (_, Scheduled) | (Some(Running), Running) | (Some(Ended), _) | (None, Ended) => None,
        }
    }
}

fn fields(data: Value) -> Map<String, Value> {
    match data {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maintenance::Course;
    use EventKind::{
        IncreaseEnded, IncreaseStarted, MaintenanceCancelled, MaintenanceCompleted, MaintenanceScheduled,
        MaintenanceStarted, MaintenanceUpdated,
    };

    fn acme() -> OrganizationId {
        OrganizationId::parse("acme").unwrap()
    }

    fn window(course: Course) -> KnownWindow {
        KnownWindow {
            id: "w".to_owned(),
            title: "New disks".to_owned(),
            plan: Plan {
                starts_at: Timestamp(100),
                ends_at: Timestamp(200),
                course,
            },
            refuses_logins: true,
            organizations: None,
        }
    }

    /// Tells step by step, and says what was told.
    struct Story(Told);

    impl Story {
        fn goes_on(
            &mut self,
            windows: &[KnownWindow],
            increases: &[KnownIncrease],
            now: i64,
        ) -> Vec<EventKind> {
            let (told, _) = Told::at(&acme(), windows, increases, Timestamp(now));
            let news = told.news_since(&self.0);
            self.0 = told.without_what_is_over();
            news.into_iter().map(|(kind, _)| kind).collect()
        }
    }

    #[test]
    fn a_window_is_told_of_once_at_each_turn() {
        let mut story = Story(Told::default());
        let mut window = window(Course::ByTheClock);
        assert_eq!(story.goes_on(&[window.clone()], &[], 0), [MaintenanceScheduled]);
        assert_eq!(story.goes_on(&[window.clone()], &[], 1), []);
        window.title = "Newer disks".to_owned();
        assert_eq!(story.goes_on(&[window.clone()], &[], 2), [MaintenanceUpdated]);
        assert_eq!(story.goes_on(&[window.clone()], &[], 100), [MaintenanceStarted]);
        window.plan.course = Course::Verifying;
        assert_eq!(story.goes_on(&[window.clone()], &[], 101), [MaintenanceUpdated]);
        assert_eq!(story.goes_on(&[window.clone()], &[], 200), [MaintenanceCompleted]);
        assert_eq!(story.goes_on(&[window], &[], 201), []);
        assert_eq!(story.goes_on(&[], &[], 202), []);
    }

    #[test]
    fn one_that_is_called_off_removed_or_another_organizations_is_cancelled_once() {
        let mut story = Story(Told::default());
        let scheduled = window(Course::ByTheClock);
        let cancelled = window(Course::Cancelled);
        let foreign = KnownWindow {
            organizations: Some(BTreeSet::new()),
            ..scheduled.clone()
        };
        for after in [vec![cancelled], vec![], vec![foreign]] {
            assert_eq!(
                story.goes_on(std::slice::from_ref(&scheduled), &[], 0),
                [MaintenanceScheduled]
            );
            assert_eq!(story.goes_on(&after, &[], 1), [MaintenanceCancelled]);
            assert_eq!(story.goes_on(&after, &[], 2), []);
        }
    }

    #[test]
    fn an_increase_starts_and_ends_also_where_nobody_looked_meanwhile() {
        let mut story = Story(Told::default());
        let increase = KnownIncrease {
            id: "i".to_owned(),
            seats: 5,
            from: Timestamp(100),
            until: Timestamp(200),
        };
        let all = std::slice::from_ref(&increase);
        assert_eq!(story.goes_on(&[], all, 0), []);
        assert_eq!(story.goes_on(&[], all, 100), [IncreaseStarted]);
        assert_eq!(story.goes_on(&[], all, 199), []);
        assert_eq!(story.goes_on(&[], all, 200), [IncreaseEnded]);
        assert_eq!(story.goes_on(&[], all, 201), []);
        let mut asleep = Story(Told::default());
        asleep.goes_on(&[], all, 0);
        assert_eq!(asleep.goes_on(&[], all, 300), [IncreaseEnded]);
        let mut removed = Story(Told::default());
        removed.goes_on(&[], all, 100);
        assert_eq!(removed.goes_on(&[], &[], 101), [IncreaseEnded]);
    }

    #[test]
    fn the_next_turn_of_the_clock_is_known() {
        let windows = [window(Course::ByTheClock)];
        let next = |now| Told::at(&acme(), &windows, &[], Timestamp(now)).1.0;
        assert_eq!((next(0), next(100), next(200)), (100, 200, i64::MAX));
    }
}
