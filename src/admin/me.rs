//! What a token is, for a page that offers only what it may do.

use super::auth::Caller;
use super::tokens::RoleName;
use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// A token as its holder sees it.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    role: RoleName,
    /// The only organization that it sees; null: all.
    org: Option<String>,
}

/// What this token is.
#[utoipa::path(get, path = "/api/v1/me", tag = "organizations",
    responses((status = 200, body = Me)))]
pub(super) async fn show(caller: Caller) -> Json<Me> {
    Json(Me {
        role: RoleName::of(&caller.role),
        org: caller.own().map(ToString::to_string),
    })
}
