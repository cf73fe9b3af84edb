//! Advice, as administrators ask for it: what is not taken, and what is said before enough is known.

use crate::http::{Roles, ask_as};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/organizations/acme/advice/right-size";
const QUIET: &str = "/api/v1/organizations/acme/advice/quiet-windows";
const HABITS: &str = "/api/v1/organizations/acme/advice/habits";
const REPLAY: &str = "/api/v1/organizations/acme/advice/replay";

#[tokio::test]
async fn before_fourteen_days_it_says_how_many_are_missing() {
    let roles = Roles::start();

    let (status, answer) = ask_as(&roles.server, roles.viewer, "GET", PATH, None).await;

    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["days_to_go"], 14);
    assert_eq!(answer["message"], "advice starts after 14 days: 14 to go");
    assert_eq!(answer.get("recommended"), None);
}

#[tokio::test]
async fn what_cannot_be_reckoned_with_is_named() {
    let roles = Roles::start();

    for (query, field) in [
        ("?buffer=1.01", "buffer"),
        ("?buffer=NaN", "buffer"),
        ("?buffer=-0.1", "buffer"),
        ("?horizon_months=0", "horizon_months"),
        ("?horizon_months=37", "horizon_months"),
        ("?horizon_months=six", "horizon_months"),
    ] {
        let path = format!("{PATH}{query}");
        let (status, answer) = ask_as(&roles.server, roles.admin, "GET", &path, None).await;
        assert_eq!((status, &answer["field"]), (422, &Value::from(field)), "{query}");
    }
    let (status, _) = ask_as(&roles.server, roles.foreign, "GET", PATH, None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_training_that_cannot_be_is_named_and_there_is_no_window_before_fourteen_days() {
    let roles = Roles::start();

    for (query, field) in [
        ("?seats=0", "seats"),
        ("?seats=1000001", "seats"),
        ("?seats=some", "seats"),
        ("?duration_s=59", "duration_s"),
        ("?duration_s=86401", "duration_s"),
        ("?hours=night", "hours"),
    ] {
        let path = format!("{QUIET}{query}");
        let (status, answer) = ask_as(&roles.server, roles.admin, "GET", &path, None).await;
        assert_eq!((status, &answer["field"]), (422, &Value::from(field)), "{query}");
    }
    let path = format!("{QUIET}?seats=20&duration_s=5400&hours=any");
    let (status, answer) = ask_as(&roles.server, roles.viewer, "GET", &path, None).await;
    assert_eq!((status, &answer["days_to_go"]), (200, &Value::from(14)));
    let (status, _) = ask_as(&roles.server, roles.foreign, "GET", QUIET, None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_replay_says_what_is_missing_for_one_and_which_question_is_none() {
    let roles = Roles::start();

    for (body, field) in [
        (json!({"seats": 0}), "seats"),
        (json!({"seats": "many"}), "seats"),
        (json!({"waiting_line": {"max": 0}}), "waiting_line"),
        (json!({"waiting_line": 5}), "waiting_line"),
        (json!({"stagger_minutes": 20}), "stagger_minutes"),
        (json!({"stagger_minutes": 75}), "stagger_minutes"),
        (json!({"seed": -1}), "seed"),
        (
            json!({"from": "2026-11-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"}),
            "to",
        ),
        (
            json!({"from": "2026-08-01T00:00:00Z", "to": "2026-09-02T00:00:00Z"}),
            "from",
        ),
        (json!({"shift": 3}), "shift"),
    ] {
        let (status, answer) = ask_as(&roles.server, roles.admin, "POST", REPLAY, Some(&body)).await;
        assert_eq!((status, &answer["field"]), (422, &Value::from(field)), "{body}");
    }
    let wish = json!({"seats": 9, "waiting_line": true, "stagger_minutes": 30, "seed": 7});
    let (status, answer) = ask_as(&roles.server, roles.viewer, "POST", REPLAY, Some(&wish)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (&answer["days_known"], &answer["days_needed"]),
        (&json!(0), &json!(7))
    );
    assert_eq!(
        (&answer["sessions"], &answer["sessions_needed"]),
        (&json!(0), &json!(50))
    );
    assert_eq!(answer.get("estimate"), None);
    let (status, _) = ask_as(&roles.server, roles.foreign, "POST", REPLAY, Some(&json!({}))).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn before_fourteen_days_there_is_nothing_to_say_of_habits() {
    let roles = Roles::start();

    let (status, answer) = ask_as(&roles.server, roles.viewer, "GET", HABITS, None).await;
    assert_eq!(
        (status, &answer["days_to_go"]),
        (200, &Value::from(14)),
        "{answer}"
    );
    let (status, _) = ask_as(&roles.server, roles.foreign, "GET", HABITS, None).await;
    assert_eq!(status, 404);
}
