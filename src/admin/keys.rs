//! Widget keys: made once, shown once, kept as a hash.

use super::body::{Fields, line};
use super::books::entries::{Entry, KeyEntry};
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::settings::defined_by_file;
use super::{Desk, auth};
use crate::clock::utc;
use crate::credential::{HashedToken, widget_key};
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use auth::Caller;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Keys of one organization.
const MOST_KEYS: usize = 100;

/// A widget key, without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub(super) struct Shown {
    id: String,
    label: Option<String>,
    /// `api` or `file`.
    managed_by: &'static str,
    #[schema(format = DateTime)]
    made_at: Option<String>,
}

/// What a new key is for.
#[derive(ToSchema)]
#[schema(as = KeyWish)]
pub(super) struct Wish {
    /// One line of at most 200 characters.
    label: Option<String>,
}

/// A new key.
#[derive(Serialize, ToSchema)]
#[schema(as = NewKey)]
pub(super) struct Made {
    id: String,
    label: Option<String>,
    /// The text. It is shown here and never again.
    #[schema(value_type = String)]
    key: Zeroizing<String>,
    #[schema(format = DateTime)]
    made_at: String,
}

/// The keys of an organization.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/keys", tag = "keys",
    params(("org" = String, Path), Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    auth::Organization(id): auth::Organization,
    paging: Paging,
) -> Json<Page<Shown>> {
    let mut keys = keys_of(&desk, &id);
    keys.sort_by(|one, other| one.id.cmp(&other.id));
    Json(paging.of(keys, |key| &key.id, Some))
}

/// A key of an organization.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/keys/{id}", tag = "keys",
    params(("org" = String, Path), ("id" = String, Path)), responses((status = 200, body = Shown)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Shown>, Problem> {
    let mut keys = keys_of(&desk, &org).into_iter();
    let key = keys.find(|key| key.id == id).ok_or(Problem::NotFound)?;
    Ok(Json(key))
}

fn keys_of(desk: &Desk, id: &OrganizationId) -> Vec<Shown> {
    desk.books.read(|state| {
        let made = state.keys_of(id).map(|(key, entry)| Shown {
            id: key.to_owned(),
            label: entry.label.clone(),
            managed_by: "api",
            made_at: Some(rfc3339(Timestamp(entry.made_at))),
        });
        let file = state.file.organizations.get(id);
        let configured = file.into_iter().flat_map(|one| &one.keys).map(|hash| Shown {
            id: name_of(hash),
            label: None,
            managed_by: "file",
            made_at: None,
        });
        made.chain(configured).collect()
    })
}

/// Makes a key.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/keys", tag = "keys",
    params(("org" = String, Path)), request_body = Wish,
    responses((status = 201, body = Made), (status = 409, description = "There are as many as there may be")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    mut body: Fields,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let Wish { label } = Wish {
        label: body.optional("label", line(200))?.flatten(),
    };
    body.finish()?;
    let key = Zeroizing::new(widget_key(*random()));
    let id = Uuid::new_v4().to_string();
    let entry = KeyEntry {
        label,
        hash: HashedToken::of(&key).to_string(),
        made_at: utc().0,
    };
    let made = Made {
        id: id.clone(),
        label: entry.label.clone(),
        key,
        made_at: rfc3339(Timestamp(entry.made_at)),
    };
    let owner = org.clone();
    let plan = move |state: &super::books::State| {
        if state.keys_of(&owner).count() >= MOST_KEYS {
            return Err(Problem::conflict(
                "too-many",
                "an organization has at most 100 keys; revoke one",
            ));
        }
        Ok((vec![Entry::Key(owner, id, Some(entry))], ()))
    };
    desk.books.change(&caller, Some(&org), plan).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Revokes a key. Sessions go on.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}/keys/{id}", tag = "keys",
    params(("org" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 409, description = "The configuration defines it, or nothing would be asked for")))]
pub(super) async fn revoke(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let owner = org.clone();
    let plan = move |state: &super::books::State| {
        let configured = state
            .file
            .organizations
            .get(&owner)
            .into_iter()
            .flat_map(|one| &one.keys);
        if configured.map(name_of).any(|name| name == id) {
            return Err(defined_by_file(state, &owner, Some("keys")));
        }
        let settings = state.effective(&owner).ok_or(Problem::NotFound)?;
        if !state.keys.contains_key(&(owner.clone(), id.clone())) {
            return Err(Problem::NotFound);
        }
        let would_be_open = settings.asks_for_public_key_only() && settings.keys.len() == 1;
        if would_be_open && !state.file.may_be_open {
            let why =
                "without this key, anybody who reaches the listener could log in; make another one first";
            return Err(Problem::conflict("would-be-open", why));
        }
        Ok((vec![Entry::Key(owner, id, None)], ()))
    };
    desk.books.change(&caller, Some(&org), plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A name for a credential of the configuration that tells nothing of it.
pub(super) fn name_of(hash: &HashedToken) -> String {
    use sha2::{Digest as _, Sha256};
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(hash.to_string())[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

pub(super) fn random() -> Zeroizing<[u8; 32]> {
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *random).expect("the system gives random numbers");
    random
}
