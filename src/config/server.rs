//! The tables `server`, `tls`, `liveness` and `limits`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::duration::{check_grace, parse_duration, whole_seconds};
use super::overrides::Overrides;
use super::page::Page;
use super::problem::Problem;
use super::section::{Field, Section};
use super::settings::{LimitSettings, LivenessSettings, LogSettings, ServerSettings, TlsSettings};
use super::sources::Source;

const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7380);
const ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7381);
const DATA_DIR: &str = "data";
const GRACE: Duration = Duration::from_secs(60);

const SHORTEST: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn server(root: &mut Section<'_>, overrides: &Overrides, has_tokens: bool) -> ServerSettings {
    let page = root.page();
    let mut section = root.section("server");
    let mut field = |key| section.as_mut().and_then(|section| section.field(key));

    let listen = field("listen").and_then(|field| field.parsed(address));
    let admin_listen = field("admin_listen").and_then(|field| field.parsed(address));
    let data_dir = field("data_dir").and_then(|field| field.path());
    let max_connections = field("max_connections").and_then(|field| field.number(1..=10_000_000));
    let drain_timeout = field("drain_timeout").and_then(|field| field.duration(SHORTEST..=HOUR));
    let trusted_proxies = field("trusted_proxies").map_or_else(Vec::new, |field| addresses(&field));
    let metrics_need_token = field("metrics_need_token").and_then(|field| field.boolean());
    if let Some(section) = section {
        section.finish();
    }

    note_flag(page, "server.listen", "--listen", overrides.listen.is_some());
    note_flag(
        page,
        "server.admin_listen",
        "--admin-listen",
        overrides.admin_listen.is_some(),
    );
    note_flag(
        page,
        "server.data_dir",
        "--data-dir",
        overrides.data_dir.is_some(),
    );
    for (name, flag, is_given) in [
        (
            "allow_private_webhooks",
            "--allow-private-webhooks",
            overrides.allow_private_webhooks,
        ),
        (
            "allow_open_organizations",
            "--allow-open-organizations",
            overrides.allow_open_organizations,
        ),
        (
            "allow_plain_admin",
            "--allow-plain-admin",
            overrides.allow_plain_admin,
        ),
        (
            "allow_short_grace",
            "--allow-short-grace",
            overrides.allow_short_grace,
        ),
        ("log_format", "--log-format", overrides.log_format.is_some()),
        ("log_level", "--log-level", overrides.log_level.is_some()),
    ] {
        note_flag(page, name, flag, is_given);
    }
    note_flag(page, "server.data_dir", "--in-memory", overrides.in_memory);
    note_flag(
        page,
        "server.admin_token_file",
        "--admin-token-file",
        overrides.admin_token_file.is_some(),
    );

    let data_dir = overrides
        .data_dir
        .clone()
        .or(data_dir)
        .unwrap_or_else(|| PathBuf::from(DATA_DIR));
    let data_dir = (!overrides.in_memory).then_some(data_dir);
    let token_file = overrides
        .admin_token_file
        .clone()
        .or_else(|| data_dir.as_ref().map(|folder| folder.join("admin-token")));
    ServerSettings {
        listen: overrides.listen.or(listen).unwrap_or(LISTEN),
        admin_listen: overrides.admin_listen.or(admin_listen).unwrap_or(ADMIN_LISTEN),
        data_dir,
        admin_token_file: token_file.filter(|_| !has_tokens),
        max_connections: max_connections.unwrap_or(1_000_000),
        drain_timeout: drain_timeout.unwrap_or(Duration::from_secs(30)),
        trusted_proxies,
        metrics_need_token: metrics_need_token.unwrap_or(false),
        log: LogSettings {
            format: overrides.log_format.unwrap_or_default(),
            level: overrides.log_level.unwrap_or(tracing::Level::INFO),
        },
    }
}

pub(super) fn tls(root: &mut Section<'_>) -> Option<TlsSettings> {
    let mut section = root.section("tls")?;
    let certificate = section.required("certificate", "certificate = \"cert.pem\"");
    let private_key = section.required("private_key", "private_key = \"key.pem\"");
    section.finish();
    let tls = TlsSettings {
        certificate: certificate.as_ref().and_then(Field::path)?,
        private_key: private_key.as_ref().and_then(Field::path)?,
    };
    if let Err(unusable) = tls.read() {
        let is_key = unusable.path == tls.private_key && unusable.path != tls.certificate;
        let blamed = if is_key { private_key } else { certificate };
        blamed?.report(unusable);
        return None;
    }
    Some(tls)
}

pub(super) fn liveness(root: &mut Section<'_>, overrides: &Overrides) -> LivenessSettings {
    let page = root.page();
    let mut section = root.section("liveness");
    let mut field = |key| section.as_mut().and_then(|section| section.field(key));

    let heartbeat = field("heartbeat").and_then(|field| {
        let heartbeat = field.duration(SECOND..=HOUR)?;
        whole_seconds(heartbeat).map_err(|error| field.report(error)).ok()
    });
    let silence_limit = field("silence_limit").and_then(|field| field.duration(SECOND..=24 * HOUR));
    let login_timeout = field("login_timeout").and_then(|field| field.duration(SHORTEST..=HOUR));
    let grace = field("grace").and_then(|field| grace(&field, overrides.allow_short_grace));
    if let Some(section) = section {
        section.finish();
    }

    note_flag(page, "liveness.grace", "--grace", overrides.grace.is_some());
    if let Some(grace) = overrides.grace
        && let Err(error) = check_grace(grace, overrides.allow_short_grace)
    {
        page.report(Problem {
            source: Source::Flag("--grace"),
            key: "liveness.grace".to_owned(),
            message: error.to_string(),
        });
    }
    LivenessSettings {
        heartbeat: heartbeat.unwrap_or(Duration::from_secs(20)),
        silence_limit: silence_limit.unwrap_or(Duration::from_secs(45)),
        login_timeout: login_timeout.unwrap_or(Duration::from_secs(10)),
        grace: overrides.grace.or(grace).unwrap_or(GRACE),
    }
}

pub(super) fn limits(root: &mut Section<'_>) -> LimitSettings {
    let mut section = root.section("limits");
    let mut number = |key, range| {
        let field = section.as_mut().and_then(|section| section.field(key));
        field.and_then(|field| field.number(range))
    };
    let limits = LimitSettings {
        message_bytes: number("message_bytes", 1024..=65_536).unwrap_or(4096),
        handshakes: number("handshakes", 1..=65_536).unwrap_or(1024),
        logins_waiting: number("logins_waiting", 1..=1_000_000).unwrap_or(4096),
        handshakes_per_address: number("handshakes_per_address", 1..=65_536).unwrap_or(200),
    };
    if let Some(section) = section {
        section.finish();
    }
    limits
}

/// Reads a grace from the file.
pub(super) fn grace(field: &Field<'_>, allow_short: bool) -> Option<Duration> {
    let grace = field.parsed(parse_duration)?;
    check_grace(grace, allow_short)
        .map_err(|error| field.report(error))
        .ok()?;
    Some(grace)
}

fn address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse()
        .map_err(|_| "this is an address with a port, as in \"127.0.0.1:7380\" or \"[::1]:7380\"")
}

fn addresses(field: &Field<'_>) -> Vec<IpAddr> {
    let address = |text: &str| {
        text.parse()
            .map_err(|_| "this is an address without a port, as in \"10.0.0.7\"")
    };
    field
        .list()
        .iter()
        .filter_map(|element| element.parsed(address))
        .collect()
}

fn note_flag(page: &Page<'_>, name: &str, flag: &'static str, is_given: bool) {
    if is_given {
        page.note(name.to_owned(), Source::Flag(flag));
    }
}
