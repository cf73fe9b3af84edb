//! What was sent to a webhook, and what came of it.

use super::super::Desk;
use super::super::auth::{self, Caller};
use super::super::body::{Fields, line, time};
use super::super::paging::{Page, Paging};
use super::super::problem::Problem;
use super::entry;
use crate::notify::{Attempt, Delivery, DeliveryState, Outcome, Replay};
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// An event on its way, or what came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(in crate::admin) struct Shown {
    /// The `webhook-id` of every try.
    id: String,
    /// The type of the event.
    #[serde(rename = "type")]
    kind: String,
    /// When the event happened.
    #[schema(format = DateTime)]
    at: String,
    state: DeliveryStateName,
    /// When it is tried next.
    #[schema(format = DateTime)]
    next_attempt_at: Option<String>,
    /// The oldest first.
    attempts: Vec<ShownAttempt>,
}

/// `waiting`: it will be tried, first or again; `failed`: it will not, before a replay.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState)]
pub(in crate::admin) enum DeliveryStateName {
    Waiting,
    Delivered,
    Failed,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
struct ShownAttempt {
    #[schema(format = DateTime)]
    at: String,
    took_ms: u32,
    outcome: End,
    /// What the receiver answered.
    status: Option<u16>,
}

/// `gone` is 410, `redirected` 3xx, `refused` any other status that is not 2xx; `not_allowed` a private
/// address, or http, without the server's leave.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryOutcome)]
enum End {
    Delivered,
    Gone,
    Redirected,
    Refused,
    NoAddress,
    NotAllowed,
    Unreachable,
    NoTls,
    TimedOut,
    Broken,
}

/// The last 100 events for a webhook, the newest first, with every try.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/webhooks/{id}/deliveries", tag = "webhooks",
    params(("org" = String, Path), ("id" = String, Path), Paging),
    responses((status = 200, body = Page<Shown>), (status = 400, description = "A parameter is not taken")))]
pub(in crate::admin) async fn deliveries(
    State(desk): State<Arc<Desk>>,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
    paging: Paging,
) -> Result<Json<Page<Shown>>, Problem> {
    desk.books.read(|state| entry(state, &org, &id))?;
    let all = desk.notifier.deliveries(&org, &id);
    let show = |(id, delivery): (String, Delivery)| Shown::of(id, &delivery);
    Ok(Json(paging.newest_first(all, |(id, _)| id, show)))
}

/// Which deliveries are made again; all that failed where nothing is named.
#[derive(ToSchema)]
#[schema(as = ReplayWish)]
#[expect(dead_code, reason = "it is described and read field by field")]
pub(in crate::admin) struct Wish {
    /// The `webhook-id` of one.
    delivery: Option<String>,
    /// All events from here on: a time with its offset.
    #[schema(format = DateTime)]
    since: Option<String>,
}

/// What was taken on.
#[derive(Serialize, ToSchema)]
#[schema(as = Replayed)]
pub(in crate::admin) struct Replayed {
    /// How many deliveries are made again.
    count: usize,
}

/// Makes deliveries again, at once and under their old ids. A webhook whose receiver was gone is active again.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/webhooks/{id}/replay", tag = "webhooks",
    params(("org" = String, Path), ("id" = String, Path)), request_body = Wish,
    responses((status = 202, body = Replayed)))]
pub(in crate::admin) async fn replay(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(org): auth::Organization,
    Path((_, id)): Path<(String, String)>,
    mut body: Fields,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let delivery = body.optional("delivery", line(100))?.flatten();
    let since = body.optional("since", time)?.flatten();
    body.finish()?;
    let which = match (delivery, since) {
        (None, None) => Replay::Failed,
        (Some(delivery), None) => Replay::One(delivery),
        (None, Some(since)) => Replay::Since(since),
        (Some(_), Some(_)) => return Err(Problem::field("since", "this is not there beside `delivery`")),
    };
    desk.books.read(|state| entry(state, &org, &id))?;
    desk.books.note(&caller, Some(&org), None).await?;
    let count = desk.notifier.replay(&org, &id, &which).await?;
    let count = count.ok_or_else(|| Problem::field("delivery", "there is none that is called so"))?;
    Ok((StatusCode::ACCEPTED, Json(Replayed { count })))
}

impl Shown {
    fn of(id: String, delivery: &Delivery) -> Self {
        let waits = delivery.state == DeliveryState::Waiting;
        Self {
            id,
            kind: delivery.kind.clone(),
            at: rfc3339(Timestamp(delivery.at)),
            state: delivery.state.into(),
            next_attempt_at: waits.then(|| rfc3339(Timestamp(delivery.due))),
            attempts: delivery.attempts.iter().map(ShownAttempt::of).collect(),
        }
    }
}

impl ShownAttempt {
    fn of(attempt: &Attempt) -> Self {
        Self {
            at: rfc3339(Timestamp(attempt.at)),
            took_ms: attempt.took_ms,
            outcome: match attempt.outcome {
                Outcome::Delivered => End::Delivered,
                Outcome::Gone => End::Gone,
                Outcome::Redirected => End::Redirected,
                Outcome::Refused => End::Refused,
                Outcome::NoAddress => End::NoAddress,
                Outcome::NotAllowed => End::NotAllowed,
                Outcome::Unreachable => End::Unreachable,
                Outcome::NoTls => End::NoTls,
                Outcome::TimedOut => End::TimedOut,
                Outcome::Broken => End::Broken,
            },
            status: attempt.status,
        }
    }
}

impl From<DeliveryState> for DeliveryStateName {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Failed => Self::Failed,
        }
    }
}
