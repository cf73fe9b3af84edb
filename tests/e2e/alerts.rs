//! When somebody is called: levels, refusals, waits, increases that end, losses; one incident at a time.

use crate::administrator::ask;
use crate::increases::at;
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ALERTS: &str = "/api/v1/organizations/acme/alerts";
const INCIDENTS: &str = "/api/v1/organizations/acme/alerts/incidents";

/// Levels that hold and clear as soon as they are seen.
pub fn at_once() -> Value {
    json!([
        {"percent": 80, "hold_s": 0, "clear_percent": 75, "clear_hold_s": 0},
        {"percent": 90, "hold_s": 0, "clear_percent": 85, "clear_hold_s": 0},
        {"percent": 100, "hold_s": 86400, "clear_hold_s": 1},
    ])
}

/// The incidents, once `fits` takes them.
async fn until(server: &Server, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let start = Instant::now();
    loop {
        let answer = server
            .ask("GET", INCIDENTS, &Value::Null)
            .await
            .expect(200)
            .json();
        let all = answer["items"].as_array().unwrap().clone();
        if fits(&all) {
            return all;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{all:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The alarms of an incident that are not over, by name.
fn open(incident: &Value) -> Vec<String> {
    let alarms = incident["alarms"].as_array().unwrap().iter();
    let open = alarms.filter(|alarm| alarm["until"].is_null());
    open.map(|alarm| {
        let number = alarm["level"].as_u64().or(alarm["days"].as_u64());
        let name = alarm["alarm"].as_str().unwrap();
        number.map_or_else(|| name.to_owned(), |number| format!("{name} {number}"))
    })
    .collect()
}

async fn seat(server: &Server, widgets: &mut Vec<Widget>, seats: usize) {
    while widgets.len() < seats {
        let (widget, answer) = Widget::login(server).await;
        assert_eq!(answer["type"], "seated");
        widgets.push(widget);
    }
    while widgets.len() > seats {
        let mut widget = widgets.pop().unwrap();
        widget.send(&json!({"type":"logout"})).await;
        widget.hear_type("ended").await;
    }
}

#[tokio::test]
async fn one_incident_moves_with_the_levels_survives_a_crash_and_is_over_with_the_last() {
    let flags = ["--seats", "acme=20", "--grace", "5s"];
    let mut server = Server::with(&flags);
    server
        .ask("PUT", ALERTS, &json!({"levels": at_once()}))
        .await
        .expect(200);
    let mut widgets = Vec::new();
    seat(&server, &mut widgets, 16).await;
    let first = until(&server, |all| all.len() == 1).await.remove(0);
    assert_eq!(
        (&first["severity"], &first["state"], open(&first)),
        (&json!("notice"), &json!("open"), vec!["level 80".to_owned()])
    );
    seat(&server, &mut widgets, 20).await;
    let (_, refused) = Widget::login(&server).await;
    assert_eq!(refused["code"], "seats_exhausted");
    let full = until(&server, |all| all[0]["severity"] == "critical").await;
    assert_eq!(open(&full[0]), ["level 80", "level 90", "exhausted"]);

    let record = server.folder();
    let seated = server.organization("acme").await["in_use"].clone();
    server.kill_and_start(&flags);
    assert_eq!(server.folder(), record);
    let kept = until(&server, |all| all.len() == 1).await.remove(0);
    assert_eq!(
        (kept["id"].clone(), open(&kept)),
        (first["id"].clone(), open(&full[0]))
    );
    assert_eq!(server.organization("acme").await["in_use"], seated);

    // Nobody comes back, and the graces end.
    let kept_rules = server.ask("GET", ALERTS, &Value::Null).await.expect(200).json();
    assert_eq!(kept_rules["levels"][0]["hold_s"], 0);
    let over = until(&server, |all| all[0]["state"] == "over").await;
    assert_eq!(over.len(), 1);
    assert_eq!(
        (&over[0]["id"], &over[0]["worst"], over[0]["until"].is_string()),
        (&first["id"], &json!("critical"), true)
    );
}

/// Ends every session, in grace or not.
async fn end_all(server: &Server) {
    let path = "/api/v1/organizations/acme/sessions/end";
    let count = server.organization("acme").await["in_use"].clone();
    let wish = json!({"mode": "now", "expect": count});
    server.ask("POST", path, &wish).await.expect(202);
}

#[tokio::test]
async fn three_people_who_were_refused_and_one_who_waits_are_called_about() {
    let server = Server::configured(
        "[[organization]]\nid = \"acme\"\nseats = 1\nwaiting_line = { max = 1 }\nalert_levels = []\n",
    );
    let bounds = json!({"refusals": {"count": 3, "within_s": 2}, "long_wait_s": 1});
    let rules = server.ask("PUT", ALERTS, &bounds).await.expect(200).json();
    assert_eq!(
        (&rules["levels"], &rules["managed_by"]),
        (&json!([]), &json!("file"))
    );
    let (_seated, _) = Widget::login(&server).await;
    let login = |attempt: u8| {
        let attempt = uuid::Uuid::from_bytes([attempt; 16]);
        json!({"type":"login","org":"acme","wait":true,"attempt":attempt})
    };
    let (waiting, place) = Widget::greet(&server, &login(1)).await;
    assert_eq!(place["type"], "waiting");
    // One who tries again is one.
    for attempt in [2, 2, 2, 3] {
        assert_eq!(
            Widget::greet(&server, &login(attempt)).await.1["code"],
            "seats_exhausted"
        );
    }
    let waits = until(&server, |all| !all.is_empty()).await;
    assert_eq!(open(&waits[0]), ["long_wait"]);
    // Those of before are too old by then.
    tokio::time::sleep(Duration::from_secs(3)).await;
    for attempt in [4, 5, 6] {
        assert_eq!(
            Widget::greet(&server, &login(attempt)).await.1["code"],
            "seats_exhausted"
        );
    }

    let both = until(&server, |all| open(&all[0]).len() == 2).await;
    assert_eq!(
        (open(&both[0]), &both[0]["severity"]),
        (
            vec!["long_wait".to_owned(), "refusals".to_owned()],
            &json!("critical")
        )
    );
    waiting.reset();
    let over = until(&server, |all| all[0]["state"] == "over").await;
    assert_eq!(
        (over.len(), over[0]["alarms"].as_array().unwrap().len()),
        (1, 2),
        "{over:?}"
    );
}

#[tokio::test]
async fn an_increase_that_is_needed_is_called_about_before_it_ends_and_another_is_not() {
    let server = Server::with(&["--seats", "acme=1,other=1"]);
    for org in ["acme", "other"] {
        let path = format!("/api/v1/organizations/{org}/increases");
        let until = at(20 * 3_600_000);
        server
            .ask("POST", &path, &json!({"seats": 5, "until": until}))
            .await
            .expect(201);
    }
    server
        .ask("PUT", ALERTS, &json!({"levels": [{"percent": 100}]}))
        .await
        .expect(200);
    let mut widgets = Vec::new();
    seat(&server, &mut widgets, 2).await;

    let ends = until(&server, |all| !all.is_empty()).await;

    assert_eq!(open(&ends[0]), ["increase_ends 7", "increase_ends 1"]);
    let path = "/api/v1/organizations/other/alerts/incidents";
    let others = server.ask("GET", path, &Value::Null).await.json();
    assert_eq!(others["items"], json!([]));
}

#[tokio::test]
async fn many_lines_that_are_lost_at_once_are_called_about_and_hold_the_levels_back() {
    let flags = ["--seats", "acme=20", "--grace", "20s"];
    let mut server = Server::with(&flags);
    let levels = json!([{"percent": 80, "hold_s": 5}, {"percent": 100, "hold_s": 5}]);
    server
        .ask("PUT", ALERTS, &json!({"levels": levels}))
        .await
        .expect(200);
    let mut widgets = Vec::new();
    seat(&server, &mut widgets, 20).await;
    widgets.drain(..8).for_each(Widget::reset);

    let lost = until(&server, |all| !all.is_empty()).await;

    assert_eq!(
        (open(&lost[0]), &lost[0]["severity"]),
        (vec!["mass_loss".to_owned()], &json!("critical"))
    );
    tokio::time::sleep(Duration::from_secs(7)).await;
    let later = until(&server, |_| true).await;
    assert_eq!(open(&later[0]), ["mass_loss"], "the levels are held back");

    // A server that stops and starts loses nobody.
    end_all(&server).await;
    let mut server_of_others = Server::with(&flags);
    let mut widgets = Vec::new();
    seat(&server_of_others, &mut widgets, 15).await;
    server_of_others.terminate();
    assert_eq!(server_of_others.exit_code(), Some(0));
    server_of_others.kill_and_start(&flags);
    assert_eq!(server_of_others.organization("acme").await["in_grace"], 15);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(until(&server_of_others, |_| true).await, [Value::Null; 0]);
    server.terminate();
    assert_eq!(server.exit_code(), Some(0));
}

#[tokio::test]
async fn what_is_set_is_checked_and_a_lost_update_and_the_file_are_respected() {
    let server = Server::configured(
        "[[organization]]\nid = \"acme\"\nseats = 9\nalert_levels = [70, 100]\n[[organization]]\nid = \"other\"\nseats = 9\n",
    );
    let levels = |percents: &[u8]| {
        let levels = percents
            .iter()
            .map(|percent| json!({"percent": percent, "hold_s": 7}));
        json!({"levels": levels.collect::<Vec<_>>()})
    };
    let refused = server.ask("PUT", ALERTS, &levels(&[80, 100])).await.expect(409);
    assert_eq!(refused.problem(), "managed-by-file");
    let times = server.ask("PUT", ALERTS, &levels(&[70, 100])).await.expect(200);
    let of_file = times.json();
    assert_eq!(
        of_file["levels"],
        json!([
            {"percent": 70, "hold_s": 7, "clear_percent": 65, "clear_hold_s": 0},
            {"percent": 100, "hold_s": 7, "clear_percent": null, "clear_hold_s": 300},
        ])
    );

    let other = "/api/v1/organizations/other/alerts";
    let usual = server.ask("GET", other, &Value::Null).await.expect(200);
    let held: Vec<_> = usual.json()["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| level["hold_s"].clone())
        .collect();
    assert_eq!(held, [600, 300, 120, 60]);
    let seen = usual.header("etag").unwrap().to_owned();
    server
        .ask("PUT", other, &json!({"long_wait_s": 5}))
        .await
        .expect(200);
    let late = ask(
        &server.admin,
        "PUT",
        other,
        Some(server.token()),
        &[("If-Match", &seen)],
        "{\"channels\":[]}",
    )
    .await;
    assert_eq!(late.expect(412).problem(), "lost-update");
    let back = server
        .ask("PUT", other, &json!({"long_wait_s": null}))
        .await
        .expect(200);
    assert_eq!(back.header("etag"), Some(seen.as_str()));
    for (body, field) in [
        (json!({"levels": [{"percent": 0}]}), "levels"),
        (json!({"refusals": {"count": 3}}), "refusals"),
        (json!({"long_wait_s": 0}), "long_wait_s"),
        (json!({"channels": ["mail"]}), "channels"),
        (json!({"level": 1}), "level"),
    ] {
        assert_eq!(
            server.ask("PUT", other, &body).await.expect(422).json()["field"],
            field
        );
    }
}

#[tokio::test]
async fn an_organization_that_is_made_again_has_no_incident_of_the_older_one() {
    let server = Server::with(&["--seats", "other=1"]);
    let acme = "/api/v1/organizations/acme";
    server.ask("PUT", acme, &json!({"seats": 1})).await.expect(201);
    server
        .ask("PUT", ALERTS, &json!({"levels": [{"percent": 100, "hold_s": 0}]}))
        .await
        .expect(200);
    let (_seated, _) = Widget::login(&server).await;
    until(&server, |all| all.len() == 1).await;

    server.ask("DELETE", acme, &Value::Null).await.expect(204);
    server.ask("PUT", acme, &json!({"seats": 1})).await.expect(201);

    assert_eq!(until(&server, |_| true).await, [Value::Null; 0]);
    let rules = server.ask("GET", ALERTS, &Value::Null).await.expect(200).json();
    assert_eq!(rules["levels"].as_array().unwrap().len(), 4);
}
