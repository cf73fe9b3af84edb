//! Organizations that are made, changed and ended over the API, beside those of the file.

use crate::administrator::ask;
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

const NEW: &str = "/api/v1/organizations/new";

async fn login(server: &Server, org: &str) -> (Widget, Value) {
    Widget::greet(server, &json!({"type":"login","org":org})).await
}

#[tokio::test]
async fn an_organization_is_made_changed_and_kept_over_a_crash() {
    let mut server = Server::start(60_000);
    let made = server
        .ask("PUT", NEW, &json!({"seats": 1, "name": "New"}))
        .await
        .expect(201);
    assert_eq!(
        (&made.json()["managed_by"], &made.json()["limit"]["total"]),
        (&json!("api"), &json!(1))
    );
    let (_one, seated) = login(&server, "new").await;
    assert_eq!(seated["type"], "seated");
    assert_eq!(login(&server, "new").await.1["code"], "seats_exhausted");

    let changed = server
        .ask("PUT", NEW, &json!({"seats": 2, "policy": {"burst": 1}}))
        .await
        .expect(200);
    assert_eq!(
        (&changed.json()["name"], &changed.json()["policy"]),
        (&json!("New"), &json!({"burst": 1}))
    );
    let (_two, _) = login(&server, "new").await;
    assert_eq!(login(&server, "new").await.1["over_allocation"], true);

    server.kill_and_start(&["--seats", "acme=2"]);
    let kept = server.ask("GET", NEW, &Value::Null).await.expect(200).json();
    assert_eq!(
        (&kept["limit"]["total"], &kept["policy"]),
        (&json!(2), &json!({"burst": 1}))
    );
    let listed = server
        .ask("GET", "/api/v1/organizations", &Value::Null)
        .await
        .json();
    let ids: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(ids, ["acme", "new"]);
}

#[tokio::test]
async fn what_the_file_defines_is_refused_with_its_place_and_the_rest_is_the_apis() {
    let server = Server::configured("[[organization]]\nid = \"acme\"\nseats = 2\n");
    let acme = "/api/v1/organizations/acme";

    let refused = server.ask("PUT", acme, &json!({"seats": 3})).await.expect(409);
    assert_eq!(refused.problem(), "managed-by-file");
    assert!(
        refused.json()["detail"].as_str().unwrap().contains(":3;"),
        "{}",
        refused.body
    );
    assert_eq!(
        server
            .ask("DELETE", acme, &Value::Null)
            .await
            .expect(409)
            .problem(),
        "managed-by-file"
    );

    let changed = server
        .ask("PUT", acme, &json!({"name": "Acme", "suspended": true}))
        .await
        .expect(200);
    assert_eq!(
        (&changed.json()["name"], &changed.json()["managed_by"]),
        (&json!("Acme"), &json!("file"))
    );
    assert_eq!(login(&server, "acme").await.1["code"], "no_allocation");
    server
        .ask("PUT", acme, &json!({"suspended": null}))
        .await
        .expect(200);
    assert_eq!(login(&server, "acme").await.1["type"], "seated");
}

#[tokio::test]
async fn nobody_writes_over_what_he_has_not_seen() {
    let server = Server::start(60_000);
    let made = server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    let seen = made.header("etag").unwrap().to_owned();
    let put = |tag: String, seats: u32| {
        let (admin, token) = (&server.admin, server.token());
        async move {
            let body = json!({ "seats": seats }).to_string();
            ask(admin, "PUT", NEW, Some(token), &[("If-Match", &tag)], &body).await
        }
    };

    let (one, other) = tokio::join!(put(seen.clone(), 2), put(seen.clone(), 3));

    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let winner = if one.status == 200 { one } else { other };
    put(winner.header("etag").unwrap().to_owned(), 4)
        .await
        .expect(200);
    let headers = [("If-None-Match", "*")];
    let again = ask(
        &server.admin,
        "PUT",
        NEW,
        Some(server.token()),
        &headers,
        r#"{"seats":9}"#,
    )
    .await;
    assert_eq!(again.expect(412).problem(), "lost-update");
}

#[tokio::test]
async fn a_deleted_organization_ends_its_sessions_and_its_successor_is_another_one() {
    let server = Server::start(60_000);
    server.ask("PUT", NEW, &json!({"seats": 3})).await.expect(201);
    let (mut idle, _) = login(&server, "new").await;
    let (mut talking, session) = login(&server, "new").await;
    talking.send(&json!({"type":"status","on_call":true})).await;
    talking.assert_alive().await;

    server.ask("DELETE", NEW, &Value::Null).await.expect(204);

    assert_eq!(idle.hear().await["reason"], "terminated");
    assert_eq!(idle.close().await.0, 4540);
    assert_eq!(
        talking.hear().await,
        json!({"type":"ending","reason":"terminated"})
    );
    assert_eq!(login(&server, "new").await.1["code"], "unauthorized");
    server.ask("GET", NEW, &Value::Null).await.expect(404);

    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    assert_eq!(talking.hear().await["reason"], "terminated");
    let resume = json!({"type":"resume","org":"new","session":session["session"],"secret":session["secret"]});
    assert_eq!(Widget::greet(&server, &resume).await.1["code"], "session_gone");
    assert_eq!(login(&server, "new").await.1["type"], "seated");
}

#[tokio::test]
async fn a_call_in_a_deleted_organization_is_ended_after_it() {
    let server = Server::start(60_000);
    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    let (mut talking, _) = login(&server, "new").await;
    talking.send(&json!({"type":"status","on_call":true})).await;
    talking.assert_alive().await;
    server.ask("DELETE", NEW, &Value::Null).await.expect(204);
    assert_eq!(talking.hear().await["type"], "ending");

    talking.send(&json!({"type":"status","on_call":false})).await;

    assert_eq!(talking.hear().await["reason"], "terminated");
}

#[tokio::test]
async fn bad_input_is_refused_by_its_field_and_a_large_body_as_too_large() {
    let server = Server::start(60_000);
    for (body, field) in [
        (json!({}), "seats"),
        (json!({"seats": -1}), "seats"),
        (json!({"seats": 1_000_001}), "seats"),
        (json!({"seats": 1, "policy": "strict"}), "policy"),
        (json!({"seats": 1, "time_zone": "Mars/Olympus"}), "time_zone"),
        (json!({"seats": 1, "seets": 1}), "seets"),
        (json!({"seats": 1, "grace_s": 1}), "grace_s"),
        (json!({"seats": 1, "self_service": {"seats": 1}}), "self_service"),
        (
            json!({"seats": 1, "allowed_origins": ["acme"]}),
            "allowed_origins",
        ),
    ] {
        let refused = server.ask("PUT", NEW, &body).await.expect(422);
        assert_eq!(refused.json()["field"], field);
    }
    let put = |body: String| {
        let (admin, token) = (&server.admin, server.token());
        async move { ask(admin, "PUT", NEW, Some(token), &[], &body).await }
    };
    for body in ["[1]", "{", "\"seats\"", "{\"seats\":1e999}"] {
        assert_eq!(put(body.to_owned()).await.expect(400).problem(), "bad-body");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(70_000));
    assert_eq!(put(large).await.expect(413).problem(), "body-too-large");
    server.ask("PUT", NEW, &json!({"seats": 0})).await.expect(201);
    assert_eq!(login(&server, "new").await.1["code"], "no_allocation");
}

#[tokio::test]
async fn an_admin_changes_everything_but_what_is_paid_for() {
    let server = Server::start(60_000);
    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    let body = json!({"label": "lead", "role": "admin", "org": "new"});
    let token = server
        .ask("POST", "/api/v1/tokens", &body)
        .await
        .expect(201)
        .json()["token"]
        .clone();
    let token = token.as_str().unwrap();

    server
        .ask_as(
            token,
            "PUT",
            NEW,
            &json!({"name": "Ours", "waiting_line": {"max": 5}}),
        )
        .await
        .expect(200);
    for paid in ["seats", "policy", "suspended", "allocation_ends", "self_service"] {
        server
            .ask_as(token, "PUT", NEW, &json!({ paid: null }))
            .await
            .expect(403);
    }
    server
        .ask_as(token, "DELETE", NEW, &Value::Null)
        .await
        .expect(403);
    server
        .ask_as(token, "PUT", "/api/v1/organizations/other", &json!({"seats": 1}))
        .await
        .expect(404);

    server.ask("DELETE", NEW, &Value::Null).await.expect(204);
    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    server.ask_as(token, "GET", NEW, &Value::Null).await.expect(401);
}

#[tokio::test]
async fn how_long_a_silent_page_keeps_its_seat_is_set_here_too() {
    let mut server = Server::start(60_000);
    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    for (wish, holds) in [
        (json!("off"), Value::Null),
        (json!(120), json!(120)),
        (Value::Null, json!(43_200)),
        (json!("off"), Value::Null),
    ] {
        let changed = server
            .ask("PUT", NEW, &json!({"unresponsive_limit_s": wish}))
            .await
            .expect(200)
            .json();
        assert_eq!(changed["settings"]["unresponsive_limit_s"], holds, "{wish}");
    }
    for wish in [json!(59), json!("never"), json!(604_801)] {
        server
            .ask("PUT", NEW, &json!({"unresponsive_limit_s": wish}))
            .await
            .expect(422);
    }
    server.kill_and_start(&["--seats", "acme=2"]);
    let kept = server.ask("GET", NEW, &Value::Null).await.expect(200).json();
    assert_eq!(kept["settings"]["unresponsive_limit_s"], Value::Null);
}

#[tokio::test]
async fn in_memory_the_api_works_and_nothing_is_kept() {
    let server = Server::with(&["--seats", "acme=2", "--in-memory"]);
    server.ask("PUT", NEW, &json!({"seats": 1})).await.expect(201);
    assert_eq!(login(&server, "new").await.1["type"], "seated");
    let audit = server
        .ask("GET", "/api/v1/audit", &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(audit["items"][0]["organization"], "new");
}
