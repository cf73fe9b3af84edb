//! What people do that costs seats.

use super::quiet_windows::past;
use super::{DAY_MS, TooEarly, known};
use crate::admin::Desk;
use crate::admin::auth::Organization;
use crate::admin::books::State as Books;
use crate::admin::books::entries::NewLogins;
use crate::admin::problem::Problem;
use crate::admin::usage::{Subject, all_since, subject};
use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::store::Detail;
use crate::usage::habits::{Beside, Habit, LOOKS_BACK_DAYS, Lived, Measure, Plan, habits as measure};
use crate::usage::quiet_windows::LOOKS_AHEAD_DAYS;
use crate::usage::{Interval, local_half_hour, start_of_day};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A longer increase is for a season, which no quiet time can take.
const TRAINING_MS: i64 = DAY_MS;

/// What is advised, or how many days it takes until something can be.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = HabitsAdvice)]
pub(in crate::admin) enum Advice {
    Ready(Ready),
    TooEarly(TooEarly),
}

#[derive(Serialize, ToSchema)]
#[schema(as = Habits)]
pub(in crate::admin) struct Ready {
    from: String,
    to: String,
    days_known: usize,
    /// Those that stand out. Empty: none does.
    items: Vec<Item>,
    /// All that are looked at, with their numbers.
    looked_at: Vec<Looked>,
    /// What it comes to, in words.
    message: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HabitAdvice)]
struct Item {
    #[serde(flatten)]
    looked: Looked,
    /// For an administrator, in words.
    advice: &'static str,
}

/// A habit's number.
#[derive(Serialize, ToSchema)]
#[schema(as = HabitMeasure)]
struct Looked {
    /// `closing_the_browser`, `falling_silent`, `breaking`, `left_open`, `trainings_at_peaks` or
    /// `maintenance_at_peaks`.
    habit: &'static str,
    /// Null: too little is on record, or nothing is planned.
    measured: Option<f64>,
    /// From here on it stands out.
    threshold: f64,
    /// `share`, `per_100_session_hours` or `number`.
    unit: &'static str,
    /// How often it was seen.
    events: u64,
    /// Among so many sessions that ended, session hours or plans.
    of: f64,
}

/// What people do that costs seats, as far as the last 28 whole days tell.
#[utoipa::path(get, path = "/api/v1/organizations/{org}/advice/habits", tag = "advice",
    params(("org" = String, Path)),
    responses((status = 200, body = Advice), (status = 503, description = "The store cannot be read")))]
pub(in crate::admin) async fn habits(
    State(desk): State<Arc<Desk>>,
    Organization(id): Organization,
) -> Result<Json<Advice>, Problem> {
    let subject = subject(&desk, id)?;
    let today = start_of_day(&subject.zone, subject.now, 0);
    let since = start_of_day(
        &subject.zone,
        Timestamp(today.0 + DAY_MS / 2 - LOOKS_BACK_DAYS * DAY_MS),
        0,
    );
    let days = all_since(&desk, &subject, since, (Interval::Day, Detail::Days)).await?;
    let mut lived = Lived::default();
    for (_, row) in known(&days).filter(|(at, _)| *at < today) {
        lived.days += 1;
        lived.counts.add_all(&row.counts);
        lived.session_ms += row.in_use.product_ms();
        lived.lengths.add(&row.lengths);
    }
    let past = past(&desk, &subject).await?;
    let plans = desk.books.read(|state| plans(state, &subject));
    Ok(Json(match measure(&lived, &past, &plans) {
        Ok(measures) => {
            let advised = measures.iter().filter(|one| one.is_advised());
            let items: Vec<_> = advised.map(Item::of).collect();
            Advice::Ready(Ready {
                from: rfc3339(since),
                to: rfc3339(today),
                days_known: lived.days,
                message: message(items.len(), &measures),
                items,
                looked_at: measures.iter().map(Looked::of).collect(),
            })
        }
        Err(to_go) => Advice::TooEarly(to_go.into()),
    }))
}

/// What was or is planned, from four weeks ago to two weeks ahead.
fn plans(state: &Books, subject: &Subject) -> Vec<Plan> {
    let from = subject.now.0 - LOOKS_BACK_DAYS * DAY_MS;
    let until = subject.now.0 + LOOKS_AHEAD_DAYS * DAY_MS;
    let place = |at: i64| local_half_hour(&subject.zone, Timestamp(at));
    let plan = |is_maintenance, begins: i64, ends: i64| {
        let is_near = begins < until && ends > from && begins < ends;
        is_near.then(|| Plan {
            is_maintenance,
            first: place(begins),
            last: place(ends - 1),
        })
    };
    let settings = state.effective(&subject.id);
    let increases = settings
        .iter()
        .flat_map(|settings| &settings.allocation.increases);
    let trainings = increases
        .filter(|one| one.until.0 - one.from.0 <= TRAINING_MS)
        .filter_map(|one| plan(false, one.from.0, one.until.0));
    let concerns = |named: Option<&Vec<String>>| {
        named.is_none_or(|named| named.iter().any(|org| org == subject.id.as_str()))
    };
    let windows = state.windows.values().filter(|one| {
        let is_over = one.plan().stage(subject.now).is_over();
        concerns(one.organizations.as_ref()) && one.new_logins == NewLogins::Refused && !is_over
    });
    let windows = windows.filter_map(|one| plan(true, one.starts_at, one.ends_at));
    trainings.chain(windows).collect()
}

fn message(advised: usize, measures: &[Measure]) -> String {
    let known = measures.iter().filter(|one| one.measured.is_some()).count();
    match (advised, known) {
        (_, 0) => "too little is on record to speak of habits".to_owned(),
        (0, known) => format!("none of the {known} habits that can be measured stands out"),
        (1, known) => format!("one of the {known} habits that can be measured stands out"),
        (advised, known) => format!("{advised} of the {known} habits that can be measured stand out"),
    }
}

impl Looked {
    fn of(measure: &Measure) -> Self {
        Self {
            habit: match measure.habit {
                Habit::ClosingTheBrowser => "closing_the_browser",
                Habit::FallingSilent => "falling_silent",
                Habit::Breaking => "breaking",
                Habit::LeftOpen => "left_open",
                Habit::TrainingsAtPeaks => "trainings_at_peaks",
                Habit::MaintenanceAtPeaks => "maintenance_at_peaks",
            },
            measured: measure.measured.map(|measured| rounded(measured, 4)),
            threshold: measure.habit.threshold(),
            unit: match measure.habit.beside() {
                Beside::Ends => "share",
                Beside::SessionHours => "per_100_session_hours",
                Beside::Plans => "number",
            },
            events: measure.events,
            of: rounded(measure.of, 1),
        }
    }
}

impl Item {
    fn of(measure: &Measure) -> Self {
        Self {
            looked: Looked::of(measure),
            advice: words(measure.habit),
        }
    }
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

fn words(habit: Habit) -> &'static str {
    match habit {
        Habit::ClosingTheBrowser => {
            "Many agents close the browser without logging out. Each such seat stays taken for a whole grace; \
             a logout frees it at once. Show them the logout, or let their page log out when it is left."
        }
        Habit::FallingSilent => {
            "Many connections fall silent: laptops that sleep, networks that drop. Each keeps its seat until the \
             silence is noticed and the grace is over. Look at the network of those places, and at settings that \
             let machines sleep."
        }
        Habit::Breaking => {
            "Many connections break while their agent goes on: reloads, crashes of the browser, changes of the \
             network. Nobody loses a seat by it, but calls may suffer. Look for pages that reload, and at the \
             network."
        }
        Habit::LeftOpen => {
            "Sessions stay open for longer than any shift. Each holds a seat that nobody uses. End those older \
             than a shift on the page Sessions, and ask their agents to log out."
        }
        Habit::TrainingsAtPeaks => {
            "Short increases lie at the busiest times of the week. At a quiet time fewer seats on top would do: \
             see the quiet windows."
        }
        Habit::MaintenanceAtPeaks => {
            "Maintenance that refuses logins lies at the busiest times of the week. See the quiet windows for a \
             time that disturbs fewer people."
        }
    }
}
