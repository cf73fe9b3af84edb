//! The report: for programs, for spreadsheets, for people.

#![expect(unused_qualifications, reason = "the macro of the description writes them")]

mod told;

use super::Desk;
use super::auth::Organization;
use super::problem::Problem;
use super::query::Asked;
use super::usage::{HOUR_MS, Stretch, Subject, ask, subject};
use crate::report::{Day, Report};
use crate::seats::Timestamp;
use crate::store::{Detail, History};
use crate::usage::{Interval, edges, intervals, start_of_day};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Where nothing is asked for: the last day and the 27 before it, the first hour of which is less than
/// so long ago.
const USUAL_MS: i64 = 27 * 24 * HOUR_MS + 1;
/// At most so many days: days are kept for five years.
const MOST_DAYS: usize = 1830;

/// Of which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// RFC 3339; widened to the midnight before it; four weeks before `to` where it is left out.
    from: Option<String>,
    /// RFC 3339; widened to the midnight after it; now where it is left out.
    to: Option<String>,
}

/// What the caller wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Page,
}

/// Utilization in whole days of the organization's calendar: JSON, CSV or a page to print, by `Accept`.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/report", tag = "usage",
    params(("org" = String, Path), Days),
    responses((status = 200, description = "By `Accept`: JSON, `text/csv` with a line for each day, or `text/html`",
            content((told::ToldReport = "application/json"), (String = "text/csv"), (String = "text/html"))),
        (status = 422, description = "A parameter is not taken"),
        (status = 503, description = "The store cannot be read")))]
pub(super) async fn report(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    Asked(asked): Asked<Days>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let subject = subject(&desk, id)?;
    let stretch = Stretch::read(asked.from.as_deref(), asked.to.as_deref(), USUAL_MS, subject.now)?;
    let material = gather(&desk, &subject, &stretch).await?;
    let form = Form::wanted(&headers);
    // Composing and drawing take a while, which the widgets' threads have not.
    let answered = tokio::task::spawn_blocking(move || answer(material, form)).await;
    answered.unwrap_or(Err(Problem::Unreadable))
}

fn answer(material: Material, form: Form) -> Result<Response, Problem> {
    let report = material.compose();
    Ok(match form {
        Form::Json => Json(told::ToldReport::of(&report)).into_response(),
        Form::Csv => {
            let disposition = format!("attachment; filename=\"seats-{}.csv\"", report.subject.id);
            let kind = "text/csv; charset=utf-8; header=present".to_owned();
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (no_store(), headers, crate::report::csv(&report)).into_response()
        }
        Form::Page => {
            let page = crate::report::html(&report).map_err(|error| {
                tracing::error!(organization = %report.subject.id, %error, "a report cannot be drawn");
                Problem::Unreadable
            })?;
            let kind = "text/html; charset=utf-8".to_owned();
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_SECURITY_POLICY, crate::report::policy()),
            ];
            (no_store(), headers, page).into_response()
        }
    })
}

fn no_store() -> [(header::HeaderName, &'static str); 4] {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ]
}

/// All that a report is made of.
struct Material {
    subject: crate::report::Subject,
    /// The edges of its days.
    cut: Vec<Timestamp>,
    until: Timestamp,
    days: History,
    /// The half-hours as far as they are kept, with their edges.
    halves: Option<(Vec<Timestamp>, History)>,
}

/// Reads the days and the half-hours of a stretch.
async fn gather(desk: &Desk, subject: &Subject, stretch: &Stretch) -> Result<Material, Problem> {
    let zone = &subject.zone;
    let from = start_of_day(zone, stretch.from, 0);
    let until = subject.midnight_after(stretch.until).min(subject.now);
    let cut = edges(Interval::Day, from, until, zone, MOST_DAYS);
    if cut.len() > MOST_DAYS {
        return Err(Problem::field("from", "at most 1830 days before to"));
    }
    let (known, halves) = tokio::join!(
        ask(desk, &subject.id, from, until, Detail::Days),
        halves(desk, subject, from, until),
    );
    let name = desk
        .books
        .read(|state| state.effective(&subject.id))
        .map(|one| one.name);
    let id = subject.id.to_string();
    Ok(Material {
        subject: crate::report::Subject {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            zone: zone.clone(),
        },
        cut,
        until,
        days: known?.history,
        halves: halves?,
    })
}

impl Material {
    fn compose(self) -> Report {
        let until = self.until;
        let rows = intervals(&self.days.rows, &self.cut, &self.days.gaps, until);
        let days = self.cut.windows(2).zip(rows).map(|(edge, row)| Day {
            from: edge[0],
            until: edge[1].min(until),
            row,
        });
        let days = days.collect();
        let halves = self.halves.map_or(Vec::new(), |(cut, known)| {
            let rows = intervals(&known.rows, &cut, &known.gaps, until);
            cut.into_iter().zip(rows).collect()
        });
        Report::of(self.subject, days, halves, &self.days.gaps)
    }
}

/// The half-hours of a stretch, as long as they are kept.
async fn halves(
    desk: &Desk,
    subject: &Subject,
    from: Timestamp,
    until: Timestamp,
) -> Result<Option<(Vec<Timestamp>, History)>, Problem> {
    let from = from.max(subject.kept_since(Detail::Peaks));
    if from >= until {
        return Ok(None);
    }
    let cut = edges(Interval::HalfHour, from, until, &subject.zone, usize::MAX - 1);
    let known = ask(desk, &subject.id, from, until, Detail::Peaks).await?;
    Ok(Some((cut, known.history)))
}

impl Form {
    /// The first form of `Accept` that there is, by its weight; JSON where none is asked for.
    fn wanted(headers: &HeaderMap) -> Self {
        let mut best = (0.0, Self::Json);
        let accepted = headers.get_all(header::ACCEPT).iter();
        let accepted = accepted
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        for range in accepted {
            let mut parts = range.split(';').map(str::trim);
            let form = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/json" | "*/*" | "application/*" => Self::Json,
                "text/csv" => Self::Csv,
                "text/html" | "text/*" | "application/xhtml+xml" => Self::Page,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            let weight = weight.and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
            if weight > best.0 {
                best = (weight, form);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_what_is_accepted_most() {
        let wanted = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Form::wanted(&headers)
        };
        assert_eq!(Form::wanted(&HeaderMap::new()), Form::Json);
        assert_eq!(wanted("text/csv"), Form::Csv);
        assert_eq!(
            wanted("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            Form::Page
        );
        assert_eq!(wanted("text/csv;q=0.5, application/json"), Form::Json);
        assert_eq!(wanted("image/png"), Form::Json);
        assert_eq!(wanted("text/html;q=0"), Form::Json);
    }
}
