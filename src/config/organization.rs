//! The tables `organization`.

mod token_key;

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use super::overrides::Overrides;
use super::page::Page;
use super::section::{Field, Section};
use super::server::grace;
use super::settings::{OrganizationSettings, PlannedIncrease, SelfService, Switches};
use super::sources::Source;
use crate::credential::{HashedToken, Origin};
use crate::seats::{Allocation, Increase, OrganizationId, Policy};

/// The most seats of an organization.
pub const MOST_SEATS: u32 = 1_000_000;
const MOST_UNRESPONSIVE: Duration = Duration::from_secs(30 * 24 * 3600);

/// All organizations of the file. One whose id is wrong or taken is reported and left out.
pub(super) fn read_all(
    root: &mut Section<'_>,
    overrides: &Overrides,
    switches: Switches,
    default_grace: Duration,
) -> Vec<OrganizationSettings> {
    let mut organizations = Vec::new();
    let mut lines: BTreeMap<OrganizationId, Source> = BTreeMap::new();
    for mut section in root.sections("organization") {
        let Some(field) = section.required("id", "id = \"acme\"") else {
            continue;
        };
        let Some(id) = field.parsed(OrganizationId::parse) else {
            continue;
        };
        if let Some(first) = lines.get(&id) {
            field.report(format!(
                "`{id}` is the id of another organization already, at {first}"
            ));
            continue;
        }
        lines.insert(id.clone(), field.source());
        section.rename(format!("organization.{id}"));
        let has_seats = overrides
            .seats
            .iter()
            .any(|(organization, _)| *organization == id);
        organizations.push(read(
            section,
            OrganizationSettings::new(id, default_grace),
            switches,
            has_seats,
        ));
    }
    organizations
}

/// Applies `--seats`, which adds an organization or wins over the file.
pub(super) fn apply_seats(
    page: &Page<'_>,
    organizations: &mut Vec<OrganizationSettings>,
    overrides: &Overrides,
    default_grace: Duration,
) {
    for (id, seats) in &overrides.seats {
        let source = Source::Flag("--seats");
        page.note(format!("organization.{id}.seats"), source.clone());
        match organizations
            .iter_mut()
            .find(|organization| organization.id == *id)
        {
            Some(organization) => organization.allocation.base = *seats,
            None => {
                page.note(format!("organization.{id}"), source);
                organizations.push(OrganizationSettings {
                    allocation: Allocation::of(*seats),
                    ..OrganizationSettings::new(id.clone(), default_grace)
                });
            }
        }
    }
}

fn read(
    mut section: Section<'_>,
    mut settings: OrganizationSettings,
    switches: Switches,
    has_seats: bool,
) -> OrganizationSettings {
    set(
        &mut settings.name,
        section.field("name").and_then(|field| label(&field)),
    );
    set(
        &mut settings.grace,
        section
            .field("grace")
            .and_then(|field| grace(&field, switches.allow_short_grace)),
    );
    set(
        &mut settings.time_zone,
        section
            .field("time_zone")
            .and_then(|field| field.parsed(time_zone)),
    );
    settings.keys = list(section.field("keys"), |field| field.parsed(HashedToken::parse));
    settings.token_keys = token_key::read_all(&mut section);
    settings.allowed_origins = list(section.field("allowed_origins"), |field| {
        field.parsed(Origin::parse)
    });
    settings.waiting_line = section
        .field("waiting_line")
        .and_then(|field| waiting_line(&field));
    set(
        &mut settings.unresponsive_limit,
        section
            .field("unresponsive_limit")
            .and_then(|field| limit_or_off(&field)),
    );
    settings.self_service = section
        .field("self_service")
        .and_then(|field| self_service(&field));
    set(
        &mut settings.alert_levels,
        section
            .field("alert_levels")
            .and_then(|field| alert_levels(&field)),
    );
    let counts = section.field("disclose_counts").and_then(|field| field.boolean());
    settings.disclose_counts = counts.unwrap_or(!settings.asks_for_public_key_only());
    settings.increases = section
        .sections("increase")
        .into_iter()
        .filter_map(increase)
        .collect();
    settings.allocation = allocation(&mut section, has_seats);
    settings.allocation.increases = settings
        .increases
        .iter()
        .map(|planned| planned.increase)
        .collect();
    section.finish();
    settings
}

fn allocation(section: &mut Section<'_>, has_seats: bool) -> Allocation {
    let seats = if has_seats {
        section.field("seats")
    } else {
        section.required("seats", "seats = 50")
    };
    let mut allocation = Allocation::of(0);
    set(
        &mut allocation.base,
        seats.and_then(|field| field.number(0..=u64::from(MOST_SEATS))),
    );
    set(
        &mut allocation.suspended,
        section.field("suspended").and_then(|field| field.boolean()),
    );
    set(
        &mut allocation.policy,
        section.field("policy").and_then(|field| policy(&field)),
    );
    allocation.ends = section
        .field("allocation_ends")
        .and_then(|field| field.timestamp());
    allocation
}

fn policy(field: &Field<'_>) -> Option<Policy> {
    if let DeValue::Table(_) = field.value() {
        let mut section = field.section()?;
        let burst = section.required("burst", "{ burst = 5 }");
        section.finish();
        return burst?.number(1..=u64::from(MOST_SEATS)).map(Policy::Burst);
    }
    match field.value().as_str() {
        Some("block") => Some(Policy::Block),
        Some("observe") => Some(Policy::Observe),
        _ => {
            field.report("this is \"block\", \"observe\" or { burst = 5 }");
            None
        }
    }
}

fn waiting_line(field: &Field<'_>) -> Option<u32> {
    let mut section = field.section()?;
    let most = section.required("max", "{ max = 20 }");
    section.finish();
    most?.number(1..=u64::from(MOST_SEATS))
}

fn self_service(field: &Field<'_>) -> Option<SelfService> {
    let mut section = field.section()?;
    let seats = section.required("seats", "{ seats = 20, days = 14 }");
    let days = section.required("days", "{ seats = 20, days = 14 }");
    section.finish();
    let seats = seats.and_then(|field| field.number(1..=u64::from(MOST_SEATS)));
    let days = days.and_then(|field| field.number(1..=31));
    Some(SelfService {
        seats: seats?,
        days: days?,
    })
}

fn increase(mut section: Section<'_>) -> Option<PlannedIncrease> {
    let seats = section.required("seats", "seats = 20");
    let from = section.required("from", "from = 2026-11-27T06:00:00Z");
    let until = section.required("until", "until = 2026-11-30T22:00:00Z");
    let reason = section.field("reason").and_then(|field| label(&field));
    section.finish();
    let seats = seats.and_then(|field| field.number(1..=u64::from(MOST_SEATS)));
    let from = from.and_then(|field| field.timestamp());
    let end = until.as_ref().and_then(Field::timestamp);
    let increase = Increase {
        seats: seats?,
        from: from?,
        until: end?,
    };
    if increase.until <= increase.from {
        until?.report("this is not after `from`; an increase ends after it starts");
        return None;
    }
    Some(PlannedIncrease { increase, reason })
}

fn alert_levels(field: &Field<'_>) -> Option<Vec<u8>> {
    let elements = field.list();
    let levels: Vec<u8> = elements
        .iter()
        .filter_map(|element| element.number(1..=100))
        .collect();
    if levels.len() == elements.len() && !levels.is_sorted_by(|one, next| one < next) {
        field.report("these ascend, each once, as in [80, 90, 95, 100]");
        return None;
    }
    Some(levels)
}

fn limit_or_off(field: &Field<'_>) -> Option<Option<Duration>> {
    if field.value().as_str() == Some("off") {
        return Some(None);
    }
    field
        .duration(Duration::from_millis(1)..=MOST_UNRESPONSIVE)
        .map(Some)
}

fn time_zone(name: &str) -> Result<jiff::tz::TimeZone, &'static str> {
    jiff::tz::TimeZone::get(name)
        .map_err(|_| "unknown time zone; write its IANA name, as in \"Europe/Berlin\"")
}

/// A text for people: not empty, one line, at most 200 characters.
pub(super) fn label(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if text.trim().is_empty() || text.chars().count() > 200 || text.contains(char::is_control) {
        field.report("this is one line of 1 to 200 characters");
        return None;
    }
    Some(text.to_owned())
}

fn list<'a, T>(field: Option<Field<'a>>, read: impl Fn(&Field<'a>) -> Option<T>) -> Vec<T> {
    let elements = field.map_or_else(Vec::new, |field| field.list());
    elements.iter().filter_map(read).collect()
}

fn set<T>(setting: &mut T, read: Option<T>) {
    if let Some(value) = read {
        *setting = value;
    }
}
