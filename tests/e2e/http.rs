//! Requests to the admin listener with a method and a body.

use crate::server::Server;
use serde_json::Value;

/// The answer to a request with the operator's token: status and JSON.
pub async fn ask(server: &Server, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    ask_as(server, server.token(), method, path, body).await
}

pub async fn ask_as(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let answer = server
        .ask_as(token, method, path, body.unwrap_or(&Value::Null))
        .await;
    let body = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    (answer.status, body)
}

/// A configuration with `acme` of `seats` seats and `other`, and tokens of every role.
pub struct Roles {
    pub server: Server,
    pub operator: &'static str,
    pub admin: &'static str,
    pub viewer: &'static str,
    pub foreign: &'static str,
}

impl Roles {
    pub fn start() -> Self {
        let hash = mirabridge_seats::credential::HashedToken::of;
        let mut text =
            "[[organization]]\nid = \"acme\"\nseats = 5\n[[organization]]\nid = \"other\"\nseats = 5\n"
                .to_owned();
        for (label, role, org) in [
            ("ops", "operator", ""),
            ("admin", "admin", "org = \"acme\"\n"),
            ("viewer", "viewer", "org = \"acme\"\n"),
            ("foreign", "admin", "org = \"other\"\n"),
        ] {
            let hash = hash(&format!("at_{label}"));
            text +=
                &format!("[[admin_token]]\nlabel = \"{label}\"\nrole = \"{role}\"\n{org}hash = \"{hash}\"\n");
        }
        Self {
            server: Server::configured(&text),
            operator: "at_ops",
            admin: "at_admin",
            viewer: "at_viewer",
            foreign: "at_foreign",
        }
    }
}
