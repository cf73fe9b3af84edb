//! Every route × every role × an own, a foreign and no organization, generated from the table that
//! the router is built from.

use crate::administrator::ask;
use crate::server::Server;
use mirabridge_seats::admin::{Least, routes};
use mirabridge_seats::credential::HashedToken;
use std::collections::BTreeMap;

/// The contract: the least role of each route.
const CONTRACT: &[(&str, Least)] = &[
    ("GET /", Least::Anybody),
    ("GET /dashboard/{file}", Least::Anybody),
    ("GET /api/v1/me", Least::Viewer),
    ("GET /api/docs", Least::Anybody),
    ("GET /api/docs.css", Least::Anybody),
    ("GET /api/v1/audit", Least::Viewer),
    ("POST /api/v1/links", Least::Viewer),
    ("GET /api/v1/links/{code}", Least::Anybody),
    ("GET /api/v1/live", Least::Viewer),
    ("GET /api/v1/maintenance", Least::Viewer),
    ("POST /api/v1/maintenance", Least::Admin),
    ("GET /api/v1/maintenance/{id}", Least::Viewer),
    ("PATCH /api/v1/maintenance/{id}", Least::Admin),
    ("DELETE /api/v1/maintenance/{id}", Least::Admin),
    ("GET /api/v1/openapi.json", Least::Anybody),
    ("GET /api/v1/organizations", Least::Viewer),
    ("GET /api/v1/organizations/{org}", Least::Viewer),
    ("PUT /api/v1/organizations/{org}", Least::Admin),
    ("DELETE /api/v1/organizations/{org}", Least::Operator),
    ("GET /api/v1/organizations/{org}/advice/habits", Least::Viewer),
    (
        "GET /api/v1/organizations/{org}/advice/quiet-windows",
        Least::Viewer,
    ),
    ("POST /api/v1/organizations/{org}/advice/replay", Least::Viewer),
    ("GET /api/v1/organizations/{org}/advice/right-size", Least::Viewer),
    ("GET /api/v1/organizations/{org}/alerts", Least::Viewer),
    ("PUT /api/v1/organizations/{org}/alerts", Least::Admin),
    ("GET /api/v1/organizations/{org}/alerts/incidents", Least::Viewer),
    ("POST /api/v1/organizations/{org}/alerts/test", Least::Admin),
    ("GET /api/v1/organizations/{org}/webhooks", Least::Viewer),
    ("POST /api/v1/organizations/{org}/webhooks", Least::Admin),
    ("GET /api/v1/organizations/{org}/webhooks/{id}", Least::Viewer),
    ("DELETE /api/v1/organizations/{org}/webhooks/{id}", Least::Admin),
    (
        "GET /api/v1/organizations/{org}/webhooks/{id}/deliveries",
        Least::Viewer,
    ),
    (
        "POST /api/v1/organizations/{org}/webhooks/{id}/replay",
        Least::Admin,
    ),
    ("GET /api/v1/organizations/{org}/increases", Least::Viewer),
    ("POST /api/v1/organizations/{org}/increases", Least::Admin),
    ("GET /api/v1/organizations/{org}/increases/{id}", Least::Viewer),
    ("DELETE /api/v1/organizations/{org}/increases/{id}", Least::Admin),
    (
        "POST /api/v1/organizations/{org}/increases/{id}/confirm",
        Least::Operator,
    ),
    ("GET /api/v1/organizations/{org}/keys", Least::Viewer),
    ("POST /api/v1/organizations/{org}/keys", Least::Admin),
    ("GET /api/v1/organizations/{org}/keys/{id}", Least::Viewer),
    ("DELETE /api/v1/organizations/{org}/keys/{id}", Least::Admin),
    ("GET /api/v1/organizations/{org}/report", Least::Viewer),
    ("GET /api/v1/organizations/{org}/sessions", Least::Viewer),
    ("POST /api/v1/organizations/{org}/sessions/end", Least::Admin),
    ("DELETE /api/v1/organizations/{org}/sessions/{id}", Least::Admin),
    ("POST /api/v1/organizations/{org}/sessions/{id}/end", Least::Admin),
    ("GET /api/v1/organizations/{org}/usage", Least::Viewer),
    ("GET /api/v1/organizations/{org}/usage/heatmap", Least::Viewer),
    ("GET /api/v1/organizations/{org}/usage/levels", Least::Viewer),
    ("GET /api/v1/tokens", Least::Viewer),
    ("POST /api/v1/tokens", Least::Admin),
    ("DELETE /api/v1/tokens/{id}", Least::Admin),
    ("GET /demo", Least::Anybody),
    ("GET /demo/{file}", Least::Anybody),
    ("GET /healthz", Least::Anybody),
    ("GET /metrics", Least::Anybody),
    ("GET /readyz", Least::Anybody),
];

/// Operators make organizations.
const MAKES: &str = "PUT /api/v1/organizations/{org}";

const ROLES: [(&str, Option<Least>); 5] = [
    ("none", None),
    ("unknown", None),
    ("viewer", Some(Least::Viewer)),
    ("admin", Some(Least::Admin)),
    ("operator", Some(Least::Operator)),
];

fn server() -> Server {
    let token = |role: &str| {
        let org = if role == "operator" { "" } else { "org = \"own\"\n" };
        let hash = HashedToken::of(role);
        format!("[[admin_token]]\nlabel = \"{role}\"\nrole = \"{role}\"\n{org}hash = \"{hash}\"\n")
    };
    let organizations = ["own", "foreign"].map(|id| {
        format!("[[organization]]\nid = \"{id}\"\nseats = 1\nname = \"{id}\"\npolicy = \"block\"\n")
    });
    let tokens = ["viewer", "admin", "operator"].map(token);
    // Wrong tokens of an address are bounded, but for those behind a trusted proxy.
    let guessing = "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n";
    Server::configured(&(guessing.to_owned() + &organizations.concat() + &tokens.concat()))
}

#[test]
fn every_route_stands_in_the_contract() {
    let table: BTreeMap<_, _> = routes()
        .iter()
        .map(|route| (format!("{} {}", route.method, route.path), route.least))
        .collect();
    let contract = CONTRACT
        .iter()
        .map(|(route, least)| ((*route).to_owned(), *least));
    assert_eq!(table, contract.collect());
    assert_eq!(routes().len(), CONTRACT.len(), "a route stands twice");
}

#[tokio::test]
async fn a_token_reaches_what_its_role_may_in_its_organization_and_nothing_else() {
    let server = server();
    let mut judged = BTreeMap::new();
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let organizations: &[&str] = if route.path.contains("{org}") {
            &["own", "foreign", "nobody"]
        } else {
            &["own"]
        };
        for (role, level) in ROLES {
            for organization in organizations {
                let path = route.path.replace("{org}", organization);
                let path = path.replace("{id}", "00000000-0000-4000-8000-000000000000");
                let token = (role != "none").then_some(role);
                let answer = ask(&server.admin, route.method.as_str(), &path, token, &[], "").await;

                let may_see = level == Some(Least::Operator) || *organization == "own";
                let is_there = *organization != "nobody" || (name == MAKES && level == Some(Least::Operator));
                let expected = match level {
                    _ if route.least == Least::Anybody => None,
                    None => Some(401),
                    Some(_) if !may_see || !is_there => Some(404),
                    Some(level) if level < route.least => Some(403),
                    Some(_) => None,
                };
                let case = format!(
                    "{name} as {role} in {organization}: {} {}",
                    answer.status, answer.body
                );
                match expected {
                    Some(status) => {
                        assert_eq!(answer.status, status, "{case}");
                        assert!(!answer.body.contains("foreign"), "{case}");
                    }
                    None => {
                        let refusals = [401, 403, 405, 500, 503];
                        assert!(!refusals.contains(&answer.status), "{case}");
                        assert!(
                            answer.status != 404 || path.contains("-4000-") || route.least == Least::Anybody,
                            "{case}"
                        );
                    }
                }
                *judged.entry(expected).or_insert(0) += 1;
            }
        }
    }
    for expected in [None, Some(401), Some(403), Some(404)] {
        assert!(judged.contains_key(&expected), "{judged:?}");
    }
}

#[tokio::test]
async fn a_wrong_method_or_path_is_a_problem_of_its_own() {
    let server = server();
    let asked = |method: &'static str, path: &'static str| {
        let admin = &server.admin;
        async move { ask(admin, method, path, Some("operator"), &[], "").await }
    };
    assert_eq!(
        asked("DELETE", "/api/v1/organizations")
            .await
            .expect(405)
            .problem(),
        "method-not-allowed"
    );
    assert_eq!(
        asked("GET", "/api/v1/nothing").await.expect(404).problem(),
        "not-found"
    );
    assert_eq!(
        asked("GET", "/api/v1/organizations/NO")
            .await
            .expect(404)
            .problem(),
        "not-found"
    );
}
