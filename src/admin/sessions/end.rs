//! Endings: now, after the call, or after a time that the agent is told.

use super::filter::Filter;
use super::search;
use crate::admin::Desk;
use crate::admin::auth::Caller;
use crate::admin::body::Body;
use crate::admin::problem::Problem;
use crate::registry::Registry;
use crate::seats::{Cause, Command, Ending, OrganizationId, SessionId};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
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
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct EndOne {
    #[serde(default)]
    mode: Mode,
    /// For `notice`: from 1 to 86,400; 120 where it is left out.
    notice_s: Option<u32>,
    /// Why, at most 500 characters. It is checked and not kept, and the agent is not told.
    reason: Option<String>,
}

/// Which sessions end, and how.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::admin) struct EndMany {
    /// As in the list.
    state: Option<String>,
    /// As in the list.
    #[serde(default)]
    min_age_s: u64,
    /// How many match. If it is another number, nothing is done.
    expect: usize,
    #[serde(default)]
    mode: Mode,
    /// For `notice`: from 1 to 86,400; 120 where it is left out.
    notice_s: Option<u32>,
    /// Why, at most 500 characters. It is checked and not kept, and the agents are not told.
    reason: Option<String>,
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
    responses((status = 202, body = Accepted), (status = 400, description = "No JSON"),
        (status = 401, description = "No token"), (status = 403, description = "A viewer's token"),
        (status = 404, description = "Nothing that this token may see"),
        (status = 413, description = "More than 64 KiB"), (status = 422, description = "A field is not taken"),
        (status = 503, description = "The store takes nothing")))]
pub(in crate::admin) async fn end(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((org, session)): Path<(String, String)>,
    body: Body,
) -> Answer {
    let id = caller.manages(&desk, &org)?;
    let EndOne {
        mode,
        notice_s,
        reason,
    } = body.read()?;
    let when = When::of(mode, notice_s, reason.as_deref())?;
    end_one(&desk, &id, &session, when).await
}

/// Ends a session now.
#[utoipa::path(delete, path = "/api/v1/organizations/{org}/sessions/{id}", tag = "sessions",
    params(("org" = String, Path), ("id" = Uuid, Path)),
    responses((status = 202, body = Accepted), (status = 401, description = "No token"),
        (status = 403, description = "A viewer's token"),
        (status = 404, description = "Nothing that this token may see"),
        (status = 503, description = "The store takes nothing")))]
pub(in crate::admin) async fn end_now(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path((org, session)): Path<(String, String)>,
) -> Answer {
    let id = caller.manages(&desk, &org)?;
    end_one(&desk, &id, &session, When::Now).await
}

/// Ends all sessions that match, if they are as many as was seen.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/sessions/end", tag = "sessions",
    params(("org" = String, Path)), request_body = EndMany,
    responses((status = 202, body = Accepted), (status = 400, description = "No JSON"),
        (status = 401, description = "No token"), (status = 403, description = "A viewer's token"),
        (status = 404, description = "Nothing that this token may see"),
        (status = 409, description = "Another number matches: `count`"),
        (status = 413, description = "More than 64 KiB"), (status = 422, description = "A field is not taken"),
        (status = 503, description = "The store takes nothing")))]
pub(in crate::admin) async fn end_many(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Path(org): Path<String>,
    body: Body,
) -> Answer {
    let id = caller.manages(&desk, &org)?;
    let asked: EndMany = body.read()?;
    let when = When::of(asked.mode, asked.notice_s, asked.reason.as_deref())?;
    let filter = Filter::with(asked.state.as_deref(), asked.min_age_s)?;
    let registry = Arc::clone(&desk.reception.registry);
    let sessions = search::all(&registry, &id, filter).await;
    let sessions = sessions.ok_or(Problem::NotFound)?;
    let count = sessions.len();
    if count != asked.expect {
        return Err(Problem::CountDiffers(count));
    }
    // Goes on when the caller leaves: half of what was asked for is worse than all of it.
    let endings = desk.work.spawn(async move {
        let mut endings = futures_util::stream::iter(sessions)
            .map(|session| submit(&registry, &id, session, when))
            .buffer_unordered(AT_ONCE);
        let mut all = Ok(());
        while let Some(ending) = endings.next().await {
            all = all.and(ending);
        }
        tracing::info!(organization = %id, sessions = count, "sessions are ended by an administrator");
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
    fn of(mode: Mode, notice_s: Option<u32>, reason: Option<&str>) -> Result<Self, Problem> {
        if reason.is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
            return Err(Problem::BadField("reason", "at most 500 characters"));
        }
        match (mode, notice_s.unwrap_or(NOTICE_S)) {
            (Mode::Notice, seconds @ 1..=LONGEST_NOTICE_S) => Ok(Self::Later(Ending::Notice(seconds))),
            (Mode::Notice, _) => Err(Problem::BadField("notice_s", "a whole number from 1 to 86400")),
            (Mode::Now | Mode::AfterCall, _) if notice_s.is_some() => {
                Err(Problem::BadField("notice_s", "only with the mode notice"))
            }
            (Mode::Now, _) => Ok(Self::Now),
            (Mode::AfterCall, _) => Ok(Self::Later(Ending::AfterCall)),
        }
    }
}

async fn end_one(desk: &Desk, id: &OrganizationId, session: &str, when: When) -> Answer {
    let session = Uuid::parse_str(session).map_err(|_| Problem::NotFound)?;
    let session = SessionId(session.into_bytes());
    let registry = &desk.reception.registry;
    if registry.entry(id, session).is_none() {
        return Err(Problem::NotFound);
    }
    submit(registry, id, session, when).await?;
    tracing::info!(organization = %id, "a session is ended by an administrator");
    Ok((StatusCode::ACCEPTED, Json(Accepted { count: 1 })))
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
