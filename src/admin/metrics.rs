//! `/metrics`: the counters, and the seats of each organization as they are at the scrape.

use super::Desk;
use crate::seats::{Numbers, OrganizationId};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::{self, Write as _};
use std::sync::Arc;

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

pub(super) async fn scrape(State(desk): State<Arc<Desk>>) -> Response {
    desk.metrics
        .connections
        .set(i64::try_from(desk.connections.count()).unwrap_or(i64::MAX));
    let mut text = String::new();
    let registry = &desk.reception.registry;
    let numbers: Vec<_> = registry
        .organizations()
        .into_iter()
        .filter_map(|id| registry.view(&id).map(|view| (id, view.numbers)))
        .collect();
    let written = seats(&mut text, &numbers)
        .and_then(|()| prometheus_client::encoding::text::encode(&mut text, desk.metrics.registry()));
    match written {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn seats(text: &mut String, organizations: &[(OrganizationId, Numbers)]) -> fmt::Result {
    for (name, help, figure) in FIGURES {
        writeln!(text, "# HELP mirabridge_seats_{name} {help}.")?;
        writeln!(text, "# TYPE mirabridge_seats_{name} gauge")?;
        if organizations.len() > LABELLED_ORGANIZATIONS {
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
