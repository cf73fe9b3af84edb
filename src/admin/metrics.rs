//! `/metrics`: the counters, and the seats of each organization as they are at the scrape.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

use super::problem::Problem;
use super::query::Asked;
use super::{Desk, auth};
use crate::seats::{Numbers, OrganizationId};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use utoipa::IntoParams;

/// Above so many organizations the seats have no `org` label.
const LABELLED_ORGANIZATIONS: usize = 200;

type Figure = (&'static str, &'static str, fn(&Numbers) -> u32);

const FIGURES: [Figure; 5] = [
    ("in_use", "Seats in use, connected and in grace", Numbers::in_use),
    ("limit", "Seats that the organization has", |numbers| {
        numbers.limit.total
    }),
    ("connected", "Seats with a connection", |numbers| {
        numbers.connected
    }),
    (
        "in_grace",
        "Seats kept for a connection that is gone",
        |numbers| numbers.in_grace,
    ),
    ("waiting", "Widgets in the waiting line", |numbers| {
        numbers.waiting
    }),
];

/// How the seats are told apart.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `org` or `none`; where it is left out, `org` up to 200 organizations.
    by: Option<String>,
}

/// All metrics, for Prometheus. With `server.metrics_need_token` for operators only.
#[utoipa::path(get, path = "/metrics", tag = "operation", params(Wanted),
    responses((status = 200, body = String, content_type = "application/openmetrics-text"),
        (status = 400, description = "The query cannot be read"), (status = 422, description = "A parameter is not taken"),
        (status = 401, description = "A token is needed here"), (status = 403, description = "The token is no operator's")))]
pub(super) async fn scrape(
    State(desk): State<Arc<Desk>>,
    parts: Parts,
    Asked(wanted): Asked<Wanted>,
) -> Response {
    if desk.metrics_need_token
        && let Err(refused) = auth::operator(&parts, &desk)
    {
        return refused.into_response();
    }
    desk.metrics
        .connections
        .set(i64::try_from(desk.connections.count()).unwrap_or(i64::MAX));
    let (open, waiting) = desk.notifier.figures();
    desk.metrics
        .incidents_open
        .set(i64::try_from(open).unwrap_or(i64::MAX));
    desk.metrics
        .webhook_waiting
        .set(i64::try_from(waiting).unwrap_or(i64::MAX));
    let mut text = String::new();
    let registry = &desk.reception.registry;
    let numbers: Vec<_> = registry
        .organizations()
        .into_iter()
        .filter_map(|id| registry.view(&id).map(|view| (id, view.numbers)))
        .collect();
    let by_organization = match wanted.by.as_deref() {
        Some("org") => true,
        Some("none") => false,
        Some(_) => return Problem::field("by", "org or none").into_response(),
        None => numbers.len() <= LABELLED_ORGANIZATIONS,
    };
    let written = seats(&mut text, &numbers, by_organization)
        .and_then(|()| prometheus_client::encoding::text::encode(&mut text, desk.metrics.registry()));
    match written {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn seats(
    text: &mut String,
    organizations: &[(OrganizationId, Numbers)],
    by_organization: bool,
) -> fmt::Result {
    for (name, help, figure) in FIGURES {
        writeln!(text, "# HELP mirabridge_seats_{name} {help}.")?;
        writeln!(text, "# TYPE mirabridge_seats_{name} gauge")?;
        if !by_organization {
            let sum: u64 = organizations
                .iter()
                .map(|(_, numbers)| u64::from(figure(numbers)))
                .sum();
            writeln!(text, "mirabridge_seats_{name} {sum}")?;
            continue;
        }
        for (id, numbers) in organizations {
            writeln!(
                text,
                "mirabridge_seats_{name}{{org=\"{id}\"}} {}",
                figure(numbers)
            )?;
        }
    }
    Ok(())
}
