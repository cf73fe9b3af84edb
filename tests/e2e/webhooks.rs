//! Webhooks: signed, kept until they are taken, and never sent where they should not go.

use crate::administrator::ask;
use crate::http::Roles;
use crate::increases::at;
use crate::receiver::{Heard, Receiver};
use crate::server::{BINARY, Server};
use crate::widget::Widget;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

const WEBHOOKS: &str = "/api/v1/organizations/acme/webhooks";
const TEST: &str = "/api/v1/organizations/acme/alerts/test";
const ALERTS: &str = "/api/v1/organizations/acme/alerts";
const INCIDENTS: &str = "/api/v1/organizations/acme/alerts/incidents";
const HOUR: i64 = 3_600_000;
const FLAGS: [&str; 3] = ["--seats", "acme=1", "--allow-private-webhooks"];

/// A webhook: its id and its secret.
pub async fn make(server: &Server, url: &str, events: &[&str]) -> (String, String) {
    let mut wish = json!({ "url": url });
    if !events.is_empty() {
        wish["events"] = json!(events);
    }
    let made = server.ask("POST", WEBHOOKS, &wish).await.expect(201).json();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    assert!(text("secret").starts_with("whsec_"));
    (text("id"), text("secret"))
}

async fn deliveries(server: &Server, webhook: &str) -> Vec<Value> {
    let path = format!("{WEBHOOKS}/{webhook}/deliveries");
    let answer = server.ask("GET", &path, &Value::Null).await.expect(200).json();
    answer["items"].as_array().unwrap().clone()
}

/// The newest delivery, once it stands so and was tried so often at least.
async fn until(server: &Server, webhook: &str, state: &str, tries: usize) -> Value {
    let start = Instant::now();
    loop {
        let all = deliveries(server, webhook).await;
        let fits = |one: &&Value| one["state"] == state && one["attempts"].as_array().unwrap().len() >= tries;
        if let Some(found) = all.first().filter(fits) {
            return found.clone();
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{all:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn outcome(delivery: &Value) -> (&str, &Value) {
    let last = delivery["attempts"].as_array().unwrap().last().unwrap();
    (last["outcome"].as_str().unwrap(), &last["status"])
}

#[tokio::test]
async fn a_test_reaches_its_receiver_signed_and_is_in_the_log_of_deliveries() {
    let server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    assert_eq!(
        server.ask("POST", TEST, &Value::Null).await.expect(409).problem(),
        "nobody-is-called"
    );
    let (id, secret) = make(&server, &receiver.url(), &["seats.exhausted"]).await;

    let sent = server.ask("POST", TEST, &Value::Null).await.expect(202).json();

    let heard = receiver.until(1).await.remove(0);
    assert_eq!(heard.head.lines().next(), Some("POST /hook?from=acme HTTP/1.1"));
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("host"), format!("127.0.0.1:{}", receiver.port));
    assert_eq!(heard.header("webhook-id"), sent["deliveries"][0]);
    heard.assert_signed_with(&secret);
    let body = heard.json();
    assert_eq!(
        (&body["type"], &body["data"]["organization"]),
        (&json!("test.ping"), &json!("acme"))
    );
    assert_eq!(
        (&body["data"]["limit"], &body["data"]["free"]),
        (&json!(1), &json!(1))
    );
    assert!(body["timestamp"].as_str().unwrap().ends_with('Z'));
    let log = until(&server, &id, "delivered", 1).await;
    assert_eq!(
        (&log["id"], outcome(&log)),
        (&sent["deliveries"][0], ("delivered", &json!(204)))
    );
    let listed = server.ask("GET", WEBHOOKS, &Value::Null).await.expect(200);
    assert!(!listed.body.contains("whsec_"), "{}", listed.body);
    assert_eq!(listed.json()["items"][0]["url"], json!(receiver.url()));
    assert_eq!(listed.json()["items"][0]["events"], json!(["seats.exhausted"]));
}

#[tokio::test]
async fn a_webhook_outlives_its_receivers_outage_and_the_servers_crash_and_comes_once_by_its_id() {
    let mut server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    let (id, secret) = make(&server, &receiver.url(), &[]).await;
    let port = receiver.port;
    drop(receiver);
    let levels = json!({"levels": [{"percent": 100}]});
    server.ask("PUT", ALERTS, &levels).await.expect(200);
    let (_seated, _) = Widget::login(&server).await;
    assert_eq!(Widget::login(&server).await.1["code"], "seats_exhausted");
    let failed = until(&server, &id, "waiting", 1).await;
    assert_eq!(outcome(&failed), ("unreachable", &Value::Null));
    assert!(failed["next_attempt_at"].is_string());

    server.kill_and_start(&FLAGS);
    let receiver = Receiver::at(port);

    let heard = receiver.until(1).await.remove(0);
    heard.assert_signed_with(&secret);
    assert_eq!(
        (heard.header("webhook-id"), heard.kind().as_str()),
        (failed["id"].as_str().unwrap(), "seats.exhausted")
    );
    let data = heard.json()["data"].clone();
    assert_eq!(
        (
            &data["organization"],
            &data["in_use"],
            &data["limit"],
            &data["free"],
            &data["waiting"]
        ),
        (&json!("acme"), &json!(1), &json!(1), &json!(0), &json!(0))
    );
    assert!(data["since"].is_string());
    // The first try may be in the log or not: the crash came right after it.
    let start = Instant::now();
    let done = loop {
        let done = deliveries(&server, &id).await.remove(0);
        if done["state"] == "delivered" {
            break done;
        }
        assert!(start.elapsed() < Duration::from_secs(10), "{done}");
    };
    assert_eq!(done["id"], failed["id"]);
    let incident = server.ask("GET", INCIDENTS, &Value::Null).await.json()["items"][0].clone();
    assert_eq!(
        incident["deliveries"],
        json!([{"id": failed["id"], "webhook": id, "type": "seats.exhausted", "state": "delivered"}])
    );
    // Another crash may send it again, since its end may not be recorded yet: under the same id.
    server.kill_and_start(&FLAGS);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let heard = receiver.heard();
    let ids: BTreeSet<_> = heard.iter().map(|heard| heard.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1);
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
    server.kill_and_start(&FLAGS);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(
        receiver.heard().len(),
        heard.len(),
        "what is recorded as delivered is not sent again"
    );
}

#[tokio::test]
async fn a_receiver_that_fails_is_asked_again_after_five_seconds_and_later_where_it_says_so() {
    let server = Server::with(&FLAGS);
    let (ill, busy) = (Receiver::start(), Receiver::start());
    ill.answer("500 Internal Server Error");
    busy.answer("503 Service Unavailable\r\nRetry-After: 3600");
    let (id, _) = make(&server, &ill.url(), &[]).await;
    let (busy_id, _) = make(&server, &busy.url(), &[]).await;
    let start = Instant::now();
    server.ask("POST", TEST, &Value::Null).await.expect(202);
    let first = ill.until(1).await.remove(0);
    assert_eq!(
        outcome(&until(&server, &id, "waiting", 1).await),
        ("refused", &json!(500))
    );
    ill.answer("200 OK");

    let again = ill.until(2).await.remove(1);

    assert!(start.elapsed() >= Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(first.header("webhook-id"), again.header("webhook-id"));
    assert_eq!(first.body, again.body);
    assert_ne!(
        first.header("webhook-signature"),
        again.header("webhook-signature")
    );
    let asked = until(&server, &busy_id, "waiting", 1).await;
    let text = |name: &Value| name.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let wait = text(&asked["next_attempt_at"]).duration_since(text(&asked["at"]));
    assert!(wait.as_secs() >= 3590, "{wait:?}");
}

#[tokio::test]
async fn a_receiver_that_is_gone_hears_no_more_until_a_replay_by_hand() {
    let mut server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    receiver.answer("410 Gone");
    let (id, _) = make(&server, &receiver.url(), &[]).await;
    let path = format!("{WEBHOOKS}/{id}");
    server.ask("POST", TEST, &Value::Null).await.expect(202);
    let gone = until(&server, &id, "failed", 1).await;
    assert_eq!(outcome(&gone), ("gone", &json!(410)));

    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
    server.kill_and_start(&FLAGS);
    let shown = server.ask("GET", &path, &Value::Null).await.expect(200).json();
    assert_eq!(
        (&shown["state"], shown["gone_since"].is_string()),
        (&json!("gone"), true)
    );
    assert_eq!(
        server.ask("POST", TEST, &Value::Null).await.expect(409).problem(),
        "nobody-is-called"
    );
    assert_eq!(receiver.heard().len(), 1);

    receiver.answer("200 OK");
    let replay = format!("{path}/replay");
    let count = server.ask("POST", &replay, &json!({})).await.expect(202).json();
    assert_eq!(count, json!({"count": 1}));
    let again = receiver.until(2).await.remove(1);
    assert_eq!(again.header("webhook-id"), gone["id"]);
    let done = until(&server, &id, "delivered", 2).await;
    assert_eq!(
        server.ask("GET", &path, &Value::Null).await.json()["state"],
        "active"
    );
    // What was delivered can be had again, by name or by time.
    for wish in [json!({"delivery": done["id"]}), json!({"since": done["at"]})] {
        assert_eq!(
            server.ask("POST", &replay, &wish).await.expect(202).json()["count"],
            1
        );
    }
    receiver.until(3).await;
    let unknown = server
        .ask("POST", &replay, &json!({"delivery": "msg_x"}))
        .await
        .expect(422);
    assert_eq!(unknown.json()["field"], "delivery");
    assert_eq!(
        server.ask("POST", &replay, &json!({})).await.expect(202).json()["count"],
        0
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::with(&FLAGS);
    let (receiver, other) = (Receiver::start(), Receiver::start());
    for (status, tries) in [("301 Moved Permanently", 1), ("307 Temporary Redirect", 2)] {
        receiver.answer(&format!("{status}\r\nLocation: {}", other.url()));
        let (id, _) = make(&server, &receiver.url(), &[]).await;
        server.ask("POST", TEST, &Value::Null).await.expect(202);
        receiver.until(tries).await;
        let log = until(&server, &id, "waiting", 1).await;
        assert_eq!(outcome(&log).0, "redirected");
        server
            .ask("DELETE", &format!("{WEBHOOKS}/{id}"), &Value::Null)
            .await
            .expect(204);
    }
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn private_addresses_are_refused_as_they_stand_and_after_their_names_are_looked_up() {
    let mut server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    let (before, _) = make(&server, &receiver.url(), &[]).await;
    server.kill_and_start(&["--seats", "acme=1"]);
    for url in [
        receiver.url(),
        format!("https://127.0.0.1:{}/", receiver.port),
        format!("https://localhost:{}/", receiver.port),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::ffff:10.0.0.1]/".to_owned(),
        "http://example.com/".to_owned(),
        "https://user:word@example.com/".to_owned(),
        "nowhere".to_owned(),
    ] {
        let refused = server
            .ask("POST", WEBHOOKS, &json!({ "url": url }))
            .await
            .expect(422);
        assert_eq!(refused.json()["field"], "url", "{url}");
        assert!(!refused.body.contains("127.0.0.1"), "{}", refused.body);
    }
    // A name whose address is found to be 127.0.0.1 when it is looked up.
    let (looked_up, _) = make(&server, &format!("https://2130706433:{}/", receiver.port), &[]).await;
    server.ask("POST", TEST, &Value::Null).await.expect(202);

    for id in [before, looked_up] {
        let log = until(&server, &id, "waiting", 1).await;
        assert_eq!(outcome(&log), ("not_allowed", &Value::Null));
    }
    assert!(receiver.heard().is_empty());
}

#[tokio::test]
async fn a_receiver_that_never_answers_keeps_nobody_waiting() {
    let server = Server::with(&FLAGS);
    let (silent, quick) = (Receiver::start(), Receiver::start());
    silent.answer("");
    let (id, _) = make(&server, &silent.url(), &[]).await;
    make(&server, &quick.url(), &[]).await;
    let start = Instant::now();
    for _ in 0..3 {
        server.ask("POST", TEST, &Value::Null).await.expect(202);
    }
    quick.until(3).await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    // One at a time to each.
    assert_eq!(silent.heard().len(), 1);
    let oldest = || async { deliveries(&server, &id).await.last().unwrap().clone() };
    while oldest().await["attempts"] == json!([]) {
        assert!(start.elapsed() < Duration::from_secs(30), "it waits for ever");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(outcome(&oldest().await), ("timed_out", &Value::Null));
}

#[tokio::test]
async fn https_needs_a_certificate_that_the_machine_believes() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let believed = folder.path().join("authorities.pem");
    std::fs::write(&believed, made.cert.pem()).unwrap();
    let receiver = Receiver::encrypted(acceptor(&made)).await;
    let foreign = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let stranger = Receiver::encrypted(acceptor(&foreign)).await;
    let mut command = Command::new(BINARY);
    command.env("SSL_CERT_FILE", &believed);
    let server = Server::launch(command, &FLAGS);
    let url = |receiver: &Receiver| receiver.url().replace("http:", "https:");
    let (good, secret) = make(&server, &url(&receiver), &[]).await;
    let (bad, _) = make(&server, &url(&stranger), &[]).await;

    server.ask("POST", TEST, &Value::Null).await.expect(202);

    receiver.until(1).await[0].assert_signed_with(&secret);
    until(&server, &good, "delivered", 1).await;
    let log = until(&server, &bad, "waiting", 1).await;
    assert_eq!(outcome(&log), ("no_tls", &Value::Null));
    assert!(stranger.heard().is_empty());
}

fn acceptor(made: &rcgen::CertifiedKey<rcgen::KeyPair>) -> tokio_rustls::TlsAcceptor {
    use rustls::pki_types::PrivatePkcs8KeyDer;
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .unwrap();
    Arc::new(config).into()
}

#[tokio::test]
async fn a_webhook_is_told_of_what_it_asked_for_and_of_its_own_organization() {
    let server = Server::with(&["--seats", "acme=20,other=20", "--allow-private-webhooks"]);
    let (all, few) = (Receiver::start(), Receiver::start());
    make(&server, &all.url(), &[]).await;
    make(&server, &few.url(), &["seats.threshold.cleared"]).await;
    let levels = json!({"levels": crate::alerts::at_once()});
    for org in ["acme", "other"] {
        server
            .ask("PUT", &format!("/api/v1/organizations/{org}/alerts"), &levels)
            .await
            .expect(200);
    }
    let mut widgets = Vec::new();
    for org in ["other", "acme"] {
        for _ in 0..18 {
            widgets.push(Widget::greet(&server, &json!({"type":"login","org":org})).await.0);
        }
    }
    let reached = all.until_kind("seats.threshold.reached").await;
    assert_eq!(reached.json()["data"]["organization"], "acme");
    drop(
        widgets
            .split_off(18)
            .into_iter()
            .map(Widget::reset)
            .collect::<Vec<_>>(),
    );
    let path = "/api/v1/organizations/acme/sessions/end";
    server
        .ask("POST", path, &json!({"mode": "now", "expect": 18}))
        .await
        .expect(202);

    let cleared = few.until(1).await.remove(0);

    assert_eq!(cleared.kind(), "seats.threshold.cleared");
    let heard = all.until_kind("seats.threshold.cleared").await;
    assert_ne!(heard.header("webhook-id"), cleared.header("webhook-id"));
    let own: BTreeSet<_> = all
        .heard()
        .iter()
        .map(|heard| heard.json()["data"]["organization"].clone().to_string())
        .collect();
    assert_eq!(own.len(), 1, "{own:?}");
    // Without a channel nobody is called, and incidents are kept all the same.
    server
        .ask("PUT", ALERTS, &json!({"channels": []}))
        .await
        .expect(200);
    assert_eq!(
        server.ask("POST", TEST, &Value::Null).await.expect(409).problem(),
        "nobody-is-called"
    );
}

#[tokio::test]
async fn a_webhook_that_is_removed_hears_no_more_and_there_are_ten_at_most() {
    let server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    receiver.answer("500 Internal Server Error");
    let (id, _) = make(&server, &receiver.url(), &[]).await;
    let path = format!("{WEBHOOKS}/{id}");
    server.ask("POST", TEST, &Value::Null).await.expect(202);
    until(&server, &id, "waiting", 1).await;
    assert_eq!(server.metric("mirabridge_seats_webhook_waiting").await, 1);

    server.ask("DELETE", &path, &Value::Null).await.expect(204);

    server.ask("GET", &path, &Value::Null).await.expect(404);
    assert_eq!(server.metric("mirabridge_seats_webhook_waiting").await, 0);
    for _ in 0..10 {
        make(&server, "https://hooks.invalid/", &[]).await;
    }
    let eleventh = server
        .ask("POST", WEBHOOKS, &json!({"url": "https://hooks.invalid/"}))
        .await;
    assert_eq!(eleventh.expect(409).problem(), "too-many");
    for (body, field) in [
        (json!({"events": []}), "url"),
        (json!({"url": "https://hooks.invalid/", "events": []}), "events"),
        (
            json!({"url": "https://hooks.invalid/", "events": ["seats.full"]}),
            "events",
        ),
        (
            json!({"url": "https://hooks.invalid/", "secret": "mine"}),
            "secret",
        ),
    ] {
        assert_eq!(
            server.ask("POST", WEBHOOKS, &body).await.expect(422).json()["field"],
            field
        );
    }
}

#[tokio::test]
async fn a_viewer_sees_where_a_webhook_goes_and_not_its_path() {
    let roles = Roles::start();
    let wish = json!({"url": "https://hooks.invalid/services/a-password"});
    let made = roles
        .server
        .ask_as(roles.admin, "POST", WEBHOOKS, &wish)
        .await
        .expect(201)
        .json();
    let path = format!("{WEBHOOKS}/{}", made["id"].as_str().unwrap());
    let seen = roles
        .server
        .ask_as(roles.viewer, "GET", &path, &Value::Null)
        .await
        .expect(200);
    assert_eq!(seen.json()["url"], "https://hooks.invalid/");
    let own = roles
        .server
        .ask_as(roles.admin, "GET", &path, &Value::Null)
        .await
        .expect(200);
    assert_eq!(own.json()["url"], wish["url"]);
    roles
        .server
        .ask_as(roles.foreign, "GET", &path, &Value::Null)
        .await
        .expect(404);
    let audit = ask(
        &roles.server.admin,
        "GET",
        "/api/v1/audit",
        Some(roles.operator),
        &[],
        "",
    )
    .await;
    assert!(
        audit.body.contains("/webhooks") && !audit.body.contains("a-password"),
        "{}",
        audit.body
    );
}

#[tokio::test]
async fn maintenance_and_increases_are_told_of_at_each_turn_also_of_one_that_came_while_the_server_was_down()
{
    let mut server = Server::with(&FLAGS);
    let receiver = Receiver::start();
    let windows = "/api/v1/maintenance";
    let old = json!({"title": "before", "starts_at": at(HOUR), "ends_at": at(2 * HOUR)});
    server.ask("POST", windows, &old).await.expect(201);
    make(&server, &receiver.url(), &[]).await;
    let wish = json!({"title": "New disks", "starts_at": at(HOUR), "ends_at": at(2 * HOUR), "organizations": ["acme"]});
    let window = server.ask("POST", windows, &wish).await.expect(201).json();
    let path = format!("{windows}/{}", window["id"].as_str().unwrap());
    let scheduled = receiver.until_kind("maintenance.scheduled").await.json();
    assert_eq!(
        (
            &scheduled["data"]["id"],
            &scheduled["data"]["title"],
            &scheduled["data"]["organization"]
        ),
        (&window["id"], &json!("New disks"), &json!("acme"))
    );
    assert_eq!(scheduled["data"]["starts_at"], window["starts_at"]);
    server
        .ask("PATCH", &path, &json!({"title": "Newer disks"}))
        .await
        .expect(200);
    receiver.until_kind("maintenance.updated").await;
    server
        .ask("PATCH", &path, &json!({"starts_at": at(0)}))
        .await
        .expect(200);
    receiver.until_kind("maintenance.started").await;
    server
        .ask("PATCH", &path, &json!({"state": "completed"}))
        .await
        .expect(200);
    receiver.until_kind("maintenance.completed").await;
    let other = server.ask("POST", windows, &wish).await.expect(201).json();
    let other = format!("{windows}/{}", other["id"].as_str().unwrap());
    until_kinds(&receiver, "maintenance.scheduled", 2).await;
    server.ask("DELETE", &other, &Value::Null).await.expect(204);
    let cancelled = receiver.until_kind("maintenance.cancelled").await.json();
    assert_eq!(cancelled["data"]["state"], "cancelled");

    let increases = "/api/v1/organizations/acme/increases";
    let increase = json!({"seats": 3, "from": at(0), "until": at(4_000), "reason": "a name"});
    server.ask("POST", increases, &increase).await.expect(201);
    let started = receiver.until_kind("increase.started").await;
    assert_eq!(started.json()["data"]["seats"], 3);
    assert!(!started.body.contains("a name"), "{}", started.body);
    server.terminate();
    server.exit_code();
    tokio::time::sleep(Duration::from_secs(4)).await;
    server.kill_and_start(&FLAGS);
    receiver.until_kind("increase.ended").await;

    let path = "/api/v1/organizations/acme/sessions/end";
    let (_seated, _) = Widget::login(&server).await;
    server
        .ask("POST", path, &json!({"mode": "now", "expect": 1}))
        .await
        .expect(202);
    let ended = receiver.until_kind("session.ended_by_admin").await.json();
    assert_eq!(
        ended["data"],
        json!({"organization": "acme", "count": 1, "mode": "now"})
    );
    let kinds: Vec<_> = receiver.heard().iter().map(Heard::kind).collect();
    let once = [
        "maintenance.scheduled",
        "maintenance.updated",
        "maintenance.started",
        "maintenance.completed",
        "maintenance.scheduled",
        "maintenance.cancelled",
        "increase.started",
        "increase.ended",
        "session.ended_by_admin",
    ];
    assert_eq!(kinds, once);
}

/// Waits until so many of this type were heard.
async fn until_kinds(receiver: &Receiver, kind: &str, many: usize) {
    let start = Instant::now();
    while receiver
        .heard()
        .iter()
        .filter(|heard| heard.kind() == kind)
        .count()
        < many
    {
        assert!(start.elapsed() < Duration::from_secs(30), "no {kind}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn refusals_waits_losses_and_an_end_of_an_increase_are_told_with_their_numbers() {
    let mut command = Command::new(BINARY);
    command.env("MIRABRIDGE_SEATS_ALLOW_PRIVATE_WEBHOOKS", "true");
    let server = Server::launch(command, &["--seats", "acme=8"]);
    let receiver = Receiver::start();
    make(&server, &receiver.url(), &[]).await;
    let line = json!({"waiting_line": {"max": 1}});
    server
        .ask("PUT", "/api/v1/organizations/acme", &line)
        .await
        .expect(200);
    let rules = json!({"levels": [{"percent": 100, "hold_s": 0}], "refusals": {"count": 1, "within_s": 2}, "long_wait_s": 1});
    server.ask("PUT", ALERTS, &rules).await.expect(200);
    let increase = json!({"seats": 2, "until": at(20 * HOUR)});
    server
        .ask("POST", "/api/v1/organizations/acme/increases", &increase)
        .await
        .expect(201);
    let mut widgets = Vec::new();
    for _ in 0..10 {
        widgets.push(Widget::login(&server).await.0);
    }
    let wait = json!({"type":"login","org":"acme","wait":true,"attempt":uuid::Uuid::from_bytes([1; 16])});
    let (_waiting, place) = Widget::greet(&server, &wait).await;
    assert_eq!(place["type"], "waiting");
    assert_eq!(Widget::login(&server).await.1["code"], "seats_exhausted");

    let refused = receiver.until_kind("login.refused.summary").await.json();
    assert_eq!(
        (&refused["data"]["refused"], &refused["data"]["limit"]),
        (&json!(1), &json!(10))
    );
    let full = receiver.until_kind("seats.exhausted").await.json();
    assert_eq!(
        (&full["data"]["waiting"], &full["data"]["severity"]),
        (&json!(1), &json!("critical"))
    );
    let waits = receiver.until_kind("seats.threshold.reached").await.json();
    assert_eq!(waits["data"]["alarms"], json!([{"alarm": "long_wait"}]));
    let ending = receiver.until_kind("increase.ending").await.json();
    assert_eq!(
        ending["data"]["alarms"],
        json!([{"alarm": "increase_ends", "days": 1}])
    );
    assert!(ending["data"]["until"].is_string());
    // Who goes on being refused is told of again after a while.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    for _ in 0..4 {
        Widget::login(&server).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    until_kinds(&receiver, "login.refused.summary", 2).await;
}

#[tokio::test]
async fn neither_secret_nor_url_stands_in_a_log_a_metric_an_answer_or_the_process() {
    let mut flags = FLAGS.to_vec();
    flags.extend(["--log-level", "trace"]);
    let server = Server::with(&flags);
    let (good, bad) = (Receiver::start(), Receiver::start());
    bad.answer("500 Internal Server Error");
    let (mut marks, mut ids) = (Vec::new(), Vec::new());
    let hosts = [
        format!("http://127.0.0.1:{}", good.port),
        format!("http://127.0.0.1:{}", bad.port),
        format!("https://127.0.0.1:{}", good.port),
        "https://hooks-8ad1.invalid".to_owned(),
    ];
    for (place, host) in hosts.iter().enumerate() {
        let path = format!("path-{place}-51ab");
        let (id, secret) = make(&server, &format!("{host}/{path}"), &[]).await;
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        marks.extend([secret.trim_start_matches("whsec_").to_owned(), hex, path]);
        ids.push(id);
    }
    marks.extend([
        "hooks-8ad1".to_owned(),
        "127.0.0.1:".to_owned() + &bad.port.to_string(),
    ]);
    server
        .ask("PUT", ALERTS, &json!({"levels": [{"percent": 100, "hold_s": 0}]}))
        .await
        .expect(200);
    let (_seated, _) = Widget::login(&server).await;
    server.ask("POST", TEST, &Value::Null).await.expect(202);
    let mut answers = String::new();
    for id in &ids {
        while deliveries(&server, id)
            .await
            .iter()
            .any(|one| one["attempts"] == json!([]))
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let path = format!("{WEBHOOKS}/{id}");
        answers += &server
            .ask("GET", &format!("{path}/deliveries"), &Value::Null)
            .await
            .body;
        answers += &server
            .ask("POST", &format!("{path}/replay"), &json!({}))
            .await
            .body;
        answers += &server
            .ask("POST", &format!("{path}/replay"), &json!({"delivery": "x"}))
            .await
            .body;
    }
    for path in [
        "/metrics",
        INCIDENTS,
        ALERTS,
        "/api/v1/audit",
        "/api/v1/organizations",
    ] {
        answers += &server.ask("GET", path, &Value::Null).await.expect(200).body;
    }
    server
        .ask("DELETE", &format!("{WEBHOOKS}/{}", ids[0]), &Value::Null)
        .await
        .expect(204);

    let process = |file: &str| {
        let bytes = std::fs::read(format!("/proc/{}/{file}", server.id())).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let log = server.log();
    assert!(log.contains("an incident begins"), "{log}");
    for mark in &marks {
        for (place, text) in [
            ("the log", &log),
            ("an answer", &answers),
            ("the command line", &process("cmdline")),
            ("the environment", &process("environ")),
        ] {
            assert!(!text.contains(mark.as_str()), "{mark} stands in {place}");
        }
    }
    // What they are kept in is for its owner alone; a listing has what it should.
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(server.folder()), 0o700);
    for file in ["seats.db", "seats.db-wal"] {
        assert_eq!(mode(server.folder().join(file)), 0o600, "{file}");
    }
    let listed = server.ask("GET", WEBHOOKS, &Value::Null).await.expect(200).body;
    assert!(
        listed.contains("hooks-8ad1") && !listed.contains("whsec_"),
        "{listed}"
    );
}
