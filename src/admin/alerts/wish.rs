//! What somebody wants the alerts of an organization to be.

use super::super::body::{Fields, number};
use super::super::books::entries::{AlertsEntry, ChannelEntry, LevelEntry, RefusalsEntry};
use super::super::problem::Problem;
use super::level_entry;
use crate::alert::Level;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::ops::RangeInclusive;
use utoipa::ToSchema;

/// Levels of one organization.
const MOST_LEVELS: usize = 20;
/// A day, in seconds.
const DAY_S: u32 = 86_400;

/// Only what the body names changes; null is the default.
#[derive(ToSchema)]
#[schema(as = AlertsWish)]
pub(in crate::admin) struct Wish {
    /// Ascending, at most 20.
    #[schema(value_type = Option<Vec<LevelWish>>)]
    levels: Option<Option<Vec<LevelEntry>>>,
    #[schema(value_type = Option<RefusalsEntry>)]
    refusals: Option<Option<RefusalsEntry>>,
    /// From 1 to 86,400.
    #[schema(value_type = Option<u32>)]
    long_wait_s: Option<Option<u32>>,
    #[schema(value_type = Option<Vec<ChannelEntry>>)]
    channels: Option<Option<Vec<ChannelEntry>>>,
}

/// A level; what is left out is the usual of this percent.
#[derive(ToSchema)]
#[schema(as = AlertLevelWish)]
#[expect(dead_code, reason = "it is described and read field by field")]
struct LevelWish {
    percent: u8,
    hold_s: Option<u32>,
    clear_percent: Option<u8>,
    clear_hold_s: Option<u32>,
}

impl Wish {
    pub(super) fn read(mut body: Fields) -> Result<Self, Problem> {
        let wish = Self {
            levels: body.optional("levels", levels)?,
            refusals: body.optional("refusals", refusals)?,
            long_wait_s: body.optional("long_wait_s", number(1..=DAY_S))?,
            channels: body.optional("channels", channels)?,
        };
        body.finish()?;
        Ok(wish)
    }

    /// Whether it is about levels at other shares than these.
    pub(super) fn has_other_levels(&self, percents: &[u8]) -> bool {
        let wanted = self.levels.iter().flatten();
        let mut wanted = wanted.map(|levels| levels.iter().map(|level| level.percent));
        wanted.any(|wanted| !wanted.eq(percents.iter().copied()))
    }

    /// What the API says after it.
    pub(super) fn applied(self, mut entry: AlertsEntry) -> AlertsEntry {
        set(&mut entry.levels, self.levels);
        set(&mut entry.refusals, self.refusals);
        set(&mut entry.long_wait_s, self.long_wait_s);
        set(&mut entry.channels, self.channels);
        entry
    }
}

fn set<T>(setting: &mut Option<T>, wish: Option<Option<T>>) {
    if let Some(value) = wish {
        *setting = value;
    }
}

fn levels(value: &Value) -> Result<Vec<LevelEntry>, Cow<'static, str>> {
    let all = value
        .as_array()
        .filter(|all| (1..=MOST_LEVELS).contains(&all.len()));
    let all = all.ok_or("this is a list of 1 to 20 levels, as in [{\"percent\":80}]")?;
    let all: Vec<_> = all.iter().map(level).collect::<Result<_, _>>()?;
    if !all.is_sorted_by(|one, next| one.percent < next.percent) {
        return Err("levels ascend, each percent once".into());
    }
    Ok(all)
}

fn level(value: &Value) -> Result<LevelEntry, Cow<'static, str>> {
    const WISH: &str = "a level is as in {\"percent\":80,\"hold_s\":600,\"clear_percent\":75,\"clear_hold_s\":0}: \
        percent from 1 to 100, clear_percent below it and none at 100, times up to 86400";
    let read = || {
        let mut fields = value.as_object()?.clone();
        let percent = take(&mut fields, "percent", 1..=100)??;
        let usual = level_entry(Level::new(u8::try_from(percent).ok()?));
        let clear_percent = take(&mut fields, "clear_percent", 0..=percent - 1)?;
        if percent == 100 && clear_percent.is_some() {
            return None;
        }
        let level = LevelEntry {
            percent: usual.percent,
            hold_s: take(&mut fields, "hold_s", 0..=DAY_S)?.unwrap_or(usual.hold_s),
            clear_percent: match clear_percent {
                Some(percent) => Some(u8::try_from(percent).ok()?),
                None => usual.clear_percent,
            },
            clear_hold_s: take(&mut fields, "clear_hold_s", 0..=DAY_S)?.unwrap_or(usual.clear_hold_s),
        };
        fields.is_empty().then_some(level)
    };
    read().ok_or_else(|| WISH.into())
}

fn refusals(value: &Value) -> Result<RefusalsEntry, Cow<'static, str>> {
    let read = || {
        let mut fields = value.as_object()?.clone();
        let entry = RefusalsEntry {
            count: take(&mut fields, "count", 1..=1_000_000)??,
            within_s: take(&mut fields, "within_s", 1..=DAY_S)??,
        };
        fields.is_empty().then_some(entry)
    };
    read().ok_or_else(|| "this is as in {\"count\":3,\"within_s\":900}, whole numbers from 1".into())
}

fn channels(value: &Value) -> Result<Vec<ChannelEntry>, Cow<'static, str>> {
    let names = value.as_array().filter(|names| names.len() <= 1);
    let channel = |name: &Value| (name == "webhooks").then_some(ChannelEntry::Webhooks);
    let read = names.and_then(|names| names.iter().map(channel).collect());
    read.ok_or_else(|| "this is [\"webhooks\"] or []".into())
}

/// `None`: it is no good. `Some(None)`: it is not there.
fn take(fields: &mut Map<String, Value>, name: &str, range: RangeInclusive<u32>) -> Option<Option<u32>> {
    match fields.remove(name) {
        None | Some(Value::Null) => Some(None),
        Some(value) => number(range)(&value).ok().map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_left_out_of_a_level_is_the_usual_of_its_percent() {
        let read = levels(&json!([{"percent": 80}, {"percent": 95, "hold_s": 1}, {"percent": 100}])).unwrap();
        let times: Vec<_> = read
            .iter()
            .map(|level| (level.hold_s, level.clear_hold_s))
            .collect();
        assert_eq!(times, [(600, 0), (1, 0), (60, 300)]);
        let left: Vec<_> = read.iter().map(|level| level.clear_percent).collect();
        assert_eq!(left, [Some(75), Some(90), None]);
    }

    #[test]
    fn levels_that_make_no_sense_are_refused() {
        for bad in [
            json!([]),
            json!([80]),
            json!([{"percent": 0}]),
            json!([{"percent": 101}]),
            json!([{"percent": 90}, {"percent": 80}]),
            json!([{"percent": 80}, {"percent": 80}]),
            json!([{"percent": 80, "clear_percent": 80}]),
            json!([{"percent": 100, "clear_percent": 90}]),
            json!([{"percent": 80, "hold_s": -1}]),
            json!([{"percent": 80, "holds": 1}]),
            json!(
                (1..=21)
                    .map(|percent| json!({"percent": percent}))
                    .collect::<Vec<_>>()
            ),
        ] {
            assert!(levels(&bad).is_err(), "{bad}");
        }
        assert!(refusals(&json!({"count": 0, "within_s": 1})).is_err());
        assert!(channels(&json!(["mail"])).is_err() && channels(&json!([])).is_ok());
    }
}
