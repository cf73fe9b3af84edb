//! Temporary increases: they count to the second, add up, and end nobody.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const ALL: &str = "/api/v1/organizations/acme/increases";

/// A time so many milliseconds from here.
pub fn at(milliseconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let at = i64::try_from(now).unwrap() + milliseconds;
    jiff_text(at)
}

fn jiff_text(at: i64) -> String {
    let text = mirabridge_seats::protocol::rfc3339(mirabridge_seats::seats::Timestamp(at));
    text.replace('Z', &format!(".{:03}Z", at.rem_euclid(1000)))
}

fn increase(seats: u32, from: i64, until: i64) -> Value {
    json!({"seats": seats, "from": at(from), "until": at(until), "reason": "campaign"})
}

fn path(made: &Value) -> String {
    format!("{ALL}/{}", made["id"].as_str().unwrap())
}

const HOUR: i64 = 3_600_000;

/// A token of an administrator of `acme`.
async fn admin_of_acme(server: &Server) -> String {
    let body = json!({"label": "lead", "role": "admin", "org": "acme"});
    let made = server.ask("POST", "/api/v1/tokens", &body).await.expect(201);
    made.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn increases_start_and_end_by_themselves_add_up_and_end_nobody() {
    let server = Server::with(&["--seats", "acme=1"]);
    let short = server
        .ask("POST", ALL, &increase(1, 0, 2_500))
        .await
        .expect(201)
        .json();
    server
        .ask("POST", ALL, &increase(1, -HOUR, 2_000))
        .await
        .expect(201);
    let later = server
        .ask("POST", ALL, &increase(5, HOUR, 2 * HOUR))
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&short["state"], &later["state"]),
        (&json!("running"), &json!("scheduled"))
    );
    let numbers = server.organization("acme").await;
    assert_eq!(numbers["limit"], json!({"total": 3, "base": 1, "increases": 2}));
    let mut seated = Vec::new();
    for _ in 0..3 {
        let (widget, answer) = Widget::login(&server).await;
        assert_eq!(answer["type"], "seated");
        seated.push(widget);
    }

    let start = std::time::Instant::now();
    while server.organization("acme").await["limit"]["total"] != 1 {
        assert!(start.elapsed() < Duration::from_secs(20), "they do not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    assert_eq!(server.organization("acme").await["over_allocation"], 2);
    for widget in &mut seated {
        widget.assert_alive().await;
    }
    assert_eq!(Widget::login(&server).await.1["code"], "seats_exhausted");
    assert_eq!(
        server.ask("GET", &path(&short), &Value::Null).await.json()["state"],
        "ended"
    );
    assert_eq!(
        server
            .ask("DELETE", &path(&short), &Value::Null)
            .await
            .expect(409)
            .problem(),
        "increase-ended"
    );
    server
        .ask("DELETE", &path(&later), &Value::Null)
        .await
        .expect(204);
    server.ask("GET", &path(&later), &Value::Null).await.expect(404);
}

#[tokio::test]
async fn an_admins_increase_runs_within_the_self_service_and_waits_for_an_operator_beyond() {
    let mut server = Server::with(&["--seats", "acme=1"]);
    let admin = &admin_of_acme(&server).await;
    let asked = server
        .ask_as(admin, "POST", ALL, &increase(1, 0, HOUR))
        .await
        .expect(201)
        .json();
    assert_eq!(asked["state"], "requested");
    assert_eq!(server.organization("acme").await["limit"]["total"], 1);

    let confirm = format!("{}/confirm", path(&asked));
    server
        .ask_as(admin, "POST", &confirm, &Value::Null)
        .await
        .expect(403);
    let confirmed = server
        .ask("POST", &confirm, &Value::Null)
        .await
        .expect(200)
        .json();
    assert_eq!(confirmed["state"], "running");
    assert_eq!(server.organization("acme").await["limit"]["total"], 2);

    let bounds = json!({"self_service": {"seats": 4, "days": 2}});
    server
        .ask("PUT", "/api/v1/organizations/acme", &bounds)
        .await
        .expect(200);
    for (seats, hours, state) in [
        (3, 1, "running"),
        (2, 1, "requested"),
        (1, 49, "requested"),
        (1, 1, "running"),
    ] {
        let made = server
            .ask_as(admin, "POST", ALL, &increase(seats, 0, hours * HOUR))
            .await
            .expect(201)
            .json();
        assert_eq!(made["state"], state, "{seats} for {hours} h");
    }
    server.kill_and_start(&["--seats", "acme=1"]);
    assert_eq!(
        server.organization("acme").await["limit"],
        json!({"total": 6, "base": 1, "increases": 5})
    );
}

#[tokio::test]
async fn an_increase_that_runs_ends_at_a_word_and_still_counts_for_the_month() {
    let server = Server::configured(
        "[[organization]]\nid = \"acme\"\nseats = 1\nself_service = { seats = 2, days = 5 }\n\
        [[organization.increase]]\nseats = 7\nfrom = 2020-01-01T00:00:00Z\nuntil = 2020-01-02T00:00:00Z\n",
    );
    let admin = &admin_of_acme(&server).await;
    let made = server
        .ask_as(admin, "POST", ALL, &increase(2, 0, HOUR))
        .await
        .expect(201)
        .json();

    server
        .ask_as(admin, "DELETE", &path(&made), &Value::Null)
        .await
        .expect(204);

    assert_eq!(server.organization("acme").await["limit"]["total"], 1);
    let again = server
        .ask_as(admin, "POST", ALL, &increase(1, 0, HOUR))
        .await
        .expect(201)
        .json();
    assert_eq!(again["state"], "requested");
    let all = server.ask("GET", ALL, &Value::Null).await.json();
    let of_file = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["seats"] == 7)
        .unwrap()
        .clone();
    assert_eq!(of_file["state"], "ended");
    assert_eq!(
        server
            .ask("DELETE", &path(&of_file), &Value::Null)
            .await
            .expect(409)
            .problem(),
        "managed-by-file"
    );
    for (body, field) in [
        (json!({"seats": 0, "from": at(0), "until": at(HOUR)}), "seats"),
        (json!({"seats": 1, "from": at(HOUR), "until": at(0)}), "until"),
        (json!({"seats": 1, "from": at(-HOUR), "until": at(-1)}), "until"),
        (json!({"seats": 1, "from": "now", "until": at(HOUR)}), "from"),
    ] {
        assert_eq!(
            server.ask("POST", ALL, &body).await.expect(422).json()["field"],
            field
        );
    }
}
