//! Tokens of administrators: made once, shown once, kept as a hash.

use super::Desk;
use super::auth::Caller;
use super::body::{Fields, line};
use super::books::State as Books;
use super::books::entries::{Entry, RoleEntry, TokenEntry};
use super::keys::{name_of, random};
use super::page::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use crate::clock::utc;
use crate::config::Role;
use crate::credential::{HashedToken, admin_token};
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Tokens that the API makes.
const MOST_TOKENS: usize = 1000;

#[derive(Serialize)]
pub(super) struct Shown {
    id: String,
    label: String,
    role: &'static str,
    org: Option<String>,
    managed_by: &'static str,
    made_at: Option<String>,
}

pub(super) async fn list(State(desk): State<Arc<Desk>>, caller: Caller, paging: Paging) -> Json<Page<Shown>> {
    let mut tokens: Vec<_> = desk.books.read(|state| {
        let configured = state.file.tokens.iter().map(|token| {
            let (role, id) = (token.role.clone(), name_of(&token.hash));
            (role, id, token.label.clone(), None)
        });
        let made = state.tokens.iter().filter_map(|(id, entry)| {
            let at = rfc3339(Timestamp(entry.made_at));
            Some((entry.role.role()?, id.clone(), entry.label.clone(), Some(at)))
        });
        let all = configured.chain(made).filter(|(role, ..)| reaches(&caller, role));
        all.map(|(role, id, label, made_at)| Shown {
            id,
            label,
            role: word(&role),
            org: role.organization().map(ToString::to_string),
            managed_by: if made_at.is_some() { "api" } else { "file" },
            made_at,
        })
        .collect()
    });
    tokens.sort_by(|one, other| one.id.cmp(&other.id));
    Json(paging.of(tokens, |token| &token.id, Some))
}

pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    mut body: Fields,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let label = body.required("label", line(200))?;
    let role = body.required("role", |value| match value.as_str() {
        Some(role @ ("operator" | "admin" | "viewer")) => Ok(role.to_owned()),
        _ => Err("this is \"operator\", \"admin\" or \"viewer\"".into()),
    })?;
    let org = body
        .optional("org", |value| {
            let id = value.as_str().and_then(|text| OrganizationId::parse(text).ok());
            id.ok_or_else(|| "this is the id of an organization".into())
        })?
        .flatten();
    body.finish()?;
    let role = match (role.as_str(), org) {
        ("operator", None) => Role::Operator,
        ("operator", Some(_)) => {
            return Err(Problem::field(
                "org",
                "an operator works for all organizations; leave this out",
            ));
        }
        (_, None) => {
            return Err(Problem::field(
                "org",
                "this is missing; admin and viewer belong to one",
            ));
        }
        ("admin", Some(org)) => Role::Admin(org),
        (_, Some(org)) => Role::Viewer(org),
    };
    if !reaches(&caller, &role) {
        return Err(Problem::Forbidden);
    }
    let token = Zeroizing::new(admin_token(*random()));
    let id = Uuid::new_v4().to_string();
    let entry = TokenEntry {
        label,
        role: RoleEntry::of(&role),
        hash: HashedToken::of(&token).to_string(),
        made_at: utc().0,
    };
    let shown = json!({
        "id": id, "label": entry.label, "role": word(&role),
        "org": role.organization().map(ToString::to_string),
        "token": *token, "made_at": rfc3339(Timestamp(entry.made_at)),
    });
    let org = role.organization().cloned();
    let plan = move |state: &Books| {
        if role.organization().is_some_and(|org| !state.has(org)) {
            return Err(Problem::field("org", "there is no such organization"));
        }
        let configured = state.file.tokens.iter().map(|token| &token.label);
        let mut labels = configured.chain(state.tokens.values().map(|token| &token.label));
        if labels.any(|label| *label == entry.label) {
            return Err(Problem::conflict("label-taken", "another token has this label"));
        }
        if state.tokens.len() >= MOST_TOKENS {
            return Err(Problem::conflict(
                "too-many",
                "there are at most 1000 tokens; revoke one",
            ));
        }
        Ok((vec![Entry::Token(id, Some(entry))], ()))
    };
    desk.books.change(&caller, org.as_ref(), plan).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

pub(super) async fn revoke(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let found = desk.books.read(|state| {
        let configured = state.file.tokens.iter().find(|token| name_of(&token.hash) == id);
        let made = || state.tokens.get(&id)?.role.role();
        configured
            .map(|token| (token.role.clone(), true))
            .or_else(|| Some((made()?, false)))
    });
    let (role, is_in_file) = found
        .filter(|(role, _)| reaches(&caller, role))
        .ok_or(Problem::NotFound)?;
    if is_in_file {
        let why = "this token is defined by the configuration; remove it there".to_owned();
        return Err(Problem::ManagedByFile { why });
    }
    let plan = move |state: &Books| match state.tokens.contains_key(&id) {
        true => Ok((vec![Entry::Token(id, None)], ())),
        false => Err(Problem::NotFound),
    };
    desk.books.change(&caller, role.organization(), plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a caller may know of tokens of this role.
fn reaches(caller: &Caller, role: &Role) -> bool {
    caller.level() == Least::Operator || role.organization().is_some_and(|org| caller.sees(org))
}

fn word(role: &Role) -> &'static str {
    match role {
        Role::Operator => "operator",
        Role::Admin(_) => "admin",
        Role::Viewer(_) => "viewer",
    }
}
