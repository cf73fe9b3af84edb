//! What is wrong in a file, and the line that says so.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::{Overrides, Role, Settings, read};
use crate::seats::{OrganizationId, Policy};

const HASH: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn with_file() -> Overrides {
    Overrides {
        config: Some("f.toml".into()),
        ..Overrides::default()
    }
}

fn settings(text: &str) -> Settings {
    read(Path::new("f.toml"), text, &with_file()).unwrap()
}

fn problems_with(overrides: &Overrides, text: &str) -> Vec<String> {
    let problems = read(Path::new("f.toml"), text, overrides).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

fn problems(text: &str) -> Vec<String> {
    problems_with(&with_file(), text)
}

fn organization(lines: &str) -> String {
    format!("[[organization]]\nid = \"acme\"\nseats = 5\n{lines}\n")
}

#[test]
fn each_problem_names_its_line_and_what_would_be_right() {
    let window =
        "[[organization.increase]]\nseats = 1\nfrom = 2026-02-01T00:00:00Z\nuntil = 2026-01-01T00:00:00Z";
    let token = |lines: &str| format!("[[admin_token]]\nlabel = \"a\"\nhash = \"{HASH}\"\n{lines}");
    let cases: &[(String, &str)] = &[
        ("[server]\nlisten =".into(), "f.toml:2: syntax: "),
        (
            "[server]\nlisten = 1".into(),
            "f.toml:2: server.listen: this is a text in quotes, not a whole number",
        ),
        (
            "[server]\nlisten = \"here\"".into(),
            "f.toml:2: server.listen: this is an address with a port, as in ",
        ),
        (
            "[server]\nlisen = 1".into(),
            "f.toml:2: server.lisen: unknown key; did you mean `listen`?",
        ),
        (
            "colour = 1".into(),
            "f.toml:1: colour: unknown key; known here are tls, ",
        ),
        (
            "[limits]\nmessage_bytes = 1".into(),
            "f.toml:2: limits.message_bytes: this is a whole number from 1024 to 65536",
        ),
        (
            "[liveness]\nheartbeat = \"1500ms\"".into(),
            "f.toml:2: liveness.heartbeat: this has whole seconds",
        ),
        (
            "[liveness]\nheartbeat = \"30s\"".into(),
            "f.toml:2: liveness.heartbeat: the silence limit of 45s is not longer",
        ),
        (
            "[liveness]\nheartbeat = \"10s\"\nsilence_limit = \"20s\"".into(),
            "f.toml:3: liveness.silence_limit: the silence limit of 20s is not longer",
        ),
        (
            "[liveness]\ngrace = \"4s\"".into(),
            "f.toml:2: liveness.grace: a grace shorter than a page reload",
        ),
        (
            "[tls]\ncertificate = \"no.pem\"\nprivate_key = \"Cargo.toml\"".into(),
            "f.toml:2: tls.certificate: no.pem: the file does not exist",
        ),
        (
            "[server]\nadmin_listen = \"0.0.0.0:1\"".into(),
            "f.toml:2: server.admin_listen: 0.0.0.0:1 is reached from elsewhere",
        ),
        (
            "[server]\nlisten = \"0.0.0.0:1\"\n".to_owned() + &organization(""),
            "f.toml:3: organization: `acme` is open to whoever reaches 0.0.0.0:1",
        ),
        (
            "[organization]\nid = \"acme\"".into(),
            "f.toml:1: organization: each of these is a table of its own; write [[organization]]",
        ),
        (
            "[[organization]]\nid = \"acme\"".into(),
            "f.toml:1: organization.seats: this is missing; write seats = 50",
        ),
        (
            "[[organization]]\nid = \"Acme\"\nseats = 1".into(),
            "f.toml:2: organization.id: an organization's id has",
        ),
        (
            organization("") + &organization(""),
            "f.toml:6: organization.id: `acme` is the id of another organization already, at f.toml:2",
        ),
        (
            organization("grace = \"5500ms\""),
            "f.toml:4: organization.grace: this has whole seconds",
        ),
        (
            organization("time_zone = \"Berlin\""),
            "f.toml:4: organization.time_zone: unknown time zone",
        ),
        (
            organization("policy = \"burst\""),
            "f.toml:4: organization.policy: this is \"block\", \"observe\" or { burst = 5 }",
        ),
        (
            organization("keys = [\n\"sha256:00\"]"),
            "f.toml:5: organization.keys: not sha256: and 64",
        ),
        (
            organization("allowed_origins = [\"https://a.example/\"]"),
            "f.toml:4: organization.allowed_origins: an origin ends after host and port",
        ),
        (
            organization("alert_levels = [90, 80]"),
            "f.toml:4: organization.alert_levels: these ascend",
        ),
        (
            organization("allocation_ends = 2027-12-31"),
            "f.toml:4: organization.allocation_ends: this is a date and a time with its offset",
        ),
        (
            organization("unresponsive_limit = \"never\""),
            "f.toml:4: organization.unresponsive_limit: this is no length of time",
        ),
        (
            organization("waiting_line = {}"),
            "f.toml:4: organization.waiting_line.max: this is missing",
        ),
        (
            organization("[[organization.token_key]]\nkid = \"k\"\nalg = \"EdDSA\"\nfile = \"no.key\""),
            "f.toml:7: organization.token_key.file: no.key: the file does not exist",
        ),
        (
            organization(window),
            "f.toml:7: organization.increase.until: this is not after `from`",
        ),
        (
            token("role = \"viewer\""),
            "f.toml:1: admin_token.org: this is missing",
        ),
        (
            token("role = \"admin\"\norg = \"acme\""),
            "f.toml:5: admin_token.org: there is no organization `acme`",
        ),
        (
            token("role = \"operator\"\norg = \"acme\""),
            "f.toml:5: admin_token.org: an operator works for all organizations",
        ),
        (
            token("role = \"operator\"\n") + &token("role = \"operator\""),
            "f.toml:6: admin_token.label: `a` is the label of another token already, at f.toml:2",
        ),
    ];
    for (text, expected) in cases {
        let problems = problems(text);
        assert!(problems[0].starts_with(expected), "{text}\n{problems:#?}");
        assert!(
            problems.len() == 1 || text.contains("[tls]"),
            "{text}\n{problems:#?}"
        );
    }
}

#[test]
fn problems_come_together_in_the_order_of_their_lines() {
    let problems = problems("[limits]\nhandshakes = 0\n[liveness]\ngrace = \"1s\"\n[server]\nlisten = \"x\"");

    let lines: Vec<&str> = problems.iter().map(|problem| &problem[..9]).collect();
    assert_eq!(lines, ["f.toml:2:", "f.toml:4:", "f.toml:6:"]);
}

#[test]
fn a_malformed_setting_is_reported_once_and_nothing_is_derived_from_it() {
    let text = "[server]\nlisten = \"0.0.0.0:1\"\n".to_owned() + &organization("keys = [\"x\"]");

    assert_eq!(problems(&text).len(), 1);
}

#[test]
fn nothing_at_all_is_the_demo_on_loopback() {
    let settings = super::load(&Overrides::default()).unwrap();

    let seats = settings
        .organizations
        .iter()
        .map(|one| (one.id.as_str(), one.allocation.base, one.waiting_line));
    assert_eq!(
        seats.collect::<Vec<_>>(),
        [("demo", 5, Some(20)), ("demo-two", 2, Some(20))]
    );
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:7380");
    assert_eq!(settings.server.admin_listen.to_string(), "127.0.0.1:7381");
    assert_eq!(
        settings.server.admin_token_file.as_deref(),
        Some(Path::new("data/admin-token"))
    );
    assert_eq!(settings.liveness.grace, Duration::from_secs(60));
    assert_eq!(settings.liveness.silence_limit, Duration::from_secs(45));
}

#[test]
fn a_flag_wins_over_the_file() {
    let id = |text| OrganizationId::parse(text).unwrap();
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let overrides = Overrides {
        seats: vec![(id("acme"), 9), (id("new"), 3)],
        listen: Some(listen),
        grace: Some(Duration::from_secs(7)),
        in_memory: true,
        ..with_file()
    };
    let text = "[server]\nlisten = \"127.0.0.1:1\"\ndata_dir = \"d\"\n[liveness]\ngrace = \"9s\"\n"
        .to_owned()
        + &organization("policy = \"observe\"")
        + "[[organization]]\nid = \"own\"\nseats = 1\ngrace = \"8s\"\n";

    let settings = read(Path::new("f.toml"), &text, &overrides).unwrap();

    let seats = settings
        .organizations
        .iter()
        .map(|one| (one.id.as_str(), one.allocation.base, one.grace.as_secs()));
    assert_eq!(
        seats.collect::<Vec<_>>(),
        [("acme", 9, 7), ("own", 1, 8), ("new", 3, 7)]
    );
    assert_eq!(settings.organizations[0].allocation.policy, Policy::Observe);
    assert_eq!(settings.server.listen, listen);
    assert_eq!(settings.server.data_dir, None);
    assert_eq!(
        settings.sources.of("organization.acme.seats").to_string(),
        "--seats"
    );
    assert_eq!(
        settings.sources.of("organization.acme.policy").to_string(),
        "f.toml:9"
    );
    assert!(!settings.sources.defines("organization.acme.grace"));
}

#[test]
fn a_switch_allows_what_it_says() {
    let any = SocketAddr::from((IpAddr::V4(Ipv4Addr::UNSPECIFIED), 1));
    let mut overrides = Overrides {
        seats: vec![(OrganizationId::parse("acme").unwrap(), 1)],
        listen: Some(any),
        admin_listen: Some(any),
        grace: Some(Duration::from_millis(100)),
        ..Overrides::default()
    };
    let refused = problems_with(&overrides, "");
    assert_eq!(refused.len(), 3, "{refused:#?}");
    assert!(refused[0].starts_with("--admin-listen: "), "{refused:#?}");

    overrides.allow_open_organizations = true;
    overrides.allow_plain_admin = true;
    overrides.allow_short_grace = true;

    assert!(super::load(&overrides).is_ok());
}

#[test]
fn counts_are_told_unless_a_public_key_is_all_that_is_asked_for() {
    let keys = format!("keys = [\"{HASH}\"]\n");
    let discloses = |lines: &str| settings(&organization(lines)).organizations[0].disclose_counts;

    assert!(discloses(""));
    assert!(!discloses(&keys));
    assert!(discloses(
        &(keys.clone() + "allowed_origins = [\"https://a.example\"]")
    ));
    assert!(discloses(&(keys + "disclose_counts = true")));
}

#[test]
fn tokens_have_their_roles_and_leave_no_token_file() {
    let text = organization("")
        + &format!("[[admin_token]]\nlabel = \"ann\"\nrole = \"viewer\"\norg = \"acme\"\nhash = \"{HASH}\"");

    let settings = settings(&text);

    assert_eq!(
        settings.admin_tokens[0].role,
        Role::Viewer(OrganizationId::parse("acme").unwrap())
    );
    assert!(settings.admin_tokens[0].hash == crate::credential::HashedToken::of("abc"));
    assert_eq!(settings.server.admin_token_file, None);
}
