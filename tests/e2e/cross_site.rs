//! A page of another site in the browser of an administrator, and codes that are guessed.

use crate::administrator::ask;
use crate::server::Server;
use crate::widget::Widget;
use mirabridge_seats::admin::{Least, routes};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn another_site_changes_nothing_is_told_nothing_and_finds_no_cookie() {
    let server = Server::with(&["--seats", "acme=2"]);
    let before = server.organization("acme").await;
    let evil = ("Origin", "https://evil.example");
    let form = ("Content-Type", "text/plain");
    let body = json!({"seats": 9, "label": "x", "role": "operator"}).to_string();
    let mut refused = 0;
    for route in routes() {
        let path = route.path.replace("{org}", "acme").replace("{id}", "x");
        for method in [route.method.as_str(), "OPTIONS"] {
            let answer = ask(&server.admin, method, &path, None, &[evil, form], &body).await;
            let case = format!("{method} {path}: {}", answer.head);
            for header in [
                "access-control-allow-origin",
                "access-control-allow-credentials",
                "set-cookie",
            ] {
                assert_eq!(answer.header(header), None, "{case}");
            }
            if method != "OPTIONS" && route.least != Least::Anybody {
                assert_eq!(answer.status, 401, "{case}");
                refused += 1;
            }
        }
    }
    assert!(refused > 30, "{refused}");
    let after = server.organization("acme").await;
    assert_eq!(
        (&after["limit"], &after["name"]),
        (&before["limit"], &before["name"])
    );
}

#[tokio::test]
async fn guessed_hand_off_codes_wait_their_turn_and_hold_up_nobody_else() {
    const GUESSES: usize = 60;
    let server = Server::with(&["--seats", "acme=1,other=5"]);
    let (_seated, _) = Widget::login(&server).await;
    let begun = Instant::now();
    let mut guesses = tokio::task::JoinSet::new();
    for n in 0..GUESSES {
        let mut widget = Widget::connect(&server).await;
        guesses.spawn(async move {
            let code = format!("AAAA-{n:04}");
            widget
                .send(&json!({"type":"login","org":"acme","handoff":code}))
                .await;
            widget.hear().await["code"].clone()
        });
    }
    let elsewhere = Instant::now();
    let other = json!({"type":"login","org":"other","handoff":"AAAA-AAAA"});
    let (_, said) = Widget::greet(&server, &other).await;
    assert_eq!(said["code"], "handoff_invalid");
    assert!(
        elsewhere.elapsed() < Duration::from_secs(1),
        "another organization waited"
    );

    let answers: Vec<Value> = guesses.join_all().await;

    assert!(
        answers.iter().all(|code| code == "handoff_invalid"),
        "{answers:?}"
    );
    // Twenty at once, and twenty a second.
    assert!(
        begun.elapsed() >= Duration::from_millis(1_500),
        "{:?}",
        begun.elapsed()
    );
}
