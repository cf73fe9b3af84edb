//! What administrators set, as it is stored.

use crate::config::Role;
use crate::maintenance::{Course, Plan};
use crate::notify::{EventKind, KnownWindow, Secret, Target, Webhook};
use crate::registry::Maintenance;
use crate::seats::{OrganizationId, Timestamp};
use crate::store::SettingKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// What the API says of an organization; what is not there is left open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::admin) struct OrganizationEntry {
    /// It was made over the API; else it stands beside what the file says of it.
    pub(in crate::admin) made: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) seats: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) policy: Option<PolicyEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) suspended: Option<bool>,
    /// Milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) allocation_ends: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) grace_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) waiting_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) disclose_counts: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) self_service: Option<SelfServiceEntry>,
    /// 0: there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) unresponsive_limit_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) allowed_origins: Option<Vec<String>>,
}

/// How strict a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Policy)]
pub(in crate::admin) enum PolicyEntry {
    Block,
    Observe,
    Burst(u32),
}

/// Increases that an admin may start alone: so many seats a calendar month, each so many days at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SelfService)]
pub(in crate::admin) struct SelfServiceEntry {
    pub(in crate::admin) seats: u32,
    pub(in crate::admin) days: u32,
}

/// A widget key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct KeyEntry {
    pub(in crate::admin) label: Option<String>,
    pub(in crate::admin) hash: String,
    /// Milliseconds since 1970.
    pub(in crate::admin) made_at: i64,
}

/// A token of the admin API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct TokenEntry {
    pub(in crate::admin) label: String,
    pub(in crate::admin) role: RoleEntry,
    pub(in crate::admin) hash: String,
    /// Milliseconds since 1970.
    pub(in crate::admin) made_at: i64,
}

/// What a token may do, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum RoleEntry {
    Operator,
    Admin(String),
    Viewer(String),
}

impl RoleEntry {
    pub(in crate::admin) fn of(role: &Role) -> Self {
        match role {
            Role::Operator => Self::Operator,
            Role::Admin(org) => Self::Admin(org.to_string()),
            Role::Viewer(org) => Self::Viewer(org.to_string()),
        }
    }

    pub(in crate::admin) fn role(&self) -> Option<Role> {
        let id = |org: &String| OrganizationId::parse(org).ok();
        match self {
            Self::Operator => Some(Role::Operator),
            Self::Admin(org) => id(org).map(Role::Admin),
            Self::Viewer(org) => id(org).map(Role::Viewer),
        }
    }
}

/// A temporary increase. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct IncreaseEntry {
    pub(in crate::admin) seats: u32,
    pub(in crate::admin) from: i64,
    pub(in crate::admin) until: i64,
    pub(in crate::admin) reason: Option<String>,
    /// It counts; before that it is only asked for.
    pub(in crate::admin) confirmed: bool,
    /// An admin started it within the organization's self-service.
    pub(in crate::admin) self_served: bool,
}

/// When somebody is called, and who; what is not there is left open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::admin) struct AlertsEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) levels: Option<Vec<LevelEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) refusals: Option<RefusalsEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) long_wait_s: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::admin) channels: Option<Vec<ChannelEntry>>,
}

/// A level of use: reached for `hold_s`, left for `clear_hold_s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertLevel)]
pub(in crate::admin) struct LevelEntry {
    /// Of the seats, from 1 to 100. Under 20 seats free ones count: from 80 on 2, from 90 on 1, at 100 none.
    pub(in crate::admin) percent: u8,
    pub(in crate::admin) hold_s: u32,
    /// Use has to fall to it. Null at 100, which ends with a free seat.
    pub(in crate::admin) clear_percent: Option<u8>,
    pub(in crate::admin) clear_hold_s: u32,
}

/// So many refusals within this time, each attempt counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AlertRefusals)]
pub(in crate::admin) struct RefusalsEntry {
    pub(in crate::admin) count: u32,
    pub(in crate::admin) within_s: u32,
}

/// By what somebody is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertChannel)]
pub(in crate::admin) enum ChannelEntry {
    Webhooks,
}

/// Where events go. It signs, so its secret is kept as it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct WebhookEntry {
    pub(in crate::admin) url: String,
    pub(in crate::admin) secret: Zeroizing<String>,
    /// The names of the types that it is told of.
    pub(in crate::admin) events: Vec<String>,
    /// Milliseconds since 1970.
    pub(in crate::admin) made_at: i64,
}

impl fmt::Debug for WebhookEntry {
    /// Hides URL and secret, so that they stand in no log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebhookEntry")
    }
}

impl WebhookEntry {
    /// As whoever sends takes it. `None`: it cannot be read.
    pub(in crate::admin) fn webhook(&self, id: &str) -> Option<Webhook> {
        let kinds = self.events.iter();
        Some(Webhook {
            id: id.to_owned(),
            target: Target::parse(&self.url).ok()?,
            secret: Secret::parse(&self.secret)?,
            kinds: kinds.filter_map(|name| EventKind::parse(name)).collect(),
        })
    }
}

/// A maintenance window. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct WindowEntry {
    pub(in crate::admin) title: String,
    pub(in crate::admin) starts_at: i64,
    pub(in crate::admin) ends_at: i64,
    pub(in crate::admin) new_logins: NewLogins,
    pub(in crate::admin) message: Option<String>,
    pub(in crate::admin) organizations: Option<Vec<String>>,
    pub(in crate::admin) course: CourseEntry,
}

/// Whether there are logins during maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum NewLogins {
    Allowed,
    Refused,
}

/// What was done to a window by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum CourseEntry {
    ByTheClock,
    Verifying,
    Completed,
    Cancelled,
}

impl From<Course> for CourseEntry {
    fn from(course: Course) -> Self {
        match course {
            Course::ByTheClock => Self::ByTheClock,
            Course::Verifying => Self::Verifying,
            Course::Completed => Self::Completed,
            Course::Cancelled => Self::Cancelled,
        }
    }
}

impl WindowEntry {
    pub(in crate::admin) fn plan(&self) -> Plan {
        Plan {
            starts_at: Timestamp(self.starts_at),
            ends_at: Timestamp(self.ends_at),
            course: match self.course {
                CourseEntry::ByTheClock => Course::ByTheClock,
                CourseEntry::Verifying => Course::Verifying,
                CourseEntry::Completed => Course::Completed,
                CourseEntry::Cancelled => Course::Cancelled,
            },
        }
    }

    /// As whoever calls people takes it.
    pub(in crate::admin) fn known(&self, id: &str) -> KnownWindow {
        let window = self.maintenance(id);
        KnownWindow {
            id: id.to_owned(),
            title: self.title.clone(),
            plan: window.plan,
            refuses_logins: window.refuses_logins,
            organizations: window.organizations,
        }
    }

    /// As the pools take it.
    pub(in crate::admin) fn maintenance(&self, id: &str) -> Maintenance {
        let named = self.organizations.as_ref().map(|named| named.iter());
        Maintenance {
            id: id.into(),
            plan: self.plan(),
            refuses_logins: self.new_logins == NewLogins::Refused,
            message: self.message.clone(),
            organizations: named
                .map(|named| named.filter_map(|org| OrganizationId::parse(org).ok()).collect()),
        }
    }
}

/// One setting: where it stands, and what it is from here on. `None`: it goes.
#[derive(Debug, Clone)]
pub(in crate::admin) enum Entry {
    Organization(OrganizationId, Option<Box<OrganizationEntry>>),
    Key(OrganizationId, String, Option<KeyEntry>),
    Token(String, Option<TokenEntry>),
    Increase(OrganizationId, String, Option<IncreaseEntry>),
    Window(String, Option<WindowEntry>),
    Alerts(OrganizationId, Option<AlertsEntry>),
    Webhook(OrganizationId, String, Option<WebhookEntry>),
}

impl Entry {
    /// As the store takes it.
    pub(super) fn to_setting(&self) -> (SettingKey, Option<String>) {
        match self {
            Self::Organization(id, entry) => setting("organization", id.to_string(), entry.as_ref()),
            Self::Key(org, id, entry) => setting("key", format!("{org}/{id}"), entry.as_ref()),
            Self::Token(id, entry) => setting("token", id.clone(), entry.as_ref()),
            Self::Window(id, entry) => setting("maintenance", id.clone(), entry.as_ref()),
            Self::Increase(org, id, entry) => setting("increase", format!("{org}/{id}"), entry.as_ref()),
            Self::Webhook(org, id, entry) => setting("webhook", format!("{org}/{id}"), entry.as_ref()),
            Self::Alerts(id, entry) => setting("alerts", id.to_string(), entry.as_ref()),
        }
    }

    /// What the store kept. `None`: it is of no kind that is known, or not readable.
    pub(super) fn of_setting(key: &SettingKey, value: &str) -> Option<Self> {
        let in_organization = || {
            let (org, id) = key.name.split_once('/')?;
            Some((OrganizationId::parse(org).ok()?, id.to_owned()))
        };
        Some(match key.kind.as_str() {
            "organization" => Self::Organization(OrganizationId::parse(&key.name).ok()?, Some(read(value)?)),
            "alerts" => Self::Alerts(OrganizationId::parse(&key.name).ok()?, Some(read(value)?)),
            "key" => {
                let (org, id) = in_organization()?;
                Self::Key(org, id, Some(read(value)?))
            }
            "webhook" => {
                let (org, id) = in_organization()?;
                let entry: WebhookEntry = read(value)?;
                entry.webhook(&id)?;
                Self::Webhook(org, id, Some(entry))
            }
            "token" => Self::Token(key.name.clone(), Some(read(value)?)),
            "maintenance" => Self::Window(key.name.clone(), Some(read(value)?)),
            "increase" => {
                let (org, id) = in_organization()?;
                Self::Increase(org, id, Some(read(value)?))
            }
            _ => return None,
        })
    }
}

fn setting(kind: &str, name: String, value: Option<&impl Serialize>) -> (SettingKey, Option<String>) {
    let text = |value| serde_json::to_string(value).expect("entries have no failing types");
    let kind = kind.to_owned();
    (SettingKey { kind, name }, value.map(text))
}

fn read<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_str(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_setting_reads_back() {
        let org = || OrganizationId::parse("acme").unwrap();
        let organization = OrganizationEntry {
            seats: Some(5),
            policy: Some(PolicyEntry::Burst(2)),
            allocation_ends: Some(7),
            ..OrganizationEntry::default()
        };
        let key = KeyEntry {
            label: None,
            hash: "sha256:0".to_owned(),
            made_at: 1,
        };
        let token = TokenEntry {
            label: "ops".to_owned(),
            role: RoleEntry::Admin("acme".to_owned()),
            hash: "sha256:0".to_owned(),
            made_at: 1,
        };
        let increase = IncreaseEntry {
            seats: 1,
            from: 2,
            until: 3,
            reason: Some("more".to_owned()),
            confirmed: true,
            self_served: false,
        };
        let window = WindowEntry {
            title: "new disks".to_owned(),
            starts_at: 1,
            ends_at: 2,
            new_logins: NewLogins::Refused,
            message: None,
            organizations: Some(vec!["acme".to_owned()]),
            course: CourseEntry::Verifying,
        };
        let alerts = AlertsEntry {
            levels: Some(vec![LevelEntry {
                percent: 80,
                hold_s: 600,
                clear_percent: Some(75),
                clear_hold_s: 0,
            }]),
            refusals: Some(RefusalsEntry {
                count: 3,
                within_s: 900,
            }),
            long_wait_s: Some(600),
            channels: Some(vec![ChannelEntry::Webhooks]),
        };
        let webhook = WebhookEntry {
            url: "https://example.com/hook".to_owned(),
            secret: Secret::of(&[7; 32]).text(),
            events: vec!["seats.exhausted".to_owned()],
            made_at: 1,
        };
        assert_eq!(format!("{webhook:?}"), "WebhookEntry");
        for entry in [
            Entry::Webhook(org(), "1".to_owned(), Some(webhook)),
            Entry::Alerts(org(), Some(alerts)),
            Entry::Window("1".to_owned(), Some(window)),
            Entry::Organization(org(), Some(Box::new(organization))),
            Entry::Key(org(), "1".to_owned(), Some(key)),
            Entry::Token("1".to_owned(), Some(token)),
            Entry::Increase(org(), "1".to_owned(), Some(increase)),
        ] {
            let (key, value) = entry.to_setting();
            let again = Entry::of_setting(&key, &value.unwrap()).expect("a known kind");
            assert_eq!(again.to_setting(), entry.to_setting());
        }
    }
}
