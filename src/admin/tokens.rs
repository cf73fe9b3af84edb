//! Tokens of administrators: made once, shown once, kept as a hash.

use super::Desk;
use super::auth::Caller;
use super::body::{Fields, line};
use super::books::State as Books;
use super::books::entries::{Entry, RoleEntry, TokenEntry};
use super::keys::{name_of, random};
use super::paging::{Page, Paging};
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
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Tokens that the API makes.
const MOST_TOKENS: usize = 1000;

/// A token, without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub(super) struct Shown {
    id: String,
    label: String,
    role: RoleName,
    org: Option<String>,
    /// `api` or `file`.
    managed_by: &'static str,
    #[schema(format = DateTime)]
    made_at: Option<String>,
}

/// What a token may do.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub(super) enum RoleName {
    Operator,
    Admin,
    Viewer,
}

/// What a new token is for.
#[derive(ToSchema)]
#[schema(as = TokenWish)]
pub(super) struct Wish {
    /// What the audit log calls it: one line of at most 200 characters.
    label: String,
    role: RoleName,
    /// The organization of an `admin` or a `viewer`.
    #[schema(value_type = Option<String>)]
    org: Option<OrganizationId>,
}

/// A new token.
#[derive(Serialize, ToSchema)]
#[schema(as = NewToken)]
pub(super) struct Made {
    id: String,
    label: String,
    role: RoleName,
    org: Option<String>,
    /// The text. It is shown here and never again.
    #[schema(value_type = String)]
    token: Zeroizing<String>,
    #[schema(format = DateTime)]
    made_at: String,
}

/// The tokens that this one reaches: all for an operator, those of its organization for an admin.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
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
            role: RoleName::of(&role),
            org: role.organization().map(ToString::to_string),
            managed_by: if made_at.is_some() { "api" } else { "file" },
            made_at,
        })
        .collect()
    });
    tokens.sort_by(|one, other| one.id.cmp(&other.id));
    Json(paging.of(tokens, |token| &token.id, Some))
}

/// Makes a token. An admin makes those of its organization.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = Wish,
    responses((status = 201, body = Made), (status = 409, description = "The label is taken, or there are too many")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    mut body: Fields,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let wish = Wish {
        label: body.required("label", line(200))?,
        role: body.required("role", role_name)?,
        org: body.optional("org", organization)?.flatten(),
    };
    body.finish()?;
    let (role, label) = (wish.role()?, wish.label);
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
    let made = Made {
        id: id.clone(),
        label: entry.label.clone(),
        role: RoleName::of(&role),
        org: role.organization().map(ToString::to_string),
        token,
        made_at: rfc3339(Timestamp(entry.made_at)),
    };
    let org = role.organization().cloned();
    let plan = move |state: &Books| {
        if role.organization().is_some_and(|org| !state.has(org)) {
            return Err(Problem::field("org", "there is no such organization"));
        }
        // Among those of the same organization: a label of another is not to be found out.
        let configured = state.file.tokens.iter();
        let configured = configured.map(|token| (token.role.organization().cloned(), &token.label));
        let made = state.tokens.values();
        let made = made.map(|token| {
            (
                token.role.role().and_then(|role| role.organization().cloned()),
                &token.label,
            )
        });
        if configured
            .chain(made)
            .any(|(of, label)| of.as_ref() == role.organization() && *label == entry.label)
        {
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
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes a token: from here on it opens nothing.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204), (status = 409, description = "The configuration defines it")))]
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

impl RoleName {
    pub(super) fn of(role: &Role) -> Self {
        match role {
            Role::Operator => Self::Operator,
            Role::Admin(_) => Self::Admin,
            Role::Viewer(_) => Self::Viewer,
        }
    }
}

impl Wish {
    fn role(&self) -> Result<Role, Problem> {
        let wrong = |why: &'static str| Err(Problem::field("org", why));
        match (self.role, self.org.clone()) {
            (RoleName::Operator, None) => Ok(Role::Operator),
            (RoleName::Operator, Some(_)) => wrong("an operator works for all organizations; leave this out"),
            (RoleName::Admin | RoleName::Viewer, None) => {
                wrong("this is missing; admin and viewer belong to one")
            }
            (RoleName::Admin, Some(org)) => Ok(Role::Admin(org)),
            (RoleName::Viewer, Some(org)) => Ok(Role::Viewer(org)),
        }
    }
}

fn role_name(value: &Value) -> Result<RoleName, Cow<'static, str>> {
    match value.as_str() {
        Some("operator") => Ok(RoleName::Operator),
        Some("admin") => Ok(RoleName::Admin),
        Some("viewer") => Ok(RoleName::Viewer),
        _ => Err("this is \"operator\", \"admin\" or \"viewer\"".into()),
    }
}

fn organization(value: &Value) -> Result<OrganizationId, Cow<'static, str>> {
    let id = value.as_str().and_then(|text| OrganizationId::parse(text).ok());
    id.ok_or_else(|| "this is the id of an organization".into())
}
