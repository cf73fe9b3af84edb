//! The audit log: who changed what, never a session.

use super::Desk;
use super::auth::Caller;
use super::paging::{Page, Paging};
use super::problem::Problem;
use crate::protocol::rfc3339;
use crate::store::AuditQuery;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// One change.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub(super) struct Line {
    id: u32,
    #[schema(format = DateTime)]
    at: String,
    /// The token's label.
    label: String,
    method: String,
    /// The route, never the path.
    route: String,
    organization: Option<String>,
    /// What was given as a reason.
    reason: Option<String>,
}

/// The newest lines first: all for an operator, those of one organization for others.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Paging),
    responses((status = 200, body = Page<Line>), (status = 400, description = "A parameter is not taken")))]
pub(super) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<Page<Line>>, Problem> {
    let before = match &paging.cursor {
        Some(cursor) => Some(cursor.parse().map_err(|_| Problem::BadCursor)?),
        None => None,
    };
    let limit = u32::try_from(paging.limit).unwrap_or(u32::MAX);
    let query = AuditQuery {
        before,
        organization: caller.own().cloned(),
        limit: limit + 1,
    };
    let mut lines = desk.books.audit(query).await?;
    let is_last = lines.len() <= paging.limit;
    lines.truncate(paging.limit);
    let next = lines
        .last()
        .filter(|_| !is_last)
        .map(|(number, _)| number.to_string());
    let items = lines.into_iter().map(|(id, line)| Line {
        id,
        at: rfc3339(line.at),
        label: line.label,
        method: line.method,
        route: line.route,
        organization: line.organization.map(|id| id.to_string()),
        reason: line.reason,
    });
    Ok(Json(Page {
        items: items.collect(),
        next,
    }))
}
