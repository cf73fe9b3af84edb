//! Maintenance windows: told to widgets, begun and ended by the clock, and never in a resume's way.

use crate::administrator::ask;
use crate::http::Roles;
use crate::increases::at;
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

const ALL: &str = "/api/v1/maintenance";
const HOUR: i64 = 3_600_000;

fn window(from: i64, until: i64) -> Value {
    json!({"title": "new disks", "starts_at": at(from), "ends_at": at(until), "message": "Until noon."})
}

fn path(made: &Value) -> String {
    format!("{ALL}/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn who_waits_is_told_of_maintenance_and_gets_no_seat_while_it_lasts() {
    let server =
        Server::configured("[[organization]]\nid = \"acme\"\nseats = 1\nwaiting_line = { max = 2 }\n");
    let (mut seated, _) = Widget::login(&server).await;
    let wait = json!({"type":"login","org":"acme","wait":true});
    let (mut first, _) = Widget::greet(&server, &wait).await;
    let made = server
        .ask("POST", ALL, &window(1_500, 4_000))
        .await
        .expect(201)
        .json();
    let (mut second, place) = Widget::greet(&server, &wait).await;
    assert_eq!(place["position"], 2);
    for waiting in [&mut first, &mut second] {
        let said = waiting.hear_type("notice").await;
        assert_eq!(
            (&said["notice"]["id"], &said["notice"]["state"]),
            (&made["id"], &json!("scheduled"))
        );
        let said = waiting.hear_type("notice").await;
        assert_eq!(said["notice"]["state"], "in_progress");
    }

    seated.send(&json!({"type":"logout"})).await;

    // Which of the two comes first is chance.
    let mut said = Vec::new();
    while said.len() < 2 {
        let next = first.hear().await;
        if next["type"] == "seated" {
            let ends_at: jiff::Timestamp = made["ends_at"].as_str().unwrap().parse().unwrap();
            assert!(jiff::Timestamp::now() >= ends_at, "served in maintenance");
            said.push(next);
        } else if next["type"] == "notice_cleared" {
            assert_eq!(next["id"], made["id"]);
            said.push(next);
        }
    }
    assert_ne!(said[0]["type"], said[1]["type"]);
    assert_eq!(second.hear_type("notice_cleared").await["id"], made["id"]);
}

#[tokio::test]
async fn a_window_starts_and_ends_by_itself_refuses_logins_and_lets_resumes_through() {
    let server = Server::with(&["--seats", "acme=3"]);
    let (mut ann, seated) = Widget::login(&server).await;
    let made = server
        .ask("POST", ALL, &window(1_500, 4_500))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&made["state"], &made["organizations"]),
        (&json!("scheduled"), &Value::Null)
    );

    let said = ann.hear().await;
    assert_eq!(
        (&said["type"], &said["notice"]["state"]),
        (&json!("notice"), &json!("scheduled"))
    );
    assert_eq!(said["notice"]["message"], "Until noon.");
    let (_early, early) = Widget::login(&server).await;
    assert_eq!(early["notices"][0]["id"], made["id"]);

    let said = ann.hear().await;
    assert_eq!(said["notice"]["state"], "in_progress", "{said}");
    let (_, refused) = Widget::login(&server).await;
    assert_eq!(refused["code"], "maintenance", "{refused}");
    assert!(
        (1..=24).contains(&refused["retry_after_s"].as_u64().unwrap()),
        "{refused}"
    );
    let (mut again, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(
        (&resumed["resumed"], &resumed["notices"][0]["state"]),
        (&json!(true), &json!("in_progress"))
    );

    let said = again.hear().await;
    assert_eq!(
        (&said["type"], &said["id"]),
        (&json!("notice_cleared"), &made["id"])
    );
    let (_, after) = Widget::login(&server).await;
    assert_eq!(
        (&after["type"], &after["notices"]),
        (&json!("seated"), &json!([]))
    );
    let shown = server
        .ask("GET", &path(&made), &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(shown["state"], "completed");
}

#[tokio::test]
async fn a_window_survives_a_crash_and_a_deleted_one_does_not() {
    let mut server = Server::with(&["--seats", "acme=3"]);
    let (_widget, seated) = Widget::login(&server).await;
    let made = server.ask("POST", ALL, &window(0, HOUR)).await.expect(201).json();
    server.kill_and_start(&["--seats", "acme=3"]);

    let (_, refused) = Widget::login(&server).await;
    assert_eq!(refused["code"], "maintenance");
    let (mut widget, resumed) = Widget::resume(&server, &seated).await;
    assert_eq!(resumed["notices"][0]["id"], made["id"]);

    server.ask("DELETE", &path(&made), &Value::Null).await.expect(204);
    assert_eq!(widget.hear().await["type"], "notice_cleared");
    assert_eq!(Widget::login(&server).await.1["type"], "seated");
    server.kill_and_start(&["--seats", "acme=3"]);
    assert_eq!(Widget::login(&server).await.1["type"], "seated");
}

#[tokio::test]
async fn it_is_verified_completed_and_called_off_by_hand_in_that_order_only() {
    let server = Server::with(&["--seats", "acme=3"]);
    let (mut widget, _) = Widget::login(&server).await;
    let made = server.ask("POST", ALL, &window(0, HOUR)).await.expect(201).json();
    assert_eq!(
        (&made["state"], &widget.hear().await["notice"]["state"]),
        (&json!("in_progress"), &json!("in_progress"))
    );
    let become_ = |state: &'static str| {
        let (server, path) = (&server, path(&made));
        async move { server.ask("PATCH", &path, &json!({"state": state})).await }
    };
    become_("scheduled").await.expect(422);
    become_("verifying").await.expect(200);
    assert_eq!(widget.hear().await["notice"]["state"], "verifying");
    assert_eq!(
        Widget::login(&server).await.1["type"],
        "seated",
        "verifying refuses nobody"
    );
    assert_eq!(
        become_("verifying").await.expect(409).problem(),
        "maintenance-state"
    );
    assert_eq!(
        become_("completed").await.expect(200).json()["state"],
        "completed"
    );
    assert_eq!(widget.hear().await["type"], "notice_cleared");
    assert_eq!(
        become_("cancelled").await.expect(409).problem(),
        "maintenance-over"
    );

    let planned = server
        .ask("POST", ALL, &window(HOUR, 2 * HOUR))
        .await
        .expect(201)
        .json();
    widget.hear().await;
    let later = json!({"ends_at": at(3 * HOUR), "message": null, "new_logins": "allowed"});
    server.ask("PATCH", &path(&planned), &later).await.expect(200);
    let said = widget.hear().await;
    assert_eq!(
        (&said["notice"]["new_logins"], said["notice"].get("message")),
        (&json!("allowed"), None)
    );
    server
        .ask("PATCH", &path(&planned), &json!({"state": "cancelled"}))
        .await
        .expect(200);
    assert_eq!(widget.hear().await["notice"]["state"], "cancelled");
}

#[tokio::test]
async fn an_admin_maintains_its_own_organization_alone() {
    let Roles {
        server,
        operator,
        admin,
        viewer,
        ..
    } = Roles::start();
    let for_ = |organizations: Value| {
        let mut body = window(HOUR, 2 * HOUR);
        body["organizations"] = organizations;
        body
    };
    for foreign in [json!(null), json!(["other"]), json!(["acme", "other"])] {
        server
            .ask_as(admin, "POST", ALL, &for_(foreign))
            .await
            .expect(403);
    }
    server
        .ask_as(viewer, "POST", ALL, &for_(json!(["acme"])))
        .await
        .expect(403);
    let own = server
        .ask_as(admin, "POST", ALL, &for_(json!(["acme"])))
        .await
        .expect(201)
        .json();
    let other = server
        .ask_as(operator, "POST", ALL, &for_(json!(["other"])))
        .await
        .expect(201)
        .json();
    let both = server
        .ask_as(operator, "POST", ALL, &for_(json!(["acme", "other"])))
        .await
        .expect(201)
        .json();

    for token in [admin, viewer] {
        let seen = server
            .ask_as(token, "GET", ALL, &Value::Null)
            .await
            .expect(200)
            .json();
        assert_eq!(seen["items"].as_array().unwrap().len(), 2, "{seen}");
        assert!(!seen.to_string().contains("other"), "{seen}");
        server
            .ask_as(token, "GET", &path(&other), &Value::Null)
            .await
            .expect(404);
    }
    let off = json!({"state": "cancelled"});
    server
        .ask_as(admin, "PATCH", &path(&other), &off)
        .await
        .expect(404);
    server
        .ask_as(admin, "PATCH", &path(&both), &off)
        .await
        .expect(403);
    server
        .ask_as(admin, "DELETE", &path(&both), &Value::Null)
        .await
        .expect(403);
    server
        .ask_as(admin, "PATCH", &path(&own), &json!({"organizations": null}))
        .await
        .expect(403);
    server
        .ask_as(viewer, "PATCH", &path(&own), &off)
        .await
        .expect(403);
    server.ask_as(admin, "PATCH", &path(&own), &off).await.expect(200);
    server
        .ask_as(operator, "POST", ALL, &for_(json!(["nobody"])))
        .await
        .expect(422);
}

#[tokio::test]
async fn nobody_writes_over_a_window_that_it_has_not_seen() {
    let server = Server::with(&["--seats", "acme=1"]);
    let made = server.ask("POST", ALL, &window(HOUR, 2 * HOUR)).await.expect(201);
    let (seen, path) = (made.header("etag").unwrap().to_owned(), path(&made.json()));
    let change = |title: &'static str| {
        let (admin, token, path, seen) = (&server.admin, server.token(), &path, &seen);
        async move {
            let body = json!({"title": title}).to_string();
            ask(admin, "PATCH", path, Some(token), &[("If-Match", seen)], &body).await
        }
    };
    change("first").await.expect(200);
    assert_eq!(change("second").await.expect(412).problem(), "lost-update");
    for (body, field) in [
        (json!({"title": "x", "ends_at": at(-1)}), "ends_at"),
        (
            json!({"title": "x", "starts_at": at(10), "ends_at": at(5)}),
            "ends_at",
        ),
        (json!({"ends_at": at(5)}), "title"),
        (
            json!({"title": "x", "ends_at": at(5), "new_logins": "never"}),
            "new_logins",
        ),
        (
            json!({"title": "x", "ends_at": at(5), "organizations": []}),
            "organizations",
        ),
    ] {
        assert_eq!(
            server.ask("POST", ALL, &body).await.expect(422).json()["field"],
            field
        );
    }
    assert_eq!(
        server
            .ask("PATCH", &path, &json!({"title": null}))
            .await
            .expect(422)
            .json()["field"],
        "title"
    );
}

#[tokio::test]
async fn a_drain_in_a_window_says_that_it_is_maintenance() {
    for planned in [true, false] {
        let server = Server::with(&["--seats", "acme=1"]);
        let (mut widget, _) = Widget::login(&server).await;
        if planned {
            server.ask("POST", ALL, &window(0, HOUR)).await.expect(201);
            widget.hear().await;
        }
        server.terminate();
        let said = widget.hear().await;
        assert_eq!(
            (&said["type"], &said["maintenance"]),
            (&json!("draining"), &json!(planned))
        );
    }
}
