//! Settings in words: each value, and where it came from.

use std::fmt::{Debug, Display};
use std::time::Duration;

use super::overrides::LogFormat;
use super::settings::{OrganizationSettings, Role, Settings};
use super::sources::Source;
use crate::seats::{Policy, Timestamp};

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name: `server.listen`, `organization.acme.grace`.
    pub name: String,
    /// Its value, as the file would have it. No secret: of keys there are only hashes and names.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

/// All settings in the order of the example file.
pub fn describe(settings: &Settings) -> Vec<Line> {
    let mut lines = Lines(settings, Vec::new());
    lines.server();
    for organization in &settings.organizations {
        lines.organization(organization);
    }
    lines.admin_tokens();
    lines.1
}

struct Lines<'a>(&'a Settings, Vec<Line>);

impl Lines<'_> {
    fn add(&mut self, name: impl Display, value: impl Display) {
        let name = name.to_string();
        let source = self.0.sources.of(&name);
        let value = value.to_string();
        self.1.push(Line { name, value, source });
    }

    fn server(&mut self) {
        let (server, liveness, limits) = (&self.0.server, &self.0.liveness, &self.0.limits);
        let switches = self.0.switches;
        self.add("server.listen", quoted(server.listen));
        self.add("server.admin_listen", quoted(server.admin_listen));
        let data_dir = server.data_dir.as_ref();
        self.add(
            "server.data_dir",
            data_dir.map_or("none: in memory".to_owned(), |path| quoted(path.display())),
        );
        let file = server.admin_token_file.as_ref();
        self.add(
            "server.admin_token_file",
            file.map_or("none".to_owned(), |path| quoted(path.display())),
        );
        self.add("server.max_connections", server.max_connections);
        self.add("server.drain_timeout", time(server.drain_timeout));
        self.add(
            "server.trusted_proxies",
            list(server.trusted_proxies.iter().map(quoted)),
        );
        self.add("server.metrics_need_token", server.metrics_need_token);
        if let Some(tls) = &self.0.tls {
            self.add("tls.certificate", quoted(tls.certificate.display()));
            self.add("tls.private_key", quoted(tls.private_key.display()));
        }
        self.add("liveness.heartbeat", time(liveness.heartbeat));
        self.add("liveness.silence_limit", time(liveness.silence_limit));
        self.add("liveness.login_timeout", time(liveness.login_timeout));
        self.add("liveness.grace", time(liveness.grace));
        self.add("limits.message_bytes", limits.message_bytes);
        self.add("limits.handshakes", limits.handshakes);
        self.add("limits.logins_waiting", limits.logins_waiting);
        self.add("limits.handshakes_per_address", limits.handshakes_per_address);
        self.add("allow_private_webhooks", switches.allow_private_webhooks);
        self.add("allow_open_organizations", switches.allow_open_organizations);
        self.add("allow_plain_admin", switches.allow_plain_admin);
        self.add("allow_short_grace", switches.allow_short_grace);
        self.add(
            "log_format",
            match server.log.format {
                LogFormat::Text => "text",
                LogFormat::Json => "json",
            },
        );
        self.add("log_level", server.log.level.as_str().to_ascii_lowercase());
    }

    fn organization(&mut self, organization: &OrganizationSettings) {
        let name = |key: &str| format!("organization.{}.{key}", organization.id);
        let allocation = &organization.allocation;
        self.add(name("name"), quoted_text(&organization.name));
        self.add(name("seats"), allocation.base);
        self.add(name("suspended"), allocation.suspended);
        self.add(
            name("allocation_ends"),
            allocation.ends.map_or("never".to_owned(), date),
        );
        self.add(
            name("policy"),
            match allocation.policy {
                Policy::Block => "\"block\"".to_owned(),
                Policy::Observe => "\"observe\"".to_owned(),
                Policy::Burst(seats) => format!("{{ burst = {seats} }}"),
            },
        );
        // A grace that an organization does not set is that of all.
        let grace = name("grace");
        if self.0.sources.defines(&grace) {
            self.add(grace, time(organization.grace));
        } else {
            let source = self.0.sources.of("liveness.grace");
            let value = time(organization.grace);
            self.1.push(Line {
                name: grace,
                value,
                source,
            });
        }
        self.add(
            name("time_zone"),
            quoted(organization.time_zone.iana_name().unwrap_or("UTC")),
        );
        self.add(name("keys"), list(organization.keys.iter().map(quoted)));
        let token_keys = organization.token_keys.iter().map(|key| {
            let (kid, file) = (quoted_text(&key.kid), quoted(key.file.display()));
            format!(
                "{{ kid = {kid}, alg = \"{}\", file = {file} }}",
                key.algorithm.name()
            )
        });
        self.add(name("token_key"), list(token_keys));
        self.add(
            name("allowed_origins"),
            list(organization.allowed_origins.iter().map(quoted)),
        );
        let line = organization.waiting_line;
        self.add(
            name("waiting_line"),
            line.map_or("off".to_owned(), |max| format!("{{ max = {max} }}")),
        );
        self.add(name("disclose_counts"), organization.disclose_counts);
        self.add(
            name("unresponsive_limit"),
            organization.unresponsive_limit.map_or("\"off\"".to_owned(), time),
        );
        let own = organization.self_service;
        let own = own.map(|own| format!("{{ seats = {}, days = {} }}", own.seats, own.days));
        self.add(name("self_service"), own.unwrap_or_else(|| "none".to_owned()));
        self.add(name("alert_levels"), list(organization.alert_levels.iter()));
        let increases = organization.increases.iter().map(|planned| {
            let increase = planned.increase;
            let (from, until) = (date(increase.from), date(increase.until));
            let reason = planned.reason.as_deref().map(quoted_text);
            let reason = reason.map_or(String::new(), |reason| format!(", reason = {reason}"));
            format!(
                "{{ seats = {}, from = {from}, until = {until}{reason} }}",
                increase.seats
            )
        });
        self.add(name("increase"), list(increases));
    }

    fn admin_tokens(&mut self) {
        let settings = self.0;
        for token in &settings.admin_tokens {
            let (role, organization) = match &token.role {
                Role::Operator => ("operator", None),
                Role::Admin(id) => ("admin", Some(id)),
                Role::Viewer(id) => ("viewer", Some(id)),
            };
            let name = |key: &str| format!("admin_token.{}.{key}", token.label);
            self.add(name("role"), quoted(role));
            if let Some(id) = organization {
                self.add(name("org"), quoted(id));
            }
            self.add(name("hash"), quoted(token.hash));
        }
    }
}

fn quoted(value: impl Display) -> String {
    quoted_text(&value.to_string())
}

fn quoted_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Whole hours are shown as such.
fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    quoted(match duration.subsec_nanos() {
        0 if seconds >= 3600 && seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        0 => format!("{seconds}s"),
        _ => format!("{}ms", duration.as_millis()),
    })
}

fn date(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |at| at.to_string())
}

fn list(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}
