//! Maintenance windows: announced to widgets, begun and ended by the clock.

use super::Desk;
use super::auth::Caller;
use super::body::{Fields, line, text, time};
use super::books::State as Books;
use super::books::entries::{Entry, NewLogins, WindowEntry};
use super::paging::{Page, Paging};
use super::problem::Problem;
use super::routes::Least;
use super::version::{Precondition, version};
use crate::clock::utc;
use crate::maintenance::{Course, Stage};
use crate::protocol::rfc3339;
use crate::seats::{OrganizationId, Timestamp};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Windows that are kept.
const MOST_WINDOWS: usize = 1000;
/// Organizations that one window names.
const MOST_NAMED: usize = 1000;
/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 500;

/// A maintenance window.
#[derive(Serialize, ToSchema)]
#[schema(as = Maintenance)]
pub(super) struct Shown {
    id: String,
    title: String,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    new_logins: NewLogins,
    message: Option<String>,
    /// Those that this token may see; null: everybody's.
    organizations: Option<Vec<String>>,
    state: StageName,
    /// Whether this token may change it: an admin a window of its own organization alone.
    may_change: bool,
}

/// Where a window stands.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MaintenanceState)]
enum StageName {
    Scheduled,
    InProgress,
    Verifying,
    Completed,
    Cancelled,
}

/// A new window.
#[derive(ToSchema)]
#[schema(as = MaintenanceWish)]
#[expect(dead_code, reason = "it is described and read field by field")]
pub(super) struct Wish {
    /// One line of at most 200 characters.
    title: String,
    /// A time with its offset; now where it is left out.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// A time with its offset.
    #[schema(format = DateTime)]
    ends_at: String,
    /// `refused` where it is left out.
    new_logins: Option<NewLogins>,
    /// For people: at most 500 characters.
    message: Option<String>,
    /// Whose. An admin names its own; null or left out is everybody's, for operators.
    organizations: Option<Vec<String>>,
}

/// What changes of a window; what is left out stays.
#[derive(ToSchema)]
#[schema(as = MaintenanceChange)]
pub(super) struct Changes {
    title: Option<String>,
    /// A time with its offset.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// A time with its offset.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    new_logins: Option<NewLogins>,
    /// Null: none.
    #[schema(value_type = Option<String>)]
    message: Option<Option<String>>,
    /// Null: everybody's.
    #[schema(value_type = Option<Vec<String>>)]
    organizations: Option<Option<Vec<String>>>,
    /// `verifying`, `completed` or `cancelled`; the others come by the clock.
    #[schema(value_type = Option<StageName>)]
    state: Option<Course>,
}

impl Changes {
    fn read(body: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            title: given(body.optional("title", line(200))?, "title")?,
            starts_at: given(body.optional("starts_at", time)?, "starts_at")?,
            ends_at: given(body.optional("ends_at", time)?, "ends_at")?,
            new_logins: given(body.optional("new_logins", new_logins)?, "new_logins")?,
            message: body.optional("message", text(LONGEST_MESSAGE))?,
            organizations: body.optional("organizations", organizations)?,
            state: given(body.optional("state", course)?, "state")?,
        })
    }

    /// The window after it, at `now`.
    fn applied(self, mut entry: WindowEntry, now: Timestamp) -> Result<WindowEntry, Problem> {
        let stage = entry.plan().stage(now);
        if stage.is_over() {
            return Err(Problem::conflict(
                "maintenance-over",
                "this window is over already",
            ));
        }
        if let Some(next) = self.state {
            if !stage.may_become(next) {
                let why = "a window is verified while it is in progress, and completed after it began";
                return Err(Problem::conflict("maintenance-state", why));
            }
            entry.course = next.into();
        }
        entry.title = self.title.unwrap_or(entry.title);
        entry.starts_at = self.starts_at.map_or(entry.starts_at, |at| at.0);
        entry.ends_at = self.ends_at.map_or(entry.ends_at, |at| at.0);
        entry.new_logins = self.new_logins.unwrap_or(entry.new_logins);
        entry.message = self.message.unwrap_or(entry.message);
        entry.organizations = self.organizations.unwrap_or(entry.organizations);
        if self.starts_at.is_some() || self.ends_at.is_some() {
            check_times(&entry, now)?;
        }
        Ok(entry)
    }
}

impl Shown {
    fn of(id: &str, entry: &WindowEntry, caller: &Caller, now: Timestamp) -> Self {
        let named = entry.organizations.clone();
        let seen = |org: &String| caller.own().is_none_or(|own| own.as_str() == org);
        Self {
            id: id.to_owned(),
            title: entry.title.clone(),
            starts_at: rfc3339(Timestamp(entry.starts_at)),
            ends_at: rfc3339(Timestamp(entry.ends_at)),
            new_logins: entry.new_logins,
            message: entry.message.clone(),
            organizations: named.map(|named| named.into_iter().filter(seen).collect()),
            state: match entry.plan().stage(now) {
                Stage::Scheduled => StageName::Scheduled,
                Stage::InProgress => StageName::InProgress,
                Stage::Verifying => StageName::Verifying,
                Stage::Completed => StageName::Completed,
                Stage::Cancelled => StageName::Cancelled,
            },
            may_change: caller.level() >= Least::Admin && check_role(caller, entry).is_ok(),
        }
    }
}

/// The windows that this token may see.
#[utoipa::path(get, path = "/api/v1/maintenance", tag = "maintenance", params(Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
pub(super) async fn list(State(desk): State<Arc<Desk>>, caller: Caller, paging: Paging) -> Json<Page<Shown>> {
    let now = utc();
    desk.books.read(|state| {
        let seen = state.windows.iter().filter(|(_, entry)| sees(&caller, entry));
        let show = |(id, entry): (&String, &WindowEntry)| Some(Shown::of(id, entry, &caller, now));
        Json(paging.of(seen, |(id, _)| id, show))
    })
}

/// One window. Its version is the `ETag`.
#[utoipa::path(get, path = "/api/v1/maintenance/{id}", tag = "maintenance", params(("id" = String, Path)),
    responses((status = 200, body = Shown)))]
pub(super) async fn show(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let entry = desk.books.read(|state| seen(state, &caller, &id))?;
    Ok(answer(StatusCode::OK, &id, &entry, &caller))
}

/// Makes a window. Widgets are told at once, a day and 15 minutes before, and when it starts.
#[utoipa::path(post, path = "/api/v1/maintenance", tag = "maintenance", request_body = Wish,
    responses((status = 201, body = Shown), (status = 409, description = "There are as many as there may be")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    mut body: Fields,
) -> Result<Response, Problem> {
    let now = utc();
    let entry = WindowEntry {
        title: body.required("title", line(200))?,
        starts_at: body.optional("starts_at", time)?.flatten().unwrap_or(now).0,
        ends_at: body.required("ends_at", time)?.0,
        new_logins: body
            .optional("new_logins", new_logins)?
            .flatten()
            .unwrap_or(NewLogins::Refused),
        message: body.optional("message", text(LONGEST_MESSAGE))?.flatten(),
        organizations: body.optional("organizations", organizations)?.flatten(),
        course: Course::ByTheClock.into(),
    };
    body.finish()?;
    check_role(&caller, &entry)?;
    check_times(&entry, now)?;
    let id = Uuid::new_v4().to_string();
    let (new, window) = (id.clone(), entry.clone());
    let plan = move |state: &Books| {
        check_names(state, &window)?;
        if state.windows.len() >= MOST_WINDOWS {
            let why = "there are at most 1000 windows; remove some that are over";
            return Err(Problem::conflict("too-many", why));
        }
        Ok((vec![Entry::Window(new, Some(window))], ()))
    };
    desk.books.change(&caller, own(&entry).as_ref(), plan).await?;
    Ok(answer(StatusCode::CREATED, &id, &entry, &caller))
}

/// Changes a window that is not over: what the body names.
#[utoipa::path(patch, path = "/api/v1/maintenance/{id}", tag = "maintenance",
    params(("id" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was seen")),
    request_body = Changes,
    responses((status = 200, body = Shown), (status = 409, description = "It is over, or cannot become that"),
        (status = 412, description = "It was changed since it was read")))]
pub(super) async fn change(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    precondition: Precondition,
    mut body: Fields,
) -> Result<Response, Problem> {
    let changes = Changes::read(&mut body)?;
    body.finish()?;
    let entry = desk.books.read(|state| seen(state, &caller, &id))?;
    check_role(&caller, &entry)?;
    let (changer, window, now) = (caller.clone(), id.clone(), utc());
    let plan = move |state: &Books| {
        let entry = seen(state, &changer, &window)?;
        check_role(&changer, &entry)?;
        precondition.check(Some(&version(&entry)))?;
        if let Some(organizations) = &changes.organizations {
            let organizations = organizations.clone();
            check_role(
                &changer,
                &WindowEntry {
                    organizations,
                    ..entry.clone()
                },
            )?;
        }
        let entry = changes.applied(entry, now)?;
        check_names(state, &entry)?;
        Ok((vec![Entry::Window(window, Some(entry.clone()))], entry))
    };
    let entry = desk.books.change(&caller, own(&entry).as_ref(), plan).await?;
    Ok(answer(StatusCode::OK, &id, &entry, &caller))
}

/// Removes a window. One that is not over is called off.
#[utoipa::path(delete, path = "/api/v1/maintenance/{id}", tag = "maintenance",
    params(("id" = String, Path), ("if-match" = Option<String>, Header, description = "The version that was seen")),
    responses((status = 204), (status = 412, description = "It was changed since it was read")))]
pub(super) async fn remove(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(id): Path<String>,
    precondition: Precondition,
) -> Result<StatusCode, Problem> {
    let entry = desk.books.read(|state| seen(state, &caller, &id))?;
    check_role(&caller, &entry)?;
    let remover = caller.clone();
    let plan = move |state: &Books| {
        let entry = seen(state, &remover, &id)?;
        check_role(&remover, &entry)?;
        precondition.check(Some(&version(&entry)))?;
        Ok((vec![Entry::Window(id, None)], ()))
    };
    desk.books.change(&caller, own(&entry).as_ref(), plan).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(status: StatusCode, id: &str, entry: &WindowEntry, caller: &Caller) -> Response {
    let shown = Shown::of(id, entry, caller, utc());
    (status, [(header::ETAG, version(entry))], Json(shown)).into_response()
}

/// A window, if it exists for this caller.
fn seen(state: &Books, caller: &Caller, id: &str) -> Result<WindowEntry, Problem> {
    let entry = state.windows.get(id).filter(|entry| sees(caller, entry));
    entry.cloned().ok_or(Problem::NotFound)
}

fn sees(caller: &Caller, entry: &WindowEntry) -> bool {
    let Some(own) = caller.own() else { return true };
    let named = entry.organizations.as_ref();
    named.is_none_or(|named| named.iter().any(|org| org == own.as_str()))
}

/// An admin's windows are for its own organization alone.
fn check_role(caller: &Caller, entry: &WindowEntry) -> Result<(), Problem> {
    let is_own = |own: &OrganizationId| {
        let named = entry.organizations.as_ref();
        named.is_some_and(|named| !named.is_empty() && named.iter().all(|org| org == own.as_str()))
    };
    let may = caller.level() == Least::Operator || caller.own().is_some_and(is_own);
    may.then_some(()).ok_or(Problem::Forbidden)
}

fn check_times(entry: &WindowEntry, now: Timestamp) -> Result<(), Problem> {
    if entry.ends_at <= entry.starts_at {
        return Err(Problem::field("ends_at", "this is not after `starts_at`"));
    }
    if entry.ends_at <= now.0 {
        return Err(Problem::field("ends_at", "this is over already"));
    }
    Ok(())
}

fn check_names(state: &Books, entry: &WindowEntry) -> Result<(), Problem> {
    let exists = |org: &String| OrganizationId::parse(org).is_ok_and(|id| state.has(&id));
    let mut named = entry.organizations.iter().flatten();
    match named.find(|org| !exists(org)) {
        Some(_) => Err(Problem::field("organizations", "one of these does not exist")),
        None => Ok(()),
    }
}

/// The one organization that a window is for, for the audit log.
fn own(entry: &WindowEntry) -> Option<OrganizationId> {
    match entry.organizations.as_deref() {
        Some([one]) => OrganizationId::parse(one).ok(),
        _ => None,
    }
}

/// What may be left out, but not be null.
fn given<T>(value: Option<Option<T>>, name: &'static str) -> Result<Option<T>, Problem> {
    match value {
        Some(None) => Err(Problem::field(name, "this cannot be null; leave it out")),
        Some(value) => Ok(value),
        None => Ok(None),
    }
}

fn new_logins(value: &Value) -> Result<NewLogins, Cow<'static, str>> {
    match value.as_str() {
        Some("allowed") => Ok(NewLogins::Allowed),
        Some("refused") => Ok(NewLogins::Refused),
        _ => Err("this is \"allowed\" or \"refused\"".into()),
    }
}

fn course(value: &Value) -> Result<Course, Cow<'static, str>> {
    match value.as_str() {
        Some("verifying") => Ok(Course::Verifying),
        Some("completed") => Ok(Course::Completed),
        Some("cancelled") => Ok(Course::Cancelled),
        _ => {
            Err("this is \"verifying\", \"completed\" or \"cancelled\"; the others come by the clock".into())
        }
    }
}

fn organizations(value: &Value) -> Result<Vec<String>, Cow<'static, str>> {
    let names = value
        .as_array()
        .filter(|names| (1..=MOST_NAMED).contains(&names.len()));
    let name = |value: &Value| Some(OrganizationId::parse(value.as_str()?).ok()?.to_string());
    let names: Option<Vec<_>> = names.and_then(|names| names.iter().map(name).collect());
    let mut names = names.ok_or("this is a list of organizations, or null for all")?;
    names.sort();
    names.dedup();
    Ok(names)
}
