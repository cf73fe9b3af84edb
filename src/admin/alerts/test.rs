//! A try whether somebody would be called.

use super::super::Desk;
use super::super::auth::{self, Caller};
use super::super::books::entries::ChannelEntry;
use super::super::problem::Problem;
use super::shown;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// What was sent on its way.
#[derive(Serialize, ToSchema)]
#[schema(as = AlertTest)]
pub(in crate::admin) struct Sent {
    /// The `webhook-id` of each delivery.
    deliveries: Vec<String>,
}

/// Sends `test.ping` to every webhook by which alarms go. `webhooks/{id}/deliveries` says what came of it.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/alerts/test", tag = "alerts",
    params(("org" = String, Path)),
    responses((status = 202, body = Sent), (status = 409, description = "Nobody would be called")))]
pub(in crate::admin) async fn test(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    auth::Organization(id): auth::Organization,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    let shown = desk
        .books
        .read(|state| shown(state, &id))
        .ok_or(Problem::NotFound)?;
    if !shown.channels.contains(&ChannelEntry::Webhooks) {
        return Err(nobody("alarms go by no channel; set `channels`"));
    }
    desk.books.note(&caller, Some(&id), None).await?;
    let deliveries = desk.notifier.ping(&id).await?;
    if deliveries.is_empty() {
        return Err(nobody("there is no webhook, or the receivers want no more"));
    }
    Ok((StatusCode::ACCEPTED, Json(Sent { deliveries })))
}

fn nobody(why: &'static str) -> Problem {
    Problem::conflict("nobody-is-called", why)
}
