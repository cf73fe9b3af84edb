//! What would have been on other seats, in a waiting line, or with starts that are staggered.

mod bounds;
mod wish;

pub use bounds::Replays;

use super::DAY_MS;
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::body::Fields;
use crate::admin::problem::Problem;
use crate::admin::usage::{Subject, ask, subject};
use crate::protocol::rfc3339;
use crate::registry::Known;
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::replay::{self, Estimate, FIRST_DAYS, FIRST_SESSIONS, Question, Range};
use crate::usage::{Count, Row, known_ms};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use wish::Wish;

/// What is said of every estimate.
const NOTE: &str = "An estimate: the sessions of the record were drawn anew, since it does not know which login \
     belongs to which end. Real people may do otherwise.";

/// The estimate, or what is missing for one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ReplayAdvice)]
pub(in crate::admin) enum Advice {
    Ready(Box<Ready>),
    TooLittle(TooLittle),
}

#[derive(Serialize, ToSchema)]
#[schema(as = Replay)]
pub(in crate::admin) struct Ready {
    #[serde(flatten)]
    asked: Asked,
    estimate: Told,
    stands_on: StandsOn,
    /// What an estimate is, in words.
    note: &'static str,
}

/// Too little is on record.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayTooLittle)]
pub(in crate::admin) struct TooLittle {
    days_known: u64,
    days_needed: u64,
    sessions: u64,
    sessions_needed: u64,
    message: String,
}

/// Against what the sessions were replayed.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayAsked)]
struct Asked {
    seats: u32,
    /// How many may wait in the line; 0: nobody.
    waiting_line: u32,
    stagger_minutes: u32,
    seed: u64,
}

/// What would have been, each from the lowest to the highest that may be.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayEstimate)]
struct Told {
    /// Logins refused when they came, each once, however often it was tried again.
    refused: ToldRange,
    /// Those that got a seat after they were refused, or waited in the line.
    waited: ToldRange,
    /// 95 % of them waited no longer; null: nobody waited.
    wait_s_p95: Option<ToldRange>,
    /// The most seats in use.
    peak_in_use: ToldRange,
}

/// From the lowest to the highest.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayRange)]
struct ToldRange {
    low: u64,
    /// The middle one of the draws.
    middle: u64,
    high: u64,
}

/// The record that was replayed.
#[derive(Serialize, ToSchema)]
#[schema(as = ReplayStandsOn)]
struct StandsOn {
    /// Later than what was asked for where the record begins later, or more sessions are on it than
    /// are replayed.
    from: String,
    to: String,
    days_known: u64,
    sessions: u64,
    /// How often the sessions were drawn.
    draws: u64,
    /// Logins that were refused for want of a seat on the record itself. Whoever came in vain and went
    /// left few traces: the more of them, the wider the ranges.
    refused_on_record: u64,
}

/// Replays the sessions on record against other seats, a waiting line or staggered starts. An estimate:
/// every figure is a range.
#[utoipa::path(post, path = "/api/v1/organizations/{org}/advice/replay", tag = "advice",
    params(("org" = String, Path)), request_body = Wish,
    responses((status = 200, body = Advice),
        (status = 422, description = "A field is not taken"),
        (status = 503, description = "As many replays run as may, or the store cannot be read")))]
pub(in crate::admin) async fn replay(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
    body: Fields,
) -> Result<Json<Advice>, Problem> {
    let subject = subject(&desk, id)?;
    let wish = Wish::read(body, &subject)?;
    let settings = desk.books.read(|state| state.effective(&subject.id));
    let settings = settings.ok_or(Problem::NotFound)?;
    let question = Question {
        seats: wish.seats.unwrap_or(settings.allocation.base),
        line: wish.line.unwrap_or(settings.waiting_line.unwrap_or(0)),
        stagger: wish.stagger,
        seed: wish.seed,
    };
    let place = desk.replays.begin(&subject.id)?;
    let known = known(&desk, &subject, &wish).await?;
    // It takes a while, which the widgets' threads have not. Its place is taken until it is over, also
    // where nobody waits for the answer any longer.
    let answered = tokio::task::spawn_blocking(move || {
        let _place = place;
        answer(&known, question, wish.until)
    });
    answered.await.map(Json).map_err(|error| {
        tracing::error!(organization = %subject.id, %error, "a replay broke off");
        Problem::Unreadable
    })
}

async fn known(desk: &Desk, subject: &Subject, wish: &Wish) -> Result<Known, Problem> {
    let from = wish.from.max(subject.kept_since(Detail::Minutes));
    let mut known = ask(desk, &subject.id, from, wish.until, Detail::Minutes).await?;
    // What began before it is not of it.
    let rows = &mut known.history.rows;
    rows.retain(|row| from <= row.from && row.from < wish.until);
    Ok(known)
}

fn answer(known: &Known, question: Question, until: Timestamp) -> Advice {
    let (rows, gaps) = (&known.history.rows, &known.history.gaps);
    let days_since = |from: Timestamp| known_ms(from, until, gaps).div_euclid(DAY_MS.unsigned_abs());
    let days_known = rows.first().map_or(0, |row| days_since(row.from));
    let sessions = sum(rows, Count::Logins);
    if days_known < FIRST_DAYS || sessions < FIRST_SESSIONS {
        return Advice::TooLittle(TooLittle {
            days_known,
            days_needed: FIRST_DAYS,
            sessions,
            sessions_needed: FIRST_SESSIONS,
            message: format!(
                "a replay needs {FIRST_DAYS} days and {FIRST_SESSIONS} sessions: there are {days_known} and {sessions}"
            ),
        });
    }
    let estimate = replay::replay(rows, question);
    let from = estimate.from.unwrap_or(until);
    let replayed = &rows[rows.partition_point(|row| row.from < from)..];
    Advice::Ready(Box::new(Ready {
        asked: Asked {
            seats: question.seats,
            waiting_line: question.line,
            stagger_minutes: question.stagger * wish::QUARTER_MINUTES,
            seed: question.seed,
        },
        stands_on: StandsOn {
            from: rfc3339(from),
            to: rfc3339(until),
            days_known: days_since(from),
            sessions: estimate.sessions,
            draws: estimate.draws,
            refused_on_record: sum(replayed, Count::Refusals),
        },
        estimate: Told::of(&estimate),
        note: NOTE,
    }))
}

fn sum(rows: &[Row], count: Count) -> u64 {
    rows.iter().map(|row| row.counts.get(count)).sum()
}

impl Told {
    fn of(estimate: &Estimate) -> Self {
        Self {
            refused: estimate.refused.into(),
            waited: estimate.waited.into(),
            wait_s_p95: estimate.wait_s_p95.map(Into::into),
            peak_in_use: estimate.peak.into(),
        }
    }
}

impl From<Range> for ToldRange {
    fn from(Range { low, middle, high }: Range) -> Self {
        Self { low, middle, high }
    }
}
