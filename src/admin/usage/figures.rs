//! The figures of one interval as they are told.

use crate::protocol::rfc3339;
use crate::seats::Timestamp;
use crate::usage::{Count, Row};
use serde::Serialize;
use utoipa::ToSchema;

/// A usage item.
#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct Figures {
    from: String,
    to: String,
    peak: u32,
    low: u32,
    mean: f64,
    limit: u32,
    seat_seconds: f64,
    known_s: f64,
    in_grace_seconds: f64,
    demand_peak: u32,
    logins: u64,
    logouts: u64,
    purges: u64,
    resumes: u64,
    terminated: u64,
    handoffs: u64,
    withdrawn: u64,
    lost: u64,
    fell_silent: u64,
    refusals: u64,
    refusals_by_code: Codes,
    would_be_refused: u64,
    episodes: u64,
    waited: u64,
    waited_briefly: u64,
    wait_s_p95: Option<f64>,
    tried_s: f64,
    abandoned: u64,
}

#[derive(Serialize, ToSchema)]
struct Codes {
    seats_exhausted: u64,
    no_allocation: u64,
    maintenance: u64,
    handoff_invalid: u64,
    session_gone: u64,
    token_spent: u64,
    too_many_tokens: u64,
}

impl Figures {
    pub(in crate::admin) fn of(from: Timestamp, until: Timestamp, row: &Row) -> Self {
        let count = |count| row.counts.get(count);
        Self {
            from: rfc3339(from),
            to: rfc3339(until),
            peak: row.in_use.highest().unwrap_or(0),
            low: row.in_use.lowest().unwrap_or(0),
            mean: mean(row),
            limit: row.limit.highest().unwrap_or(0),
            seat_seconds: seconds(row.in_use.product_ms()),
            known_s: seconds(row.known_ms()),
            in_grace_seconds: seconds(row.in_grace.product_ms()),
            demand_peak: row.demand.highest().unwrap_or(0),
            logins: count(Count::Logins),
            logouts: count(Count::Logouts),
            purges: row.counts.purges(),
            resumes: count(Count::Resumes),
            terminated: count(Count::Terminated),
            handoffs: count(Count::Handoffs),
            withdrawn: count(Count::Withdrawn),
            lost: count(Count::Lost),
            fell_silent: count(Count::FellSilent),
            refusals: count(Count::Refusals),
            refusals_by_code: Codes {
                seats_exhausted: count(Count::SeatsExhausted),
                no_allocation: count(Count::NoAllocation),
                maintenance: count(Count::Maintenance),
                handoff_invalid: count(Count::HandoffInvalid),
                session_gone: count(Count::SessionGone),
                token_spent: count(Count::TokenSpent),
                too_many_tokens: count(Count::TooManyTokens),
            },
            would_be_refused: count(Count::WouldBeRefused),
            episodes: count(Count::Episodes),
            waited: count(Count::Waited),
            waited_briefly: count(Count::WaitedBriefly),
            wait_s_p95: row.waits.quantile_s(0.95),
            tried_s: seconds(count(Count::TriedMs)),
            abandoned: count(Count::Abandoned),
        }
    }
}

/// Seat seconds by known seconds, to a hundredth.
pub(in crate::admin) fn mean(row: &Row) -> f64 {
    let mean = row.in_use.product_ms() as f64 / row.known_ms().max(1) as f64;
    (mean * 100.0).round() / 100.0
}

/// Milliseconds as seconds.
pub(in crate::admin) fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
