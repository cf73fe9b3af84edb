//! Sessions are listed and ended.

use crate::http::{Roles, ask, ask_as};
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PATH: &str = "/api/v1/organizations/acme/sessions";

async fn list(server: &Server, query: &str) -> Vec<Value> {
    let (status, page) = ask(server, "GET", &format!("{PATH}{query}"), None).await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().clone()
}

fn end_path(seated: &Value) -> String {
    format!("{PATH}/{}/end", seated["session"].as_str().unwrap())
}

async fn on_call(widget: &mut Widget) {
    widget.send(&json!({"type":"status","on_call":true})).await;
    widget.assert_alive().await;
}

#[tokio::test]
async fn a_session_is_shown_without_anything_about_a_person() {
    let server = Server::start(60_000);
    let (mut one, seated) = Widget::login(&server).await;
    on_call(&mut one).await;

    let items = list(&server, "").await;

    let session = &items[0];
    let fields: BTreeSet<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "id",
        "short_id",
        "state",
        "since",
        "duration_s",
        "on_call",
        "resumes",
        "grace_left_s",
    ];
    assert_eq!(fields, expected.into());
    assert_eq!(session["id"], seated["session"]);
    assert_eq!(session["short_id"], seated["session"].as_str().unwrap()[..6]);
    assert_eq!(
        (&session["state"], &session["on_call"]),
        (&json!("connected"), &json!(true))
    );
    assert_eq!(
        (&session["resumes"], &session["grace_left_s"]),
        (&json!(0), &Value::Null)
    );
    let since: jiff::Timestamp = session["since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since.as_second() % 300, 0);
    assert_eq!(session["duration_s"].as_i64().unwrap() % 300, 0);

    one.reset();
    server.until_in_grace(1).await;
    let session = list(&server, "?state=in_grace").await.remove(0);
    let left = session["grace_left_s"].as_u64().unwrap();
    assert!((1..=60).contains(&left), "{session}");
    let (_back, _) = Widget::resume(&server, &seated).await;
    assert_eq!(list(&server, "?state=connected").await[0]["resumes"], 1);
    assert!(list(&server, "?state=in_grace").await.is_empty());
    assert!(list(&server, "?min_age_s=600").await.is_empty());
}

#[tokio::test]
async fn pages_show_every_session_once_in_every_order() {
    let server = Server::with(&["--seats", "acme=30"]);
    let mut widgets = Vec::new();
    for _ in 0..23 {
        widgets.push(Widget::login(&server).await);
    }
    let all: BTreeSet<_> = widgets
        .iter()
        .map(|(_, seated)| seated["session"].to_string())
        .collect();
    for sort in ["since", "-since", "id"] {
        let (mut shown, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("{PATH}?sort={sort}&limit=5{cursor}");
            let (status, page) = ask(&server, "GET", &path, None).await;
            assert_eq!(status, 200, "{page}");
            pages += 1;
            shown.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["id"].to_string()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!((pages, shown.len()), (5, 23), "{sort}");
        assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), all, "{sort}");
    }
}

#[tokio::test]
async fn what_is_not_taken_is_refused_with_its_field() {
    let server = Server::with(&["--seats", "acme=5", "--seats", "other=5"]);
    let (_one, _) = Widget::login(&server).await;
    let (_two, _) = Widget::login(&server).await;
    let (_, page) = ask(&server, "GET", &format!("{PATH}?limit=1"), None).await;
    let cursor = page["next"].as_str().unwrap();
    let mut forged = cursor.to_owned();
    forged.replace_range(3..4, if &cursor[3..4] == "A" { "B" } else { "A" });
    for (query, status, field) in [
        (format!("?cursor={forged}"), 400, "cursor"),
        (format!("?sort=id&cursor={cursor}"), 400, "cursor"),
        ("?cursor=x".to_owned(), 400, "cursor"),
        ("?limit=0".to_owned(), 400, "limit"),
        ("?limit=1001".to_owned(), 400, "limit"),
        ("?state=asleep".to_owned(), 422, "state"),
        ("?min_age_s=-1".to_owned(), 422, "min_age_s"),
        ("?sort=browser".to_owned(), 422, "sort"),
    ] {
        let (answer, problem) = ask(&server, "GET", &format!("{PATH}{query}"), None).await;
        assert_eq!(
            (answer, problem["field"].as_str()),
            (status, Some(field)),
            "{query}"
        );
    }
    let foreign = format!("/api/v1/organizations/other/sessions?limit=1&cursor={cursor}");
    assert_eq!(ask(&server, "GET", &foreign, None).await.0, 400);
}

#[tokio::test]
async fn an_ended_session_is_told_so_and_its_seat_is_free() {
    let server = Server::start(60_000);
    let (mut one, first) = Widget::login(&server).await;
    let (mut two, second) = Widget::login(&server).await;

    let now = json!({"mode":"now","reason":"shift over"});
    assert_eq!(ask(&server, "POST", &end_path(&first), Some(&now)).await.0, 202);
    let delete = format!("{PATH}/{}", second["session"].as_str().unwrap());
    assert_eq!(ask(&server, "DELETE", &delete, None).await.0, 202);

    assert_eq!(server.organization("acme").await["in_use"], 0);
    for widget in [&mut one, &mut two] {
        let ended = widget.hear().await;
        assert_eq!(
            (&ended["type"], &ended["reason"]),
            (&json!("ended"), &json!("terminated"))
        );
        assert!(ended["cool_down_s"].is_u64(), "{ended}");
        assert_eq!(widget.close().await, (4540, "terminated".to_owned()));
    }
    assert_eq!(ask(&server, "DELETE", &delete, None).await.0, 404);
}

#[tokio::test]
async fn an_ending_waits_for_the_call_or_the_notice_and_not_in_grace() {
    let server = Server::with(&["--seats", "acme=3"]);
    let (mut calling, first) = Widget::login(&server).await;
    on_call(&mut calling).await;
    let (mut warned, second) = Widget::login(&server).await;
    let (lost, third) = Widget::login(&server).await;
    lost.reset();
    server.until_in_grace(1).await;
    let (after_call, notice) = (
        json!({"mode":"after_call"}),
        json!({"mode":"notice","notice_s":1}),
    );

    assert_eq!(
        ask(&server, "POST", &end_path(&third), Some(&after_call)).await.0,
        202
    );
    assert_eq!(
        server.organization("acme").await["in_use"],
        2,
        "in grace: at once"
    );
    assert_eq!(
        ask(&server, "POST", &end_path(&first), Some(&after_call)).await.0,
        202
    );
    assert_eq!(
        ask(&server, "POST", &end_path(&second), Some(&notice)).await.0,
        202
    );

    let ending = calling.hear().await;
    assert_eq!(ending, json!({"type":"ending","reason":"terminated"}));
    assert_eq!(warned.hear().await["in_s"], 1);
    assert_eq!(warned.hear_type("ended").await["reason"], "terminated");
    calling.assert_alive().await;
    calling.send(&json!({"type":"status","on_call":false})).await;
    assert_eq!(calling.hear_type("ended").await["reason"], "terminated");
    server.until_in_use(0).await;
}

#[tokio::test]
async fn a_page_that_comes_back_is_told_again_that_its_session_is_going_to_end() {
    let server = Server::with(&["--seats", "acme=3"]);
    let (lost, first) = Widget::login(&server).await;
    let notice = json!({"mode":"notice","notice_s":600});
    assert_eq!(
        ask(&server, "POST", &end_path(&first), Some(&notice)).await.0,
        202
    );
    lost.reset();

    let (mut back, _) = Widget::resume(&server, &first).await;

    let ending = back.hear().await;
    assert_eq!(ending["type"], "ending");
    assert!(
        (590..=600).contains(&ending["in_s"].as_u64().unwrap()),
        "{ending}"
    );
}

#[tokio::test]
async fn many_are_ended_if_they_are_as_many_as_was_seen() {
    let server = Server::with(&["--seats", "acme=3"]);
    let (mut one, _) = Widget::login(&server).await;
    let (mut two, _) = Widget::login(&server).await;
    let (lost, _) = Widget::login(&server).await;
    lost.reset();
    server.until_in_grace(1).await;
    let path = format!("{PATH}/end");

    let (status, problem) = ask(
        &server,
        "POST",
        &path,
        Some(&json!({"state":"connected","expect":3})),
    )
    .await;
    assert_eq!((status, &problem["count"]), (409, &json!(2)));
    assert_eq!(
        ask(
            &server,
            "POST",
            &path,
            Some(&json!({"expect":0,"min_age_s":3600}))
        )
        .await
        .0,
        202
    );
    assert_eq!(server.organization("acme").await["in_use"], 3, "nobody is ended");
    let (status, done) = ask(
        &server,
        "POST",
        &path,
        Some(&json!({"state":"connected","expect":2})),
    )
    .await;

    assert_eq!((status, &done["count"]), (202, &json!(2)));
    let numbers = server.organization("acme").await;
    assert_eq!((&numbers["in_use"], &numbers["in_grace"]), (&json!(1), &json!(1)));
    for widget in [&mut one, &mut two] {
        assert_eq!(widget.hear().await["reason"], "terminated");
    }
}

#[tokio::test]
async fn bad_bodies_and_roles_that_may_not_end_are_refused() {
    let Roles {
        server,
        operator,
        admin,
        viewer,
        foreign,
    } = &Roles::start();
    let (mut widget, seated) = Widget::login(server).await;
    let (end, many) = (end_path(&seated), format!("{PATH}/end"));
    for body in [
        json!({"mode":"never"}),
        json!({"mode":"notice","notice_s":0}),
        json!({"mode":"now","notice_s":5}),
        json!({"mode":"now","soon":true}),
        json!({"reason":"x".repeat(501)}),
    ] {
        assert_eq!(
            ask_as(server, admin, "POST", &end, Some(&body)).await.0,
            422,
            "{body}"
        );
    }
    assert_eq!(ask_as(server, admin, "POST", &end, None).await.0, 400);
    assert_eq!(
        ask_as(server, admin, "POST", &many, Some(&json!({}))).await.0,
        422
    );
    let large = json!({"reason":"x".repeat(70_000)});
    assert_eq!(ask_as(server, admin, "POST", &end, Some(&large)).await.0, 413);
    for (token, status) in [(viewer, 403), (foreign, 404)] {
        assert_eq!(
            ask_as(server, token, "POST", &end, Some(&json!({}))).await.0,
            status
        );
        assert_eq!(
            ask_as(server, token, "POST", &many, Some(&json!({"expect":9})))
                .await
                .0,
            status
        );
        let delete = end.trim_end_matches("/end");
        assert_eq!(ask_as(server, token, "DELETE", delete, None).await.0, status);
    }
    assert_eq!(ask_as(server, viewer, "GET", PATH, None).await.0, 200);
    assert_eq!(ask_as(server, foreign, "GET", PATH, None).await.0, 404);
    widget.assert_alive().await;
    assert_eq!(
        ask_as(server, operator, "POST", &end, Some(&json!({}))).await.0,
        202
    );
}

#[tokio::test]
async fn a_pending_ending_survives_a_crash_of_the_server() {
    let flags = ["--seats", "acme=3"];
    let mut server = Server::with(&flags);
    let (mut calling, first) = Widget::login(&server).await;
    on_call(&mut calling).await;
    let (_warned, second) = Widget::login(&server).await;
    let (_other, third) = Widget::login(&server).await;
    let (after_call, notice) = (
        json!({"mode":"after_call"}),
        json!({"mode":"notice","notice_s":1}),
    );
    assert_eq!(
        ask(&server, "POST", &end_path(&first), Some(&after_call)).await.0,
        202
    );
    assert_eq!(
        ask(&server, "POST", &end_path(&second), Some(&notice)).await.0,
        202
    );

    server.kill_and_start(&flags);

    let (mut calling, back) = Widget::resume(&server, &first).await;
    assert_eq!(
        (&back["type"], &back["resumed"]),
        (&json!("seated"), &json!(true))
    );
    assert_eq!(
        calling.hear().await,
        json!({"type":"ending","reason":"terminated"})
    );
    on_call(&mut calling).await;
    let (mut warned, _) = Widget::resume(&server, &second).await;
    let (mut other, _) = Widget::resume(&server, &third).await;
    assert_eq!(warned.hear().await["in_s"], 1);
    assert_eq!(warned.hear_type("ended").await["reason"], "terminated");
    calling.assert_alive().await;
    calling.send(&json!({"type":"status","on_call":false})).await;
    assert_eq!(calling.hear_type("ended").await["reason"], "terminated");
    other.assert_alive().await;
    server.until_in_use(1).await;
}

#[tokio::test]
async fn logins_go_on_while_many_sessions_are_listed() {
    let server = Server::with(&["--seats", "acme=4000"]);
    let mut widgets = Vec::new();
    for _ in 0..1200 {
        widgets.push(Widget::login(&server).await);
    }
    let listed = async {
        let mut shown = 0;
        for _ in 0..20 {
            shown = list(&server, "?limit=1000").await.len();
        }
        shown
    };
    let logins = async {
        for _ in 0..50 {
            assert_eq!(Widget::login(&server).await.1["type"], "seated");
        }
    };
    let (shown, ()) = tokio::join!(listed, logins);
    assert_eq!(shown, 1000);
}
