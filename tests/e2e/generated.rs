//! Requests that are generated from the API's own description: whatever comes, it is answered as described.

use crate::administrator::ask;
use crate::server::Server;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What the generator draws from; it shrinks with the case.
struct Draw(std::vec::IntoIter<u32>);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        self.0.next().unwrap_or(0) as usize % most
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn text(&mut self) -> String {
        let odd = [
            "",
            "acme",
            "own",
            "other",
            "x",
            "ä",
            "\u{202e}",
            "<script>",
            "=HYPERLINK()",
            "a\u{0}b",
            "-1",
            "1e999",
            "2030-01-01T00:00:00Z",
            "1999-01-01T00:00:00+14:00",
            "Europe/Berlin",
            "https://good.example",
            "now",
            "cancelled",
            "operator",
            "/api/v1/audit",
            "9999999999999999999",
        ];
        match self.below(odd.len() + 1) {
            all if all == odd.len() => "x".repeat(3000),
            one => odd[one].to_owned(),
        }
    }

    fn anything(&mut self) -> Value {
        match self.below(8) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(100)),
            3 => json!(-1),
            4 => json!(1e300),
            5 => json!([self.text()]),
            6 => json!({"burst": self.below(9)}),
            _ => json!(self.text()),
        }
    }

    /// A value of this schema, or once in a while anything.
    fn value(&mut self, schema: &Value, shapes: &Value) -> Value {
        if self.below(8) == 0 {
            return self.anything();
        }
        if let Some(name) = schema["$ref"].as_str() {
            let shape = name.rsplit('/').next().and_then(|name| shapes.get(name));
            return self.value(shape.expect("a shape that is described"), shapes);
        }
        if let Some(choices) = schema["enum"].as_array() {
            return self.one(choices);
        }
        for several in ["oneOf", "anyOf"] {
            if let Some(several) = schema[several].as_array() {
                let chosen = self.one(several);
                return self.value(&chosen, shapes);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            let parts = all.iter().map(|part| self.value(part, shapes));
            let parts = parts.filter_map(|part| part.as_object().cloned()).flatten();
            return Value::Object(parts.collect());
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => self.one(kinds),
            one => one.clone(),
        };
        match kind.as_str() {
            Some("integer" | "number") => {
                self.one(&[json!(0), json!(1), json!(5), json!(60), json!(1_000_000)])
            }
            Some("boolean") => json!(self.below(2) == 0),
            Some("string") if schema["format"] == "date-time" => {
                json!(self.one(&[
                    "2030-01-01T00:00:00Z",
                    "2031-01-01T00:00:00Z",
                    "1970-01-01T00:00:00Z"
                ]))
            }
            Some("string") => json!(self.text()),
            Some("array") => {
                let length = self.below(3);
                (0..length)
                    .map(|_| self.value(&schema["items"], shapes))
                    .collect()
            }
            Some("object") => self.object(schema, shapes),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, shapes: &Value) -> Value {
        let mut object = Map::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = schema["required"]
                .as_array()
                .is_some_and(|all| all.contains(&json!(name)));
            if is_required || self.below(2) == 0 {
                object.insert(name.clone(), self.value(field, shapes));
            }
        }
        if self.below(8) == 0 {
            object.insert(self.text(), Value::Null);
        }
        Value::Object(object)
    }
}

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

/// Path with query, headers and body of a request. `known` are ids of what was made.
fn request(
    draw: &mut Draw,
    way: &Way,
    shapes: &Value,
    known: &[String],
) -> (String, Vec<(String, String)>, String) {
    let (_, path, operation) = way;
    let (mut path, mut query, mut headers) = (path.clone(), Vec::new(), Vec::new());
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let value = match name {
            "org" if draw.below(4) > 0 => json!(draw.one(&["acme", "other"])),
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

#[test]
fn whatever_is_asked_is_answered_as_it_is_described() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = Server::with(&["--seats", "acme=2,other=2"]);
    let (_, text) = runtime.block_on(server.get("/api/v1/openapi.json", None));
    let description: Value = serde_json::from_str(&text).unwrap();
    let (ways, shapes) = (ways(&description), &description["components"]["schemas"]);
    let met = RefCell::new(BTreeMap::<u16, usize>::new());
    let made = RefCell::new(Vec::new());

    let cases = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(3000);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let all = (0..ways.len(), prop::collection::vec(any::<u32>(), 0..80));
    TestRunner::new(config)
        .run(&all, |(way, choices)| {
            let way = &ways[way];
            let (path, headers, body) = request(&mut Draw(choices.into_iter()), way, shapes, &made.borrow());
            let headers: Vec<_> = headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let answered = ask(
                &server.admin,
                &way.0,
                &path,
                Some(server.token()),
                &headers,
                &body,
            );
            let answer = runtime.block_on(answered);
            let described = way.2["responses"].as_object().unwrap();
            let case = format!(
                "{} {path} {headers:?} {body:.300}: {} {:.300}",
                way.0, answer.status, answer.body
            );
            prop_assert!(answer.status < 500 || answer.status == 503, "{}", case);
            prop_assert!(
                described.contains_key(&answer.status.to_string()),
                "not described: {}",
                case
            );
            if answer.status == 201
                && let Some(id) = answer.json()["id"].as_str()
            {
                let mut made = made.borrow_mut();
                made.insert(0, id.to_owned());
                made.truncate(4);
            }
            *met.borrow_mut().entry(answer.status).or_default() += 1;
            Ok(())
        })
        .unwrap();

    let met = met.into_inner();
    if cases >= 3000 {
        for status in [200, 201, 204, 400, 404, 409, 412, 422] {
            assert!(met.contains_key(&status), "{status} was never met: {met:?}");
        }
    }
}
