//! What a replay is asked about.

use super::super::DAY_MS;
use crate::admin::body::{Fields, number, time, whole};
use crate::admin::problem::Problem;
use crate::admin::usage::Subject;
use crate::config::MOST_SEATS;
use crate::seats::Timestamp;
use serde_json::Value;
use std::borrow::Cow;
use utoipa::ToSchema;

pub(super) const QUARTER_MINUTES: u32 = 15;
const STAGGERS: [u32; 4] = [0, 15, 30, 60];
/// Where nothing is said, and the most.
const USUAL_DAYS: i64 = 28;
const MOST_DAYS: i64 = 31;
const SEED: u64 = 1;

/// What is asked.
#[derive(ToSchema)]
#[schema(as = ReplayWish)]
pub(super) struct Wish {
    /// RFC 3339; 28 days before `to` where it is left out, 31 at most.
    #[schema(value_type = Option<String>)]
    pub(super) from: Timestamp,
    /// RFC 3339; now where it is left out.
    #[schema(rename = "to", value_type = Option<String>)]
    pub(super) until: Timestamp,
    /// The seats, all the time, with a strict limit; what the organization has without increases where
    /// it is left out.
    pub(super) seats: Option<u32>,
    /// `{"max":20}`: so many may wait; `true`: all; `false`: nobody. As the organization has it where it
    /// is left out.
    #[schema(rename = "waiting_line", value_type = Option<Value>)]
    pub(super) line: Option<u32>,
    /// 0 (the default), 15, 30 or 60: everybody begins and ends later by up to so long, in quarters of
    /// an hour, each by its own.
    #[schema(rename = "stagger_minutes", value_type = Option<u32>)]
    pub(super) stagger: u32,
    /// The same seed gives the same answer; 1 where it is left out.
    #[schema(value_type = Option<u64>)]
    pub(super) seed: u64,
}

impl Wish {
    pub(super) fn read(mut body: Fields, subject: &Subject) -> Result<Self, Problem> {
        let now = subject.now;
        let until = body.optional("to", time)?.flatten();
        let until = until.map_or(now, |until| until.min(now));
        let from = body.optional("from", time)?.flatten();
        let wish = Self {
            from: from.unwrap_or(Timestamp(until.0 - USUAL_DAYS * DAY_MS)),
            until,
            seats: body.optional("seats", number(1..=MOST_SEATS))?.flatten(),
            // As in the settings, null is none.
            line: body.optional("waiting_line", line)?.map(|line| line.unwrap_or(0)),
            stagger: body.optional("stagger_minutes", stagger)?.flatten().unwrap_or(0),
            seed: body.optional("seed", whole)?.flatten().unwrap_or(SEED),
        };
        body.finish()?;
        if wish.from >= wish.until {
            return Err(Problem::field("to", "later than from"));
        }
        if wish.until.0 - wish.from.0 > MOST_DAYS * DAY_MS {
            return Err(Problem::field("from", "at most 31 days before to"));
        }
        Ok(wish)
    }
}

fn line(value: &Value) -> Result<u32, Cow<'static, str>> {
    match value {
        Value::Bool(false) => Ok(0),
        Value::Bool(true) => Ok(MOST_SEATS),
        Value::Object(table) if table.len() == 1 && table.contains_key("max") => {
            number(1..=MOST_SEATS)(&table["max"])
        }
        _ => Err("this is {\"max\":20}, true or false".into()),
    }
}

fn stagger(value: &Value) -> Result<u32, Cow<'static, str>> {
    let minutes = value.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
    minutes
        .filter(|minutes| STAGGERS.contains(minutes))
        .map(|minutes| minutes / QUARTER_MINUTES)
        .ok_or_else(|| "0, 15, 30 or 60".into())
}
