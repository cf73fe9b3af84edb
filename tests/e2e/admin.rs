use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};

#[tokio::test]
async fn an_organization_is_shown_with_numbers_of_one_instant() {
    let server = Server::start(60_000);
    let (mut one, _) = Widget::login(&server).await;
    let (two, _) = Widget::login(&server).await;
    let (_, _) = Widget::login(&server).await;
    one.send(&json!({"type":"status","on_call":true})).await;
    one.send(&json!({"type":"probe"})).await;
    one.hear().await;
    two.reset();
    let numbers = loop {
        let numbers = server.organization("acme").await;
        if numbers["in_grace"] == 1 {
            break numbers;
        }
    };

    assert_eq!(numbers["limit"], json!({"total":2,"base":2,"increases":0}));
    for (name, count) in [
        ("in_use", 2),
        ("connected", 1),
        ("free", 0),
        ("on_call", 1),
        ("refused_last_hour", 1),
    ] {
        assert_eq!(numbers[name], count, "{name}");
    }
    assert_eq!(numbers["peak_today"]["seats"], 2);
}

#[tokio::test]
async fn nothing_is_shown_without_a_token_and_foreign_is_missing() {
    let server = Server::start(60_000);
    for token in [None, Some("at_wrong")] {
        let (status, body) = server.get("/api/v1/organizations", token).await;
        assert_eq!(status, 401);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["status"], 401);
    }
    let token = server.token();
    assert_eq!(
        server.get("/api/v1/organizations/nobody", Some(token)).await.0,
        404
    );
    assert_eq!(
        server.get("/api/v1/organizations?limit=0", Some(token)).await.0,
        400
    );
    assert_eq!(server.get("/healthz", None).await, (200, "ok\n".to_owned()));
    assert_eq!(server.get("/readyz", None).await.0, 200);
}

#[tokio::test]
async fn all_metrics_of_the_contract_are_there_from_the_start() {
    let server = Server::start(60_000);
    let (status, text) = server.get("/metrics", None).await;
    assert_eq!(status, 200);
    let codes = [
        "seats_exhausted",
        "no_allocation",
        "session_gone",
        "unauthorized",
        "origin_not_allowed",
        "handoff_invalid",
        "maintenance",
        "overloaded",
        "rate_limited",
    ];
    let causes = ["logout", "purged", "terminated", "withdrawn", "handed_off"];
    let refusals = codes.map(|code| format!("mirabridge_seats_refusals_total{{code=\"{code}\"}} 0"));
    let releases = causes.map(|cause| format!("mirabridge_seats_releases_total{{cause=\"{cause}\"}} 0"));
    for metric in refusals.iter().chain(&releases) {
        assert!(text.contains(metric.as_str()), "{metric} is missing in\n{text}");
    }
    for metric in [
        "mirabridge_seats_in_use{org=\"acme\"} 0",
        "mirabridge_seats_limit{org=\"acme\"} 2",
        "mirabridge_seats_connected{",
        "mirabridge_seats_in_grace{",
        "mirabridge_seats_waiting{",
        "mirabridge_seats_logins_total 0",
        "mirabridge_seats_refusals_total{code=\"seats_exhausted\"} 0",
        "mirabridge_seats_releases_total{cause=\"purged\"} 0",
        "mirabridge_seats_login_seconds_count 0",
        "mirabridge_seats_purge_lateness_seconds_count 0",
        "mirabridge_seats_store_commit_seconds_count 0",
        "mirabridge_seats_connections 0",
        "mirabridge_seats_build_info{",
    ] {
        assert!(text.contains(metric), "{metric} is missing in\n{text}");
    }
}

#[tokio::test]
async fn a_widget_key_opens_its_organization_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    let hash = mirabridge_seats::credential::HashedToken::of("wk_right");
    let text = format!("[[organization]]\nid = \"acme\"\nseats = 2\nkeys = [\"{hash}\"]\n");
    std::fs::write(&file, text).unwrap();
    let server = Server::with(&["--config", file.to_str().unwrap()]);

    for (key, answer) in [(json!("wk_right"), "seated"), (json!("wk_wrong"), "refused")] {
        let (_, said) = Widget::greet(&server, &json!({"type":"login","org":"acme","key":key})).await;
        assert_eq!(said["type"], answer);
    }
    let (_, without) = Widget::login(&server).await;
    assert_eq!(without["code"], "unauthorized");
}

#[tokio::test]
async fn every_metric_stands_in_the_operators_manual() {
    let server = Server::start(60_000);
    let (_, text) = server.get("/metrics", None).await;
    let manual = std::fs::read_to_string("docs/operations.md").unwrap();
    let names = text.lines().filter_map(|line| {
        let name = line.strip_prefix("# TYPE mirabridge_seats")?;
        name.split(' ').next()
    });
    let names: Vec<_> = names.collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names {
        assert!(
            manual.contains(name),
            "mirabridge_seats{name} is not in docs/operations.md"
        );
    }
}

#[tokio::test]
async fn organizations_are_told_apart_in_the_metrics_or_not_as_it_is_asked() {
    let server = Server::with(&["--seats", "acme=2,other=3"]);
    for (query, seats) in [
        ("", "mirabridge_seats_limit{org=\"other\"} 3"),
        ("?by=org", "mirabridge_seats_limit{org=\"acme\"} 2"),
        ("?by=none", "mirabridge_seats_limit 5"),
    ] {
        let (status, text) = server.get(&format!("/metrics{query}"), None).await;
        assert!(status == 200 && text.contains(seats), "{query}: {text}");
    }
    assert_eq!(server.get("/metrics?by=agent", None).await.0, 422);
}

#[tokio::test]
async fn metrics_are_for_operators_where_the_configuration_says_so() {
    let server = Server::configured(
        "[server]\nmetrics_need_token = true\n[[organization]]\nid = \"acme\"\nseats = 2\n",
    );
    let asked = async |token: Option<&str>| server.get("/metrics", token).await;
    let viewer = server
        .ask(
            "POST",
            "/api/v1/tokens",
            &json!({"label":"v","role":"viewer","org":"acme"}),
        )
        .await
        .expect(201)
        .json();

    let (without, body) = asked(None).await;
    assert!(without == 401 && !body.contains("acme"), "{body}");
    let (foreign, body) = asked(viewer["token"].as_str()).await;
    assert!(foreign == 403 && !body.contains("limit{"), "{body}");
    let (status, body) = asked(Some(server.token())).await;
    assert!(
        status == 200 && body.contains("mirabridge_seats_limit{org=\"acme\"} 2"),
        "{body}"
    );
    assert_eq!(server.get("/readyz", None).await.0, 200);
}
