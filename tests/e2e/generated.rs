//! Requests that are generated from the API's own description: whatever comes, it is answered as described.

use crate::administrator::{Answer, ask};
use crate::draw::Draw;
use crate::schema::misfit;
use crate::server::Server;
use crate::widget::Widget;
use mirabridge_seats::credential::HashedToken;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// One way to ask: method, path, what is described.
type Way = (String, String, Value);

fn ways(description: &Value) -> Vec<Way> {
    let mut ways = Vec::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            ways.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    ways
}

/// Path with query, headers and body of a request to one of `organizations`. `known` are ids of what
/// was made.
fn request(
    draw: &mut Draw,
    way: &Way,
    shapes: &Value,
    organizations: &[&str],
    known: &[String],
) -> (String, Vec<(String, String)>, String) {
    let (_, path, operation) = way;
    let (mut path, mut query, mut headers) = (path.clone(), Vec::new(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let value = match name {
            "org" if draw.below(4) > 0 => json!(draw.one(organizations)),
            "id" if draw.below(4) > 0 && !known.is_empty() => json!(draw.one(known)),
            _ => draw.value(&parameter["schema"], shapes),
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => {
                let text = if text.is_empty() { "x" } else { text.as_str() };
                path = path.replace(&format!("{{{name}}}"), &encoded(text));
            }
            Some("query") if draw.below(2) == 0 => query.push(format!("{name}={}", encoded(&text))),
            Some("header") if draw.below(4) == 0 && text.bytes().all(|byte| (32..127).contains(&byte)) => {
                headers.push((name.to_owned(), text));
            }
            _ => {}
        }
    }
    if !query.is_empty() {
        path += &format!("?{}", query.join("&"));
    }
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let body = match draw.below(16) {
        _ if schema.is_null() => String::new(),
        0 => "{".to_owned(),
        1 => "\u{feff}{}".to_owned(),
        2 => "[".repeat(20_000),
        _ => draw.value(schema, shapes).to_string(),
    };
    (path, headers, body)
}

/// Who asks: an operator most often, since there would be little to see otherwise.
const ROLES: [&str; 6] = ["operator", "operator", "operator", "operator", "admin", "viewer"];
/// Stands in everything that the neighbour has, and in nothing that is asked but for paths.
const MARK: &str = "canary";
/// An organization of which an administrator of `acme` knows the id.
const NEIGHBOUR: &str = "neighbour";

fn server() -> Server {
    let mut text = String::new();
    for (id, name) in [("acme", "acme"), ("other", "other"), (NEIGHBOUR, MARK)] {
        text += &format!("[[organization]]\nid = \"{id}\"\nseats = 2\nname = \"{name}\"\n");
    }
    for role in ["operator", "admin", "viewer"] {
        let org = if role == "operator" {
            ""
        } else {
            "org = \"acme\"\n"
        };
        let hash = HashedToken::of(role);
        text += &format!("[[admin_token]]\nlabel = \"{role}\"\nrole = \"{role}\"\n{org}hash = \"{hash}\"\n");
    }
    Server::configured(&text)
}

/// Gives the neighbour one of each. Returns the ids, which nobody of `acme` may be told.
async fn furnish(server: &Server) -> Vec<String> {
    let soon = "2030-01-01T00:00:00Z";
    let own = |what: &str| format!("/api/v1/organizations/{NEIGHBOUR}/{what}");
    let mut ids = Vec::new();
    for (path, wish) in [
        (own("keys"), json!({"label": MARK})),
        (
            own("increases"),
            json!({"seats": 1, "until": soon, "reason": MARK}),
        ),
        (
            own("webhooks"),
            json!({"url": format!("https://{MARK}.example/")}),
        ),
        (
            "/api/v1/maintenance".to_owned(),
            json!({"title": MARK, "starts_at": soon, "ends_at": "2030-01-01T01:00:00Z", "organizations": [NEIGHBOUR]}),
        ),
        (
            "/api/v1/tokens".to_owned(),
            json!({"label": MARK, "role": "viewer", "org": NEIGHBOUR}),
        ),
    ] {
        let made = server.ask_as("operator", "POST", &path, &wish).await.expect(201);
        ids.push(made.json()["id"].as_str().unwrap().to_owned());
    }
    ids
}

/// Whether an answer of the API is as it is described.
fn judge(answer: &Answer, operation: &Value, shapes: &Value) -> Result<(), String> {
    if answer.status >= 500 && answer.status != 503 {
        return Err("an error of the server".to_owned());
    }
    let described = &operation["responses"][answer.status.to_string()];
    if described.is_null() {
        return Err("not described".to_owned());
    }
    let schema = &described["content"]["application/json"]["schema"];
    match answer.header("content-type") {
        Some("application/json") if schema.is_null() => Err("JSON that is not described".to_owned()),
        Some("application/json") => match misfit(&answer.json(), schema, shapes) {
            Some(wrong) => Err(format!("not as described: {wrong}")),
            None => Ok(()),
        },
        Some("application/problem+json") if answer.json()["status"] == answer.status => Ok(()),
        Some("application/problem+json") => Err("a problem of another status".to_owned()),
        _ if schema.is_null() => Ok(()),
        other => Err(format!("{other:?} and no JSON")),
    }
}

#[test]
fn whatever_is_asked_is_answered_as_it_is_described() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = server();
    let login = json!({"type":"login","org":NEIGHBOUR});
    let (mut widget, seated) = runtime.block_on(Widget::greet(&server, &login));
    let session = seated["session"].as_str().unwrap().to_owned();
    // It answers pings for as long as it takes.
    runtime.spawn(async move { while widget.try_hear().await.is_some() {} });
    let hidden = runtime.block_on(furnish(&server));
    let hidden: Vec<_> = hidden.into_iter().chain([session]).collect();
    let (_, text) = runtime.block_on(server.get("/api/v1/openapi.json", None));
    let description: Value = serde_json::from_str(&text).unwrap();
    let (ways, shapes) = (ways(&description), &description["components"]["schemas"]);
    let met = RefCell::new(BTreeMap::<(&str, u16), usize>::new());
    let made = RefCell::new(Vec::new());

    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(6000);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let all = (
        0..ways.len(),
        0..ROLES.len(),
        prop::collection::vec(any::<u32>(), 0..80),
    );
    TestRunner::new(config)
        .run(&all, |(way, role, choices)| {
            let (way, role) = (&ways[way], ROLES[role]);
            let (organizations, known) = if role == "operator" {
                (["acme", "other"], made.borrow().clone())
            } else {
                (["acme", NEIGHBOUR], [&made.borrow()[..], &hidden[..]].concat())
            };
            let draw = &mut Draw(choices.into_iter());
            let (path, headers, body) = request(draw, way, shapes, &organizations, &known);
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answered = ask(&server.admin, &way.0, &path, Some(role), &headers, &body);
            let answer = runtime.block_on(answered);
            let case = format!(
                "{role}: {} {path} {headers:?} {body:.300}: {} {:.300}",
                way.0, answer.status, answer.body
            );
            if let Err(wrong) = judge(&answer, &way.2, shapes) {
                return Err(TestCaseError::fail(format!("{wrong}: {case}")));
            }
            // Metrics and this description are everybody's.
            if role != "operator" && path.starts_with("/api/v1/") {
                for mark in hidden.iter().map(String::as_str).chain([MARK, NEIGHBOUR]) {
                    prop_assert!(!answer.body.contains(mark), "another's {}: {}", mark, case);
                }
            }
            if role == "operator"
                && answer.status == 201
                && let Some(id) = answer.json()["id"].as_str()
            {
                let mut made = made.borrow_mut();
                made.insert(0, id.to_owned());
                made.truncate(4);
            }
            *met.borrow_mut().entry((role, answer.status)).or_default() += 1;
            Ok(())
        })
        .unwrap();

    let met = met.into_inner();
    if cases >= 6000 {
        for (role, statuses) in [
            ("operator", &[200, 201, 204, 400, 404, 409, 412, 422][..]),
            ("admin", &[200, 201, 400, 403, 404, 422]),
            ("viewer", &[200, 400, 403, 404, 422]),
        ] {
            for status in statuses {
                assert!(
                    met.contains_key(&(role, *status)),
                    "{role}: {status} was never met: {met:?}"
                );
            }
        }
    }
    // Nobody of `acme` changed anything there.
    let page = runtime.block_on(server.ask_as(
        "operator",
        "GET",
        &format!("/api/v1/organizations/{NEIGHBOUR}"),
        &Value::Null,
    ));
    assert_eq!(page.expect(200).json()["connected"], 1);
}
