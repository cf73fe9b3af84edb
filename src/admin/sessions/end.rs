//! Endings: now, after the call, or after a time that the agent is told.

use super::filter::Filter;
use super::search;
use crate::admin::Desk;
use crate::admin::auth::{self, Caller};
use crate::admin::body::{Fields, number, text, whole};
use crate::admin::problem::Problem;
use crate::clock::utc;
use crate::notify::{Event, EventKind};
use crate::registry::Registry;
use crate::seats::{Cause, Command, Ending, OrganizationId, SessionId};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// The notice where none is given, in seconds.
const NOTICE_S: u32 = 120;
/// The longest notice, in seconds: a day.
const LONGEST_NOTICE_S: u32 = 86_400;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// Endings on their way to the recorder at once, a small part of its places.
const AT_ONCE: usize = 64;

/// When a session ends.
#[derive(Clone, Copy, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::admin) enum Mode {
    #[default]
    Now,
    /// After the call that the agent is in; at the latest after 30 minutes.
    AfterCall,
    /// After `notice_s`.
    Notice,
}

/// How a session ends.
#[derive(ToSchema)]
pub(in crate::admin) struct EndOne {
    /// `now` where it is left out.
    #[schema(value_type = Option<Mode>)]
    mode: Mode,
    /// For `notice`: from 1 to 86,400; 120 where it is left out.
    notice_s: Option<u32>,
    /// Why, at most 500 characters. The audit log keeps it; the agent is not told.
    reason: Option<String>,
}

/// Which sessions end, and how.
#[derive(ToSchema)]
pub(in crate::admin) struct EndMany {
    /// As in the list.
    state: Option<String>,
    /// As in the list.
    #[schema(value_type = Option<u64>)]
    min_age_s: u64,
    /// How many match. If it is another number, nothing is done.
    expect: u64,
    #[serde(flatten)]
    how: EndOne,
}

impl EndOne {
    fn read(body: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            mode: body.optional("mode", mode)?.flatten().unwrap_or_default(),
            notice_s: body.optional("notice_s", number(1..=LONGEST_NOTICE_S))?.flatten(),
            reason: body.optional("reason", text(LONGEST_REASON))?.flatten(),
        })
    }
}

impl EndMany {
    fn read(body: &mut Fields) -> Result<Self, Problem> {
        let state = |value: &Value| {
            let text = value.as_str().map(str::to_owned);
            text.ok_or_else(|| "this is one of the states of a session".into())
        };
        Ok(Self {
            state: body.optional("state", state)?.flatten(),
            min_age_s: body.optional("min_age_s", whole)?.flatten().unwrap_or(0),
            expect: body.required("expect", whole)?,
            how: EndOne::read(body)?,
        })
    }
}

fn mode(value: &Value) -> Result<Mode, Cow<'static, str>> {
    match value.as_str() {
        Some("now") => Ok(Mode::Now),
        Some("after_call") => Ok(Mode::AfterCall),
        Some("notice") => Ok(Mode::Notice),
        _ => Err("this is \"now\", \"after_call\" or \"notice\"".into()),
    }
}

/// What was taken on.
#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Accepted {
    /// How many sessions are ended or are going to be.
    count: usize,
}

type Answer = Result<(StatusCode, Json<Accepted>), Problem>;

/// Ends a session. What waits is recorded, and goes on after a restart.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/sessions/{id}/end", tag = "sessions",
    params(("org" = String, Path), ("id" = Uuid, Path)), request_body = EndOne,
    responses((status = 202, body = Accepted)))]
pub(in crate::admin) async fn end(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    Path((_, session)): Path<(String, String)>,
    mut body: Fields,
) -> Answer {
    let how = EndOne::read(&mut body)?;
    body.finish()?;
    let when = When::of(&how)?;
    let session = find(&desk, &id, &session)?;
    desk.books.note(&caller, Some(&id), how.reason).await?;
    end_one(&desk, &id, session, when).await
}

/// Ends a session now.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}/sessions/{id}", tag = "sessions",
    params(("org" = String, Path), ("id" = Uuid, Path)),
    responses((status = 202, body = Accepted)))]
pub(in crate::admin) async fn end_now(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    Path((_, session)): Path<(String, String)>,
) -> Answer {
    let session = find(&desk, &id, &session)?;
    desk.books.note(&caller, Some(&id), None).await?;
    end_one(&desk, &id, session, When::Now).await
}

/// Ends all sessions that match, if they are as many as was seen.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/sessions/end", tag = "sessions",
    params(("org" = String, Path)), request_body = EndMany,
    responses((status = 202, body = Accepted), (status = 409, description = "Another number matches: `count`")))]
pub(in crate::admin) async fn end_many(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
    mut body: Fields,
) -> Answer {
    let asked = EndMany::read(&mut body)?;
    body.finish()?;
    let when = When::of(&asked.how)?;
    let filter = Filter::with(asked.state.as_deref(), asked.min_age_s)?;
    let registry = Arc::clone(&desk.reception.registry);
    let sessions = search::all(&registry, &id, filter).await;
    let sessions = sessions.ok_or(Problem::NotFound)?;
    let count = sessions.len();
    if u64::try_from(count) != Ok(asked.expect) {
        return Err(Problem::CountDiffers(count));
    }
    desk.books.note(&caller, Some(&id), asked.how.reason).await?;
    // Goes on when the caller leaves: half of what was asked for is worse than all of it.
    let whose = Arc::clone(&desk);
    let endings = desk.work.spawn(async move {
        let mut endings = futures_util::stream::iter(sessions)
            .map(|session| submit(&registry, &id, session, when))
            .buffer_unordered(AT_ONCE);
        let mut all = Ok(());
        while let Some(ending) = endings.next().await {
            all = all.and(ending);
        }
        tracing::info!(organization = %id, sessions = count, "sessions are ended by an administrator");
        tell(&whose, &id, count, when).await;
        all
    });
    endings.await.unwrap_or(Err(Problem::NotRecorded))?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { count })))
}

#[derive(Clone, Copy)]
enum When {
    Now,
    Later(Ending),
}

impl When {
    fn of(how: &EndOne) -> Result<Self, Problem> {
        match (how.mode, how.notice_s) {
            (Mode::Notice, seconds) => Ok(Self::Later(Ending::Notice(seconds.unwrap_or(NOTICE_S)))),
            (Mode::Now | Mode::AfterCall, Some(_)) => {
                Err(Problem::field("notice_s", "only with the mode notice"))
            }
            (Mode::Now, None) => Ok(Self::Now),
            (Mode::AfterCall, None) => Ok(Self::Later(Ending::AfterCall)),
        }
    }
}

/// The session that is called `session`, while it holds a seat.
fn find(desk: &Desk, id: &OrganizationId, session: &str) -> Result<SessionId, Problem> {
    let session = Uuid::parse_str(session).map_err(|_| Problem::NotFound)?;
    let session = SessionId(session.into_bytes());
    let is_there = desk.reception.registry.entry(id, session).is_some();
    is_there.then_some(session).ok_or(Problem::NotFound)
}

/// It is in the audit log before it is done.
async fn end_one(desk: &Desk, id: &OrganizationId, session: SessionId, when: When) -> Answer {
    submit(&desk.reception.registry, id, session, when).await?;
    tracing::info!(organization = %id, "a session is ended by an administrator");
    tell(desk, id, 1, when).await;
    Ok((StatusCode::ACCEPTED, Json(Accepted { count: 1 })))
}

/// Tells the organization's webhooks how many: never which.
async fn tell(desk: &Desk, id: &OrganizationId, count: usize, when: When) {
    let mode = match when {
        When::Now => "now",
        When::Later(Ending::AfterCall) => "after_call",
        When::Later(Ending::Notice(_)) => "notice",
    };
    let data = serde_json::json!({"organization": id.as_str(), "count": count, "mode": mode});
    let event = Event {
        kind: EventKind::SessionEnded,
        at: utc(),
        data: data.as_object().cloned().unwrap_or_default(),
    };
    if count > 0 && desk.notifier.tell(id, &event).await.is_err() {
        tracing::debug!(organization = %id, "webhooks are told when the store takes it");
    }
}

async fn submit(
    registry: &Arc<Registry>,
    id: &OrganizationId,
    session: SessionId,
    when: When,
) -> Result<(), Problem> {
    let command = match when {
        When::Now => Command::End {
            session,
            cause: Cause::Terminated,
        },
        When::Later(ending) => Command::EndLater { session, ending },
    };
    match registry.submit(id, command).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Problem::NotRecorded),
    }
}
