//! Widget keys and admin tokens over the API, and the audit log.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

const KEYS: &str = "/api/v1/organizations/acme/keys";
const TOKENS: &str = "/api/v1/tokens";
const AUDIT: &str = "/api/v1/audit";

async fn login(server: &Server, key: &Value) -> Value {
    Widget::greet(server, &json!({"type":"login","org":"acme","key":key}))
        .await
        .1
}

async fn token(server: &Server, role: &str) -> (String, Value) {
    let body = json!({"label": format!("{role} of acme"), "role": role, "org": "acme"});
    let made = server.ask("POST", TOKENS, &body).await.expect(201).json();
    (made["token"].as_str().unwrap().to_owned(), made["id"].clone())
}

#[tokio::test]
async fn a_key_is_shown_once_opens_its_organization_and_is_revoked() {
    let mut server = Server::start(60_000);
    let made = server
        .ask("POST", KEYS, &json!({"label": "site"}))
        .await
        .expect(201)
        .json();
    assert_eq!(login(&server, &json!("wk_wrong")).await["code"], "unauthorized");
    assert_eq!(login(&server, &made["key"]).await["type"], "seated");

    let listed = server.ask("GET", KEYS, &Value::Null).await.expect(200);
    assert!(!listed.body.contains(made["key"].as_str().unwrap()) && !listed.body.contains("sha256"));
    assert_eq!(listed.json()["items"][0]["label"], "site");
    server.kill_and_start(&["--seats", "acme=2"]);
    assert_eq!(login(&server, &made["key"]).await["type"], "seated");

    let one = format!("{KEYS}/{}", made["id"].as_str().unwrap());
    let shown = server.ask("GET", &one, &Value::Null).await.expect(200);
    assert_eq!(shown.json()["label"], "site");
    server.ask("DELETE", &one, &Value::Null).await.expect(204);
    for method in ["DELETE", "GET"] {
        server.ask(method, &one, &Value::Null).await.expect(404);
    }
    let listed = server.ask("GET", KEYS, &Value::Null).await.json();
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_token_is_shown_once_kept_over_a_crash_and_revoked() {
    let mut server = Server::start(60_000);
    let (viewer, id) = token(&server, "viewer").await;
    let listed = server.ask("GET", TOKENS, &Value::Null).await.expect(200);
    assert!(!listed.body.contains(&viewer) && !listed.body.contains("sha256"));
    let taken = json!({"label": "viewer of acme", "role": "admin", "org": "acme"});
    assert_eq!(
        server.ask("POST", TOKENS, &taken).await.expect(409).problem(),
        "label-taken"
    );
    // Whoever is not of acme does not find its labels out.
    let elsewhere = json!({"label": "viewer of acme", "role": "operator"});
    server.ask("POST", TOKENS, &elsewhere).await.expect(201);

    server.kill_and_start(&["--seats", "acme=2,other=1"]);
    server
        .ask_as(&viewer, "GET", KEYS, &Value::Null)
        .await
        .expect(200);
    server.ask_as(&viewer, "POST", KEYS, &json!({})).await.expect(403);
    server
        .ask_as(&viewer, "GET", "/api/v1/organizations/other", &Value::Null)
        .await
        .expect(404);
    let seen = server
        .ask_as(&viewer, "GET", "/api/v1/organizations", &Value::Null)
        .await
        .json();
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);

    server
        .ask(
            "DELETE",
            &format!("{TOKENS}/{}", id.as_str().unwrap()),
            &Value::Null,
        )
        .await
        .expect(204);
    server
        .ask_as(&viewer, "GET", KEYS, &Value::Null)
        .await
        .expect(401);
}

#[tokio::test]
async fn an_admin_makes_tokens_of_its_organization_and_sees_no_others() {
    let server = Server::with(&["--seats", "acme=2,other=1"]);
    let (admin, _) = token(&server, "admin").await;
    for body in [
        json!({"label": "a", "role": "operator"}),
        json!({"label": "a", "role": "admin", "org": "other"}),
    ] {
        server.ask_as(&admin, "POST", TOKENS, &body).await.expect(403);
    }
    let own = json!({"label": "a", "role": "viewer", "org": "acme"});
    server.ask_as(&admin, "POST", TOKENS, &own).await.expect(201);
    let mut labels = Vec::new();
    for one in server.ask_as(&admin, "GET", TOKENS, &Value::Null).await.json()["items"]
        .as_array()
        .unwrap()
    {
        labels.push(one["label"].as_str().unwrap().to_owned());
    }
    labels.sort();
    assert_eq!(labels, ["a", "admin of acme"]);
    let all = server.ask("GET", TOKENS, &Value::Null).await.json();
    let first = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["managed_by"] == "file")
        .unwrap()
        .clone();
    let path = format!("{TOKENS}/{}", first["id"].as_str().unwrap());
    server
        .ask_as(&admin, "DELETE", &path, &Value::Null)
        .await
        .expect(404);
    assert_eq!(
        server
            .ask("DELETE", &path, &Value::Null)
            .await
            .expect(409)
            .problem(),
        "managed-by-file"
    );
}

#[tokio::test]
async fn every_change_is_in_the_audit_log_and_a_refused_one_is_not() {
    let mut server = Server::with(&["--seats", "acme=2,other=1"]);
    let (admin, _) = token(&server, "admin").await;
    server
        .ask_as(&admin, "POST", KEYS, &json!({"label": "x"}))
        .await
        .expect(201);
    server
        .ask_as(&admin, "POST", KEYS, &json!({"labl": "x"}))
        .await
        .expect(422);
    server
        .ask("POST", "/api/v1/organizations/other/keys", &json!({}))
        .await
        .expect(201);

    server.kill_and_start(&["--seats", "acme=2,other=1"]);
    let all = server.ask("GET", AUDIT, &Value::Null).await.expect(200).json();
    let lines: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line["label"], line["method"], line["route"], line["organization"]
            )
        })
        .collect();
    let keys = "\"POST\" \"/api/v1/organizations/{org}/keys\"";
    assert_eq!(
        lines,
        [
            format!("\"operator\" {keys} \"other\""),
            format!("\"admin of acme\" {keys} \"acme\""),
            "\"operator\" \"POST\" \"/api/v1/tokens\" \"acme\"".to_owned(),
        ]
    );
    let own = server
        .ask_as(&admin, "GET", AUDIT, &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(own["items"].as_array().unwrap().len(), 2, "{own}");
    let page = server
        .ask("GET", &format!("{AUDIT}?limit=2"), &Value::Null)
        .await
        .json();
    let rest = server
        .ask(
            "GET",
            &format!("{AUDIT}?limit=2&cursor={}", page["next"].as_str().unwrap()),
            &Value::Null,
        )
        .await
        .json();
    assert_eq!(
        (rest["items"][0].clone(), &rest["next"]),
        (all["items"][2].clone(), &Value::Null)
    );
}
