//! Where events go: made once, their secret shown once.

mod deliveries;

pub(super) use deliveries::{__path_deliveries, __path_replay, DeliveryStateName, deliveries, replay};

use super::body::Fields;
use super::books::State as Books;
use super::books::entries::{Entry, WebhookEntry};
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use super::{Desk, auth, keys};
use crate::clock::utc;
use crate::notify::{EventKind, Secret, Target};
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use auth::Caller;
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

/// Webhooks of one organization.
const MOST_WEBHOOKS: usize = 10;

/// A webhook, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(super) struct Shown {
    id: String,
    /// Viewers see no path: it may be as good as a password.
    url: String,
    /// The types that it is told of, `test.ping` aside.
    events: Vec<String>,
    state: Standing,
    /// Since when the receiver wants no more.
    #[schema(format = DateTime)]
    gone_since: Option<String>,
    #[schema(format = DateTime)]
    made_at: String,
}

/// `gone`: the receiver answered 410 and is not asked again before a replay.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookState)]
enum Standing {
    Active,
    Gone,
}

/// A new webhook.
#[derive(ToSchema)]
#[schema(as = WebhookWish)]
#[expect(dead_code, reason = "it is described and read field by field")]
pub(super) struct Wish {
    /// An absolute URL of https.
    url: String,
    /// The types that it is told of; all where it is left out.
    events: Option<Vec<String>>,
}

/// A new webhook with its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = NewWebhook)]
pub(super) struct Made {
    id: String,
    url: String,
    events: Vec<String>,
    /// What its deliveries are signed with. It is shown here and never again.
    #[schema(value_type = String)]
    secret: Zeroizing<String>,
    #[schema(format = DateTime)]
    made_at: String,
}

/// The webhooks of an organization.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/webhooks", tag = "webhooks",
    params(("org" = String, Path), Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    paging: Paging,
) -> Json<Page<Shown>> {
    let all: Vec<_> = desk.books.read(|state| {
        let all = state.webhooks_of(&org);
        all.map(|(id, entry)| (id.to_owned(), entry.clone())).collect()
    });
    let show = |(id, entry): (String, WebhookEntry)| Some(shown(&desk, &caller, (&org, &id), &entry));
    Json(paging.of(all, |(id, _)| id, show))
}

/// One webhook.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/webhooks/{id}", tag = "webhooks",
    params(("org" = String, Path), ("id" = String, Path)), responses((status = 200, body = Shown)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<Json<Shown>, Problem> {
    let entry = desk.books.read(|state| entry(state, &org, &id))?;
    Ok(Json(shown(&desk, &caller, (&org, &id), &entry)))
}

/// Makes a webhook.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/webhooks", tag = "webhooks",
    params(("org" = String, Path)), request_body = Wish,
    responses((status = 201, body = Made), (status = 409, description = "There are as many as there may be")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    mut body: Fields,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let may_be_private = desk.notifier.may_be_private();
    let url = body.required("url", |value| url(value, may_be_private))?;
    let events = body
        .optional("events", events)?
        .flatten()
        .unwrap_or_else(all_events);
    body.finish()?;
    let secret = Secret::of(&keys::random()).text();
    let id = Uuid::new_v4().to_string();
    let entry = WebhookEntry {
        url,
        secret: secret.clone(),
        events,
        made_at: utc().0,
    };
    let made = Made {
        id: id.clone(),
        url: entry.url.clone(),
        events: entry.events.clone(),
        secret,
        made_at: rfc3339(Timestamp(entry.made_at)),
    };
    let owner = org.clone();
    let plan = move |state: &Books| {
        if state.webhooks_of(&owner).count() >= MOST_WEBHOOKS {
            let why = "an organization has at most 10 webhooks; remove one";
            return Err(Problem::conflict("too-many", why));
        }
        Ok((vec![Entry::Webhook(owner, id, Some(entry))], ()))
    };
    desk.books.change(&caller, Some(&org), plan).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Removes a webhook with all that waits for it.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}/webhooks/{id}", tag = "webhooks",
    params(("org" = String, Path), ("id" = String, Path)), responses((status = 204)))]
pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let owner = org.clone();
    let plan = move |state: &Books| {
        entry(state, &owner, &id)?;
        Ok((vec![Entry::Webhook(owner, id, None)], ()))
    };
    desk.books.change(&caller, Some(&org), plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn entry(state: &Books, org: &OrganizationId, id: &str) -> Result<WebhookEntry, Problem> {
    let entry = state.webhooks.get(&(org.clone(), id.to_owned()));
    entry.cloned().ok_or(Problem::NotFound)
}

fn shown(desk: &Desk, caller: &Caller, (org, id): (&OrganizationId, &str), entry: &WebhookEntry) -> Shown {
    let gone_since = desk.notifier.gone_since(org, id);
    let origin = || Target::parse(&entry.url).map_or_else(|_| String::new(), |target| target.origin());
    Shown {
        id: id.to_owned(),
        url: if caller.level() >= Least::Admin {
            entry.url.clone()
        } else {
            origin()
        },
        events: entry.events.clone(),
        state: match gone_since {
            None => Standing::Active,
            Some(_) => Standing::Gone,
        },
        gone_since: gone_since.map(rfc3339),
        made_at: rfc3339(Timestamp(entry.made_at)),
    }
}

fn url(value: &Value, may_be_private: bool) -> Result<String, Cow<'static, str>> {
    let text = value.as_str().unwrap_or_default();
    let target = Target::parse(text).and_then(|target| target.check(may_be_private).map(|()| target));
    match target {
        Ok(target) => Ok(target.text().to_owned()),
        Err(error) => Err(error.to_string().into()),
    }
}

fn events(value: &Value) -> Result<Vec<String>, Cow<'static, str>> {
    let names = value.as_array().filter(|names| !names.is_empty());
    let known = |name: &Value| EventKind::parse(name.as_str()?);
    let kinds: Option<std::collections::BTreeSet<_>> =
        names.and_then(|names| names.iter().map(known).collect());
    let kinds = kinds.ok_or_else(|| format!("this is a list of some of {}", all_events().join(", ")))?;
    Ok(kinds.into_iter().map(|kind| kind.name().to_owned()).collect())
}

fn all_events() -> Vec<String> {
    EventKind::ALL.map(|(_, name)| name.to_owned()).into()
}
