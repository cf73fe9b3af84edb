//! Every key of what is stored as JSON and of what the API answers or takes, as lists: what is new
//! must be argued for here.

use crate::scenario;
use crate::server::{Server, Setup};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// The names of all properties in the description of the API. Of a session there is its id, its
/// state, when it began, rounded, and how it is going to end.
const OF_THE_API: [&str; 206] = [
    "95",
    "99",
    "99.9",
    "abandoned",
    "advice",
    "alarm",
    "alarms",
    "allocation_ends",
    "allowed_origins",
    "at",
    "at_least",
    "attempts",
    "base",
    "begins",
    "buffer",
    "burst",
    "channels",
    "clear_hold_s",
    "clear_percent",
    "closed",
    "confidence",
    "connected",
    "count",
    "day",
    "days",
    "days_at_cap",
    "days_known",
    "days_looked_at",
    "days_needed",
    "days_to_go",
    "deliveries",
    "delivery",
    "demand",
    "demand_peak",
    "disclose_counts",
    "draws",
    "duration_s",
    "ended",
    "ends",
    "ends_at",
    "enough",
    "enough_95",
    "episodes",
    "estimate",
    "events",
    "expect",
    "expires_in_s",
    "fell_silent",
    "forecast",
    "formula",
    "free",
    "from",
    "gap",
    "gone_since",
    "grace_left_s",
    "grace_s",
    "growth_a_month",
    "habit",
    "handed_off",
    "handoff_invalid",
    "handoffs",
    "headroom",
    "heatmap",
    "high",
    "highest_demand",
    "hold_s",
    "id",
    "in_grace",
    "in_grace_seconds",
    "in_use",
    "increases",
    "items",
    "key",
    "known_s",
    "label",
    "length_s_p50",
    "length_s_p95",
    "level",
    "levels",
    "limit",
    "logins",
    "logout",
    "logouts",
    "long_wait_s",
    "looked_at",
    "lost",
    "low",
    "made_at",
    "maintenance",
    "managed_by",
    "max",
    "may_change",
    "may_cut",
    "mean",
    "mean_open",
    "measured",
    "median",
    "message",
    "method",
    "middle",
    "min_age_s",
    "mode",
    "months",
    "most_seats",
    "name",
    "new_logins",
    "next",
    "next_attempt_at",
    "no_allocation",
    "note",
    "notice_s",
    "of",
    "on_call",
    "open_s",
    "org",
    "organization",
    "organizations",
    "outcome",
    "over_12_h",
    "over_allocation",
    "path",
    "peak",
    "peak_held_30_min",
    "peak_in_use",
    "peak_outside_shift_changes",
    "peak_today",
    "peaks",
    "percent",
    "policy",
    "purges",
    "reason",
    "recommended",
    "refusals",
    "refusals_by_code",
    "refused",
    "refused_last_hour",
    "refused_on_record",
    "resume_success",
    "resumes",
    "role",
    "route",
    "seat_seconds",
    "seats",
    "seats_exhausted",
    "seconds",
    "secret",
    "seed",
    "self_service",
    "session_gone",
    "sessions",
    "sessions_needed",
    "settings",
    "severity",
    "shift_changes",
    "shift_overlap",
    "short_id",
    "since",
    "slope_a_week",
    "stagger_minutes",
    "standard_deviation",
    "stands_on",
    "starts_at",
    "state",
    "status",
    "suspended",
    "terminated",
    "threshold",
    "time_zone",
    "title",
    "to",
    "token",
    "token_spent",
    "too_many_tokens",
    "took_ms",
    "total",
    "trend",
    "tried_s",
    "type",
    "unit",
    "unknown_s",
    "unresponsive",
    "unresponsive_limit_s",
    "until",
    "url",
    "use_at_peak",
    "used",
    "usual_demand",
    "usual_headroom",
    "verdict",
    "wait_s_p95",
    "waited",
    "waited_briefly",
    "waiting",
    "waiting_line",
    "webhook",
    "week_ends",
    "weekday",
    "weekday_peaks",
    "weekly_peaks",
    "weeks",
    "weeks_known",
    "weeks_with_room",
    "withdrawn",
    "within_s",
    "worst",
    "would_be_refused",
];

/// The keys of `setting.value` by kind.
const STORED: [(&str, &[&str]); 11] = [
    (
        "alerts",
        &[
            "clear_hold_s",
            "clear_percent",
            "count",
            "hold_s",
            "levels",
            "percent",
            "refusals",
            "within_s",
        ],
    ),
    (
        "delivery",
        &[
            "ends_at",
            "id",
            "new_logins",
            "starts_at",
            "title",
            "alarm",
            "alarms",
            "data",
            "free",
            "in_use",
            "level",
            "limit",
            "organization",
            "refused",
            "severity",
            "since",
            "timestamp",
            "type",
            "waiting",
            "at",
            "attempts",
            "body",
            "due",
            "failed",
            "incident",
            "kind",
            "outcome",
            "state",
            "status",
            "took_ms",
            "webhook",
        ],
    ),
    (
        "incident",
        &["alarm", "alarms", "level", "severity", "since", "until", "worst"],
    ),
    (
        "increase",
        &["confirmed", "from", "reason", "seats", "self_served", "until"],
    ),
    ("key", &["hash", "label", "made_at"]),
    (
        "maintenance",
        &[
            "course",
            "ends_at",
            "message",
            "new_logins",
            "organizations",
            "starts_at",
            "title",
        ],
    ),
    (
        "organization",
        &[
            "allocation_ends",
            "allowed_origins",
            "burst",
            "days",
            "disclose_counts",
            "grace_s",
            "made",
            "max",
            "name",
            "policy",
            "seats",
            "self_service",
            "suspended",
            "time_zone",
            "waiting_line",
        ],
    ),
    ("token", &["admin", "hash", "label", "made_at", "role"]),
    ("webhook", &["events", "made_at", "secret", "url"]),
    ("webhook_gone", &["since"]),
    (
        "webhook_told",
        &[
            "data",
            "ends_at",
            "from",
            "id",
            "increases",
            "maintenance",
            "new_logins",
            "organization",
            "seats",
            "stage",
            "starts_at",
            "state",
            "title",
            "until",
        ],
    ),
];

/// A receiver must say so.
const NOT_MET: &str = "webhook_gone";

/// All keys but ids, also those of a text that is JSON.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if uuid::Uuid::parse_str(key).is_err() {
                    found.insert(key.clone());
                }
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        Value::String(text) if text.starts_with('{') => {
            keys(&serde_json::from_str(text).unwrap(), found);
        }
        _ => {}
    }
}

/// The names of the properties of all schemas in a description.
fn properties(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::Object(named)) = fields.get("properties") {
                found.extend(named.keys().cloned());
            }
            fields.values().for_each(|value| properties(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_api_speaks_of_what_is_listed_only() {
    let home = tempfile::tempdir().unwrap();
    let server = Setup::new(home.path(), 3, 30_000).start().unwrap();
    let (_, description) = server.get("/api/v1/openapi.json").await.unwrap();
    let mut found = BTreeSet::new();
    properties(&serde_json::from_str(&description).unwrap(), &mut found);
    assert_eq!(found, OF_THE_API.map(str::to_owned).into());
}

/// Sets everything that can be set.
async fn set_all(server: &Server) {
    let acme = "/api/v1/organizations/acme";
    let far = "2099-01-01T00:00:00Z";
    let rules = json!({"levels": [{"percent": 50, "hold_s": 0}], "refusals": {"count": 1, "within_s": 60}});
    let whole = json!({"name":"Whole","seats":9,"policy":{"burst":2},"suspended":false,"allocation_ends":far,
        "grace_s":60,"time_zone":"UTC","waiting_line":{"max":2},"disclose_counts":true,
        "self_service":{"seats":1,"days":1},"allowed_origins":["https://whole.example"]});
    for (method, path, body) in [
        ("PUT", "/api/v1/organizations/whole".to_owned(), whole),
        ("PUT", format!("{acme}/alerts"), rules),
        (
            "POST",
            format!("{acme}/webhooks"),
            json!({"url":"https://127.0.0.1:9/"}),
        ),
        (
            "POST",
            format!("{acme}/increases"),
            json!({"seats":1,"from":"2098-01-01T00:00:00Z","until":far,"reason":"peak"}),
        ),
        (
            "POST",
            "/api/v1/organizations/whole/keys".to_owned(),
            json!({"label":"page"}),
        ),
        (
            "POST",
            "/api/v1/tokens".to_owned(),
            json!({"label":"lead","role":"admin","org":"acme"}),
        ),
        (
            "POST",
            "/api/v1/maintenance".to_owned(),
            json!({"title":"Update","message":"Back soon","starts_at":"2098-01-01T00:00:00Z","ends_at":"2098-01-01T01:00:00Z","organizations":["acme"],"new_logins":"refused"}),
        ),
    ] {
        let (status, answer) = server.ask(method, &path, &body.to_string()).await.unwrap();
        assert!((200..300).contains(&status), "{method} {path}: {answer}");
    }
}

fn stored(setup: &Setup) -> BTreeMap<String, BTreeSet<String>> {
    let database = rusqlite::Connection::open(setup.folder.join("seats.db")).unwrap();
    let mut statement = database.prepare("SELECT kind, value FROM setting").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let mut found = BTreeMap::<String, BTreeSet<String>>::new();
    for row in rows.unwrap() {
        let (kind, value): (String, String) = row.unwrap();
        let value = serde_json::from_str(&value).unwrap();
        keys(&value, found.entry(kind).or_default());
    }
    found
}

#[tokio::test]
async fn what_is_set_is_stored_with_the_listed_keys_only() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 1, 30_000).with(&["--allow-private-webhooks"]);
    let server = setup.start().unwrap();
    set_all(&server).await;
    let mut agents = scenario::agents(&scenario::board());
    for agent in &mut agents[..2] {
        agent.login(&server.listen).await.unwrap();
    }
    let allowed = BTreeMap::from(STORED);
    let start = Instant::now();
    loop {
        let stored = stored(&setup);
        for (kind, keys) in &stored {
            let allowed = allowed.get(kind.as_str()).copied().unwrap_or_default();
            let new: Vec<_> = keys
                .iter()
                .filter(|key| !allowed.contains(&key.as_str()))
                .collect();
            assert_eq!(new, [""; 0], "of {kind}");
        }
        let is_met = |kind: &&str| *kind == NOT_MET || stored.contains_key(*kind);
        let has_answer = stored
            .get("delivery")
            .is_some_and(|keys| keys.contains("took_ms"));
        if has_answer && allowed.keys().all(is_met) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{stored:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
