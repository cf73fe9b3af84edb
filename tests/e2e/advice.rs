//! Advice, as administrators ask for it: what is not taken, and what is said before enough is known.

use crate::http::{Roles, ask_as};
use serde_json::Value;

const PATH: &str = "/api/v1/organizations/acme/advice/right-size";
const QUIET: &str = "/api/v1/organizations/acme/advice/quiet-windows";

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
