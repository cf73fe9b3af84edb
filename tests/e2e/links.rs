//! One-use links, and what a token loses when it is revoked.

use crate::administrator::ask;
use crate::http::Roles;
use crate::server::Server;
use serde_json::{Value, json};

async fn link(server: &Server, token: &str, path: &str) -> String {
    let body = json!({"path": path});
    let made = server
        .ask_as(token, "POST", "/api/v1/links", &body)
        .await
        .expect(201)
        .json();
    assert_eq!(made["expires_in_s"], 60);
    made["url"].as_str().unwrap().to_owned()
}

async fn open(server: &Server, url: &str) -> crate::administrator::Answer {
    ask(&server.admin, "GET", url, None, &[], "").await
}

#[tokio::test]
async fn a_link_opens_one_path_once_as_its_token_would() {
    let Roles { server, viewer, .. } = Roles::start();
    let url = link(&server, viewer, "/api/v1/organizations/acme/sessions?limit=3").await;
    let head = ask(&server.admin, "HEAD", &url, None, &[], "").await;
    assert_eq!(head.status, 404, "who looks ahead does not use it up");
    let opened = open(&server, &url).await.expect(200);
    assert_eq!(opened.json()["items"], json!([]));
    assert_eq!(opened.header("cache-control"), Some("no-store"));
    assert_eq!(opened.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(open(&server, &url).await.expect(404).problem(), "not-found");

    let foreign = link(&server, viewer, "/api/v1/organizations/other").await;
    open(&server, &foreign).await.expect(404);
    let body = json!({"path": "/api/v1/live"});
    assert_eq!(
        server
            .ask_as(viewer, "POST", "/api/v1/links", &body)
            .await
            .expect(422)
            .json()["field"],
        "path"
    );
}

#[tokio::test]
async fn a_revoked_token_loses_its_links_and_its_feeds_at_once() {
    let Roles { server, operator, .. } = Roles::start();
    let body = json!({"label": "guest", "role": "viewer", "org": "acme"});
    let made = server
        .ask_as(operator, "POST", "/api/v1/tokens", &body)
        .await
        .expect(201)
        .json();
    let guest = made["token"].as_str().unwrap();
    let url = link(&server, guest, "/api/v1/organizations/acme").await;
    let mut feed = crate::live::Feed::open(&server, guest, "", None).await;
    let mut other = crate::live::Feed::open(&server, operator, "", None).await;
    assert!(feed.next().await.is_some() && other.next().await.is_some());

    let path = format!("/api/v1/tokens/{}", made["id"].as_str().unwrap());
    server
        .ask_as(operator, "DELETE", &path, &Value::Null)
        .await
        .expect(204);

    assert!(feed.next().await.is_none(), "the feed ends");
    open(&server, &url).await.expect(401);
    let seats = json!({"label": "another", "role": "viewer", "org": "acme"});
    server
        .ask_as(operator, "POST", "/api/v1/tokens", &seats)
        .await
        .expect(201);
    assert!(other.is_open().await, "others go on");
}

#[tokio::test]
async fn every_ending_stands_in_the_audit_log_with_its_reason_and_without_its_session() {
    let Roles {
        server,
        operator,
        admin,
        ..
    } = Roles::start();
    let (_one, first) = crate::widget::Widget::login(&server).await;
    let (_two, second) = crate::widget::Widget::login(&server).await;
    let (_three, _) = crate::widget::Widget::login(&server).await;
    let sessions = "/api/v1/organizations/acme/sessions";
    let (first, second) = (
        first["session"].as_str().unwrap(),
        second["session"].as_str().unwrap(),
    );
    let end = format!("{sessions}/{first}/end");
    server
        .ask_as(admin, "POST", &end, &json!({"reason": "shift is over"}))
        .await
        .expect(202);
    server
        .ask_as(admin, "DELETE", &format!("{sessions}/{second}"), &Value::Null)
        .await
        .expect(202);
    let all = json!({"expect": 1, "reason": "evening"});
    server
        .ask_as(operator, "POST", &format!("{sessions}/end"), &all)
        .await
        .expect(202);
    server
        .ask_as(admin, "POST", &end, &json!({"reason": "again"}))
        .await
        .expect(404);

    let audit = server
        .ask_as(admin, "GET", "/api/v1/audit", &Value::Null)
        .await
        .expect(200);
    for session in [first, second, &first[..8], &second[..8]] {
        assert!(!audit.body.contains(session), "{}", audit.body);
    }
    let lines = audit.json()["items"].as_array().unwrap().clone();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line["label"].clone(), line["reason"].clone()))
        .collect();
    let expected = [
        ("ops", json!("evening")),
        ("admin", Value::Null),
        ("admin", json!("shift is over")),
    ];
    assert_eq!(told, expected.map(|(label, reason)| (json!(label), reason)));
    assert!(
        lines
            .iter()
            .all(|line| line["route"].as_str().unwrap().contains("/sessions/"))
    );
}
