//! The settings of an organization, shown and changed.

use super::body::{Fields, boolean, line, number, time};
use super::books::State;
use super::books::entries::{OrganizationEntry, PolicyEntry, SelfServiceEntry};
use super::problem::Problem;
use super::version::version;
use crate::config::MOST_SEATS;
use crate::credential::Origin;
use crate::protocol::rfc3339;
use crate::seats::OrganizationId;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;

/// Origins of one organization.
const MOST_ORIGINS: usize = 100;
/// Graces that a page reload survives, up to a day, in seconds.
const GRACES: std::ops::RangeInclusive<u32> = 5..=86_400;
/// From a minute to a week, in seconds.
const UNRESPONSIVE_LIMITS: std::ops::RangeInclusive<u32> = 60..=604_800;

/// What an organization has, the live numbers aside.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub(super) struct Shown {
    name: String,
    /// Without temporary increases.
    seats: u32,
    /// `block`, `observe` or `{"burst": n}`.
    policy: PolicyEntry,
    suspended: bool,
    #[schema(format = DateTime)]
    allocation_ends: Option<String>,
    grace_s: u64,
    time_zone: String,
    #[schema(value_type = Option<LineEntry>)]
    waiting_line: Option<Value>,
    disclose_counts: bool,
    self_service: Option<SelfServiceEntry>,
    /// A page that answers pings and nothing else is ended after so long; null: never.
    unresponsive_limit_s: Option<u64>,
    allowed_origins: Vec<String>,
}

/// The settings that hold.
pub(super) fn shown(state: &State, id: &OrganizationId) -> Option<Shown> {
    let settings = state.effective(id)?;
    let allocation = settings.allocation;
    Some(Shown {
        seats: allocation.base,
        policy: allocation.policy.into(),
        suspended: allocation.suspended,
        allocation_ends: allocation.ends.map(rfc3339),
        grace_s: crate::protocol::whole_seconds(settings.grace),
        time_zone: settings.time_zone.iana_name().unwrap_or("UTC").to_owned(),
        waiting_line: settings.waiting_line.map(|max| serde_json::json!({ "max": max })),
        disclose_counts: settings.disclose_counts,
        self_service: settings.self_service.map(|bounds| SelfServiceEntry {
            seats: bounds.seats,
            days: bounds.days,
        }),
        unresponsive_limit_s: settings.unresponsive_limit.map(crate::protocol::whole_seconds),
        allowed_origins: settings.allowed_origins.iter().map(ToString::to_string).collect(),
        name: settings.name,
    })
}

/// The version of the settings that hold, if there is such an organization.
pub(super) fn version_of(state: &State, id: &OrganizationId) -> Option<String> {
    shown(state, id).map(|shown| version(&shown))
}

/// The configuration says it; `setting`: which one, or the organization as a whole.
pub(super) fn defined_by_file(state: &State, id: &OrganizationId, setting: Option<&str>) -> Problem {
    let name = setting.map_or_else(
        || format!("organization.{id}"),
        |setting| format!("organization.{id}.{setting}"),
    );
    let source = state.file.sources.of(&name);
    Problem::ManagedByFile {
        why: match source {
            crate::config::Source::Default => format!("`{name}` comes with the server that was started"),
            _ => format!("`{name}` is defined at {source}; change it there"),
        },
    }
}

/// A waiting line.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is described and read field by field")]
struct LineEntry {
    /// So many wait at most.
    max: u32,
}

/// What somebody wants an organization to be: only what the body names; null is the default.
#[derive(ToSchema)]
#[schema(as = SettingsWish)]
pub(super) struct Wish {
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    #[schema(value_type = Option<u32>)]
    seats: Option<Option<u32>>,
    /// `block`, `observe` or `{"burst": n}`.
    #[schema(value_type = Option<PolicyEntry>)]
    policy: Option<Option<PolicyEntry>>,
    #[schema(value_type = Option<bool>)]
    suspended: Option<Option<bool>>,
    /// A time with its offset.
    #[schema(value_type = Option<String>, format = DateTime)]
    allocation_ends: Option<Option<i64>>,
    /// From 5 to 86,400.
    #[schema(value_type = Option<u32>)]
    grace_s: Option<Option<u32>>,
    /// An IANA name.
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    time_zone: Option<Option<String>>,
    #[schema(value_type = Option<LineEntry>)]
    waiting_line: Option<Option<u32>>,
    #[schema(value_type = Option<bool>)]
    disclose_counts: Option<Option<bool>>,
    #[schema(value_type = Option<SelfServiceEntry>)]
    self_service: Option<Option<SelfServiceEntry>>,
    /// From 60 to 604,800, or `"off"`; 43,200 by default.
    #[schema(value_type = Option<Value>)]
    unresponsive_limit_s: Option<Option<u32>>,
    #[schema(value_type = Option<Vec<String>>)]
    allowed_origins: Option<Option<Vec<String>>>,
}

impl Wish {
    pub(super) fn read(mut body: Fields) -> Result<Self, Problem> {
        let wish = Self {
            name: body.optional("name", line(200))?,
            seats: body.optional("seats", number(0..=MOST_SEATS))?,
            policy: body.optional("policy", policy)?,
            suspended: body.optional("suspended", boolean)?,
            allocation_ends: body.optional("allocation_ends", |value| time(value).map(|time| time.0))?,
            grace_s: body.optional("grace_s", number(GRACES))?,
            time_zone: body.optional("time_zone", zone)?,
            waiting_line: body.optional("waiting_line", waiting_line)?,
            disclose_counts: body.optional("disclose_counts", boolean)?,
            self_service: body.optional("self_service", self_service)?,
            unresponsive_limit_s: body.optional("unresponsive_limit_s", limit_or_off)?,
            allowed_origins: body.optional("allowed_origins", origins)?,
        };
        body.finish()?;
        Ok(wish)
    }

    /// Whether it is about what is paid for.
    pub(super) fn needs_operator(&self) -> bool {
        self.seats.is_some()
            || self.policy.is_some()
            || self.suspended.is_some()
            || self.allocation_ends.is_some()
            || self.self_service.is_some()
    }

    /// What the API says of the organization after it.
    pub(super) fn applied(self, state: &State, id: &OrganizationId) -> Result<OrganizationEntry, Problem> {
        self.check_file(state, id)?;
        let mut entry = state.organizations.get(id).cloned().unwrap_or_default();
        if !state.has(id) {
            if self.seats.flatten().is_none() {
                return Err(Problem::field(
                    "seats",
                    "this is missing; a new organization has seats",
                ));
            }
            entry = OrganizationEntry {
                made: true,
                ..OrganizationEntry::default()
            };
        }
        if entry.made && self.seats == Some(None) {
            return Err(Problem::field(
                "seats",
                "an organization has seats; 0 is a number of them",
            ));
        }
        set(&mut entry.name, self.name);
        set(&mut entry.seats, self.seats);
        set(&mut entry.policy, self.policy);
        set(&mut entry.suspended, self.suspended);
        set(&mut entry.allocation_ends, self.allocation_ends);
        set(&mut entry.grace_s, self.grace_s);
        set(&mut entry.time_zone, self.time_zone);
        set(&mut entry.waiting_line, self.waiting_line);
        set(&mut entry.disclose_counts, self.disclose_counts);
        set(&mut entry.self_service, self.self_service);
        set(&mut entry.unresponsive_limit_s, self.unresponsive_limit_s);
        set(&mut entry.allowed_origins, self.allowed_origins);
        Ok(entry)
    }

    /// What the file says is the file's.
    fn check_file(&self, state: &State, id: &OrganizationId) -> Result<(), Problem> {
        let named = [
            ("name", self.name.is_some()),
            ("seats", self.seats.is_some()),
            ("policy", self.policy.is_some()),
            ("suspended", self.suspended.is_some()),
            ("allocation_ends", self.allocation_ends.is_some()),
            ("grace", self.grace_s.is_some()),
            ("time_zone", self.time_zone.is_some()),
            ("waiting_line", self.waiting_line.is_some()),
            ("disclose_counts", self.disclose_counts.is_some()),
            ("self_service", self.self_service.is_some()),
            ("unresponsive_limit", self.unresponsive_limit_s.is_some()),
            ("allowed_origins", self.allowed_origins.is_some()),
        ];
        let mut named = named.into_iter().filter(|(_, is_named)| *is_named);
        match named.find(|(setting, _)| state.file_defines(id, setting)) {
            Some((setting, _)) => Err(defined_by_file(state, id, Some(setting))),
            None => Ok(()),
        }
    }
}

fn set<T>(setting: &mut Option<T>, wish: Option<Option<T>>) {
    if let Some(value) = wish {
        *setting = value;
    }
}

fn policy(value: &Value) -> Result<PolicyEntry, Cow<'static, str>> {
    match value {
        Value::String(text) if text == "block" => Ok(PolicyEntry::Block),
        Value::String(text) if text == "observe" => Ok(PolicyEntry::Observe),
        Value::Object(table) if table.len() == 1 => {
            let burst = table
                .get("burst")
                .ok_or("this is \"block\", \"observe\" or {\"burst\":5}")?;
            number(1..=MOST_SEATS)(burst).map(PolicyEntry::Burst)
        }
        _ => Err("this is \"block\", \"observe\" or {\"burst\":5}".into()),
    }
}

fn zone(value: &Value) -> Result<String, Cow<'static, str>> {
    let zone = value.as_str().and_then(|name| TimeZone::get(name).ok());
    let name = zone.and_then(|zone| zone.iana_name().map(str::to_owned));
    name.ok_or_else(|| "this is the IANA name of a time zone, as in Europe/Berlin".into())
}

fn waiting_line(value: &Value) -> Result<u32, Cow<'static, str>> {
    match value {
        Value::Object(table) if table.len() == 1 && table.contains_key("max") => {
            number(1..=MOST_SEATS)(&table["max"])
        }
        _ => Err("this is {\"max\":20} or null".into()),
    }
}

fn self_service(value: &Value) -> Result<SelfServiceEntry, Cow<'static, str>> {
    let bounds: Option<SelfServiceEntry> = serde_json::from_value(value.clone()).ok();
    let good = |bounds: &SelfServiceEntry| {
        (1..=MOST_SEATS).contains(&bounds.seats) && (1..=31).contains(&bounds.days)
    };
    bounds
        .filter(good)
        .ok_or_else(|| "this is {\"seats\":20,\"days\":14} with at most 31 days, or null".into())
}

fn limit_or_off(value: &Value) -> Result<u32, Cow<'static, str>> {
    match value {
        Value::String(text) if text == "off" => Ok(0),
        Value::Number(_) => number(UNRESPONSIVE_LIMITS)(value),
        _ => Err("this is a number of seconds or \"off\"".into()),
    }
}

fn origins(value: &Value) -> Result<Vec<String>, Cow<'static, str>> {
    let texts = value.as_array().filter(|texts| texts.len() <= MOST_ORIGINS);
    let origin = |text: &Value| Some(Origin::parse(text.as_str()?).ok()?.to_string());
    let origins = texts.and_then(|texts| texts.iter().map(origin).collect());
    origins.ok_or_else(|| {
        "this is a list of at most 100 origins, as in [\"https://acme.my.salesforce.com\"]".into()
    })
}
