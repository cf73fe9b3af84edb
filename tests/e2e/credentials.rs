use crate::server::Server;
use crate::widget::Widget;
use mirabridge_seats::clock::utc;
use mirabridge_seats::credential::{TokenAlgorithm, sign_token};
use mirabridge_seats::seats::{OrganizationId, Timestamp};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

const SECRET: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
const OTHER_SECRET: &[u8; 32] = b"another secret of thirty-two byt";

/// `acme` takes tokens of one page, `other` has a key of the same name.
fn server(folder: &Path) -> Server {
    for (name, secret) in [("acme.key", SECRET), ("other.key", OTHER_SECRET)] {
        std::fs::write(folder.join(name), secret).unwrap();
    }
    let organization = |id: &str| {
        let file = folder.join(format!("{id}.key"));
        format!(
            "[[organization]]\nid = \"{id}\"\nseats = 5\nallowed_origins = [\"https://good.com\"]\n\
             [[organization.token_key]]\nkid = \"k\"\nalg = \"HS256\"\nfile = {:?}\n",
            file.to_str().unwrap()
        )
    };
    Server::configured(&format!("{}{}", organization("acme"), organization("other")))
}

fn token(org: &str, secret: &[u8], number: &str, now: Timestamp) -> String {
    let org = OrganizationId::parse(org).unwrap();
    let key = (TokenAlgorithm::Hs256, secret);
    sign_token("k", key, &org, number, now, Duration::from_secs(60)).unwrap()
}

fn fresh(number: &str) -> String {
    token("acme", SECRET, number, utc())
}

fn login(token: &str, attempt: Option<&str>) -> Value {
    let mut login = json!({"type":"login","org":"acme","token":token});
    if let Some(attempt) = attempt {
        login["attempt"] = attempt.into();
    }
    login
}

async fn greet(server: &Server, message: &Value) -> Value {
    Widget::greet_from(server, &["https://good.com"], message).await.1
}

const ONE: Option<&str> = Some("3f2b8a52-0c38-4c3e-9a55-0a4a55a1c001");
const TWO: Option<&str> = Some("3f2b8a52-0c38-4c3e-9a55-0a4a55a1c002");

#[tokio::test]
async fn a_token_is_good_for_one_session_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(folder.path());
    let token = fresh("once");
    let seated = greet(&server, &login(&token, ONE)).await;
    assert_eq!(seated["type"], "seated", "{seated}");

    let others = [
        greet(&server, &login(&token, TWO)).await,
        greet(&server, &login(&token, None)).await,
    ];
    let again = greet(&server, &login(&token, ONE)).await;
    let file = server.configuration();
    server.kill_and_start(&["--config", file.to_str().unwrap()]);
    let after = greet(&server, &login(&token, TWO)).await;
    let again_after = greet(&server, &login(&token, ONE)).await;

    for refused in others.iter().chain([&after]) {
        assert_eq!(refused["code"], "unauthorized");
    }
    for again in [again, again_after] {
        assert_eq!(
            (&again["session"], &again["resumed"]),
            (&seated["session"], &json!(true))
        );
    }
    assert_eq!(server.organization("acme").await["in_use"], 1);
}

#[tokio::test]
async fn a_token_stays_spent_after_the_logout() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let token = fresh("once");
    let (mut widget, _) = Widget::greet_from(&server, &["https://good.com"], &login(&token, ONE)).await;
    widget.send(&json!({"type":"logout"})).await;
    assert_eq!(widget.hear().await["reason"], "logout");

    for attempt in [ONE, TWO, None] {
        assert_eq!(
            greet(&server, &login(&token, attempt)).await["code"],
            "unauthorized"
        );
    }
    // A used token is judged before the origin.
    let (_, refused) = Widget::greet_from(&server, &["https://evil.com"], &login(&token, TWO)).await;
    assert_eq!(refused["code"], "unauthorized");
    let (_, refused) = Widget::greet_from(&server, &["https://evil.com"], &login(&fresh("2"), TWO)).await;
    assert_eq!(refused["code"], "origin_not_allowed");
}

#[tokio::test]
async fn what_is_no_good_token_gets_one_answer_for_all_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let (later, earlier) = (Timestamp(utc().0 + 120_000), Timestamp(utc().0 - 120_000));
    let none = "eyJhbGciOiJub25lIiwia2lkIjoiayJ9.e30.";
    let messages = [
        login(none, None),
        login("", None),
        login("x.y.z", None),
        login(&token("acme", OTHER_SECRET, "1", utc()), None),
        login(&token("other", SECRET, "1", utc()), None),
        login(&token("other", OTHER_SECRET, "1", utc()), None),
        login(&token("acme", SECRET, "1", earlier), None),
        login(&token("acme", SECRET, "1", later), None),
        json!({"type":"login","org":"acme"}),
        json!({"type":"login","org":"acme","key":"wk_any"}),
        json!({"type":"login","org":"nobody","token":fresh("1")}),
    ];
    let mut answers = Vec::new();
    for message in &messages {
        answers.push(greet(&server, message).await);
    }

    assert_eq!(answers[0]["code"], "unauthorized");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(greet(&server, &login(&fresh("1"), None)).await["type"], "seated");
}

#[tokio::test]
async fn a_token_stands_in_for_a_page_at_the_login_and_at_each_resume() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = server(folder.path());
    let (_, seated) = Widget::greet_from(&server, &[], &login(&fresh("1"), None)).await;
    assert_eq!(seated["type"], "seated");

    let file = server.configuration();
    server.kill_and_start(&["--config", file.to_str().unwrap()]);

    let (_, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["resumed"], true);
    let resume = json!({"type":"resume","org":"acme","session":seated["session"],"secret":seated["secret"]});
    for (origins, answer) in [
        (&["https://evil.com"], "origin_not_allowed"),
        (&["null"], "origin_not_allowed"),
    ] {
        let (_, refused) = Widget::greet_from(&server, origins, &resume).await;
        assert_eq!(refused["code"], answer);
    }
    assert_eq!(greet(&server, &resume).await["resumed"], true);
}

#[tokio::test]
async fn a_secret_is_good_in_its_own_organization_for_its_own_session_only() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let one = greet(&server, &login(&fresh("1"), None)).await;
    let (mut held, two) = Widget::greet_from(&server, &["https://good.com"], &login(&fresh("2"), None)).await;
    let resume = |org: &str, session: &Value, secret: &Value| json!({"type":"resume","org":org,"session":session,"secret":secret});
    held.send(&json!({"type":"logout"})).await;
    held.hear().await;

    for message in [
        resume("acme", &one["session"], &two["secret"]),
        resume("other", &one["session"], &one["secret"]),
        resume("acme", &one["session"], &json!("")),
        resume("acme", &two["session"], &two["secret"]),
    ] {
        assert_eq!(
            greet(&server, &message).await["code"],
            "session_gone",
            "{message}"
        );
    }
    let again = resume("acme", &one["session"], &one["secret"]);
    let (first, second) = tokio::join!(greet(&server, &again), greet(&server, &again));
    assert_eq!(
        (&first["resumed"], &second["resumed"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(server.organization("acme").await["in_use"], 1);
}

#[tokio::test]
async fn guessing_at_admin_tokens_is_slow_and_a_right_one_works_afterwards() {
    let server = Server::start(60_000);
    let mut told = Vec::new();
    for guess in 0..200 {
        let guess = format!("at_{guess}");
        told.push(server.get("/api/v1/organizations", Some(&guess)).await.0);
    }
    assert_eq!(told[0], 401);
    assert!(told.contains(&429), "{told:?}");
    assert!(told.iter().all(|status| [401, 429].contains(status)), "{told:?}");
    assert_eq!(server.get("/healthz", None).await.0, 200);
    while server.get("/api/v1/organizations", Some(server.token())).await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn one_client_with_the_key_of_a_page_cannot_log_in_for_ever() {
    let hash = mirabridge_seats::credential::HashedToken::of("wk_right");
    let server = Server::configured(&format!(
        "[limits]\nhandshakes_per_address = 60000\n[[organization]]\nid = \"acme\"\nseats = 1\nkeys = [\"{hash}\"]\n"
    ));
    let login = json!({"type":"login","org":"acme","key":"wk_right"});
    let mut codes = Vec::new();
    let (_held, _) = Widget::greet(&server, &login).await;
    while codes.last() != Some(&4029) {
        let (mut widget, _) = Widget::greet(&server, &login).await;
        codes.push(widget.close().await.0);
        assert!(codes.len() < 20_000, "nothing bounds it");
    }

    assert!(codes.len() > 500, "a fleet may come at once: {}", codes.len());
    assert_eq!(codes[0], 4550);
}

#[tokio::test]
async fn no_credential_shows_in_a_log_a_metric_an_answer_or_a_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let token = fresh("canary-number");
    let key = "wk_canary-key-that-is-wrong";
    greet(&server, &login(&token, ONE)).await;
    let refused = greet(&server, &login(&token, TWO)).await;
    let wrong = greet(
        &server,
        &json!({"type":"login","org":"acme","key":key,"token":format!("{token}x")}),
    )
    .await;
    let (_, unauthorized) = server.get("/api/v1/organizations", Some("at_canary-admin")).await;
    let (_, metrics) = server.get("/metrics", None).await;
    let (_, organizations) = server.get("/api/v1/organizations", Some(server.token())).await;
    let command_line = std::fs::read_to_string(format!("/proc/{}/cmdline", server.id())).unwrap();
    let environment = std::fs::read_to_string(format!("/proc/{}/environ", server.id())).unwrap();

    let signature = token.rsplit('.').next().unwrap();
    let everything = [
        server.log(),
        refused.to_string(),
        wrong.to_string(),
        unauthorized,
        metrics,
        organizations,
        command_line,
        environment,
    ];
    assert!(everything[0].contains("the operator's token is in this file"));
    for text in &everything {
        for secret in [
            signature,
            "canary",
            server.token(),
            &String::from_utf8_lossy(SECRET),
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
