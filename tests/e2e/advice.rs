//! How many seats are right, as administrators ask for it.

use crate::http::{Roles, ask_as};
use serde_json::Value;

const PATH: &str = "/api/v1/organizations/acme/advice/right-size";

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
