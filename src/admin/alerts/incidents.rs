//! What there was to call about.

use super::super::Desk;
use super::super::auth;
use super::super::paging::{Page, Paging};
use super::super::webhooks::DeliveryStateName;
use crate::notify::{AlarmName, Delivery, Incident, SeverityName, Spell};
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// From the first alarm to the last. An organization has one open at most.
#[derive(Serialize, ToSchema)]
#[schema(as = Incident)]
pub(in crate::admin) struct Shown {
    id: String,
    state: Stage,
    severity: Pain,
    /// How much it hurt at its worst.
    worst: Pain,
    #[schema(format = DateTime)]
    since: String,
    #[schema(format = DateTime)]
    until: Option<String>,
    alarms: Vec<ShownSpell>,
    /// What was told of it, the oldest first.
    deliveries: Vec<Told>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentState)]
enum Stage {
    Open,
    Over,
}

/// `notice`: to be planned for; `warning`: soon somebody cannot log in; `critical`: somebody cannot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Severity)]
enum Pain {
    Notice,
    Warning,
    Critical,
}

/// What was told of an incident.
#[derive(Serialize, ToSchema)]
#[schema(as = IncidentDelivery)]
struct Told {
    /// The `webhook-id`.
    id: String,
    webhook: String,
    /// The type of the event.
    #[serde(rename = "type")]
    kind: String,
    state: DeliveryStateName,
}

/// An alarm of an incident.
#[derive(Serialize, ToSchema)]
#[schema(as = IncidentAlarm)]
struct ShownSpell {
    alarm: Cause,
    /// Of a level: its percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    /// Of an increase that ends: within so many days.
    #[serde(skip_serializing_if = "Option::is_none")]
    days: Option<u8>,
    #[schema(format = DateTime)]
    since: String,
    #[schema(format = DateTime)]
    until: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Alarm)]
enum Cause {
    Level,
    Exhausted,
    Refusals,
    LongWait,
    IncreaseEnds,
    MassLoss,
}

/// What there was to call about, the newest first: at most the last 100.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/alerts/incidents", tag = "alerts",
    params(("org" = String, Path), Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
pub(in crate::admin) async fn incidents(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
    paging: Paging,
) -> Json<Page<Shown>> {
    let told = desk.notifier.deliveries_of_incidents(&id);
    let show = |(name, incident): (String, Incident)| {
        let told = told
            .iter()
            .filter(|(_, one)| one.incident.as_deref() == Some(&name));
        let told = told.map(|(id, one)| Told::of(id, one)).collect();
        Shown::of(name, &incident, told)
    };
    let all = desk.notifier.incidents(&id);
    Json(paging.newest_first(all, |(name, _)| name, show))
}

impl Shown {
    fn of(id: String, incident: &Incident, deliveries: Vec<Told>) -> Self {
        Self {
            id,
            state: if incident.until.is_none() {
                Stage::Open
            } else {
                Stage::Over
            },
            severity: incident.severity.into(),
            worst: incident.worst.into(),
            since: time(incident.since),
            until: incident.until.map(time),
            alarms: incident.alarms.iter().map(ShownSpell::of).collect(),
            deliveries,
        }
    }
}

impl Told {
    fn of(id: &str, delivery: &Delivery) -> Self {
        Self {
            id: id.to_owned(),
            webhook: delivery.webhook.clone(),
            kind: delivery.kind.clone(),
            state: delivery.state.into(),
        }
    }
}

impl ShownSpell {
    fn of(spell: &Spell) -> Self {
        let (alarm, level, days) = match spell.alarm {
            AlarmName::Level(percent) => (Cause::Level, Some(percent), None),
            AlarmName::Exhausted => (Cause::Exhausted, None, None),
            AlarmName::Refusals => (Cause::Refusals, None, None),
            AlarmName::LongWait => (Cause::LongWait, None, None),
            AlarmName::IncreaseEnds(days) => (Cause::IncreaseEnds, None, Some(days)),
            AlarmName::MassLoss => (Cause::MassLoss, None, None),
        };
        Self {
            alarm,
            level,
            days,
            since: time(spell.since),
            until: spell.until.map(time),
        }
    }
}

impl From<SeverityName> for Pain {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Notice => Self::Notice,
            SeverityName::Warning => Self::Warning,
            SeverityName::Critical => Self::Critical,
        }
    }
}

fn time(ms: i64) -> String {
    rfc3339(Timestamp(ms))
}
