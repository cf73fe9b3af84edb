//! Scenario files: the days of a fleet. What a file does not say is as in the profile it starts from.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use super::file;
use super::page::Page;
use super::problem::Problem;
use super::section::{Field, Section};
use crate::schedule::{ByPlace, Scenario, Shift, TimeOfDay};

const MILLISECOND: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

const SHARE: RangeInclusive<f64> = 0.0..=1.0;
const MINUTES: RangeInclusive<f64> = -240.0..=240.0;
const MEAN_MINUTES: RangeInclusive<f64> = 0.0..=240.0;
const AN_HOUR: RangeInclusive<f64> = 0.0..=60.0;
const A_MONTH: RangeInclusive<f64> = 0.0..=1000.0;

/// Reads a scenario file. All problems are returned together, in the order of their lines.
pub fn load_scenario(path: &Path) -> Result<Scenario, Vec<Problem>> {
    let text = file::read_text(path).map_err(|error| vec![Problem::in_file(path, error.to_string())])?;
    let page = Page::new(path, &text);
    let document = page.parse()?;
    let mut root = Section::root(&page, document.get_ref());
    let mut scenario = root
        .field("profile")
        .and_then(|field| field.parsed(profile))
        .unwrap_or_else(Scenario::office);

    fraction(&mut root, "on_duty", SHARE, &mut scenario.on_duty);
    fraction(&mut root, "home", SHARE, &mut scenario.home);
    if let Some(field) = root.field("weekdays") {
        weekdays(&field, &mut scenario.weekdays);
    }
    let begin = root.field("begin").and_then(|field| field.parsed(str::parse));
    scenario.begin = begin.unwrap_or(scenario.begin);
    let shifts: Vec<Option<Shift>> = root.sections("shift").into_iter().map(shift).collect();
    if !shifts.is_empty() {
        scenario.shifts = shifts.into_iter().flatten().collect();
    }
    for (key, read) in [
        ("arrival", arrival as fn(&mut Section<'_>, &mut Scenario)),
        ("leaving", leaving),
        ("lunch", lunch),
        ("disturbances", disturbances),
        ("incidents", incidents),
        ("waits", waits),
    ] {
        if let Some(mut section) = root.section(key) {
            read(&mut section, &mut scenario);
            section.finish();
        }
    }
    root.finish();

    let (mut problems, _, _): (Vec<Problem>, BTreeSet<String>, _) = page.into_parts();
    if problems.is_empty() {
        return Ok(scenario);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

fn profile(name: &str) -> Result<Scenario, &'static str> {
    Scenario::named(name).ok_or("this is a profile: \"office\", \"extended\" or \"24x7\"")
}

fn shift(mut section: Section<'_>) -> Option<Shift> {
    let start: Option<TimeOfDay> = section
        .required("start", "start = \"08:00\"")
        .and_then(|field| field.parsed(str::parse));
    let start_until = section
        .field("start_until")
        .and_then(|field| match field.parsed(str::parse) {
            Some(until) if start.is_some_and(|start| until < start) => {
                field.report("the latest start is not before the first");
                None
            }
            until => until,
        });
    let length = section
        .required("length", "length = \"8h 30m\"")
        .and_then(|field| field.duration(MINUTE * 30..=HOUR * 16));
    let share = section
        .required("share", "share = 45")
        .and_then(|field| field.fraction(0.001..=1000.0));
    section.finish();
    Some(Shift {
        start: start?,
        start_until: start_until.or(start)?,
        length: length?,
        share: share?,
    })
}

fn arrival(section: &mut Section<'_>, scenario: &mut Scenario) {
    let arrival = &mut scenario.arrival;
    fraction(section, "on_time_mean", MINUTES, &mut arrival.on_time_mean);
    fraction(
        section,
        "on_time_deviation",
        MEAN_MINUTES,
        &mut arrival.on_time_deviation,
    );
    fraction(section, "late", SHARE, &mut arrival.late);
    fraction(section, "late_mean", MEAN_MINUTES, &mut arrival.late_mean);
    fraction(section, "early", SHARE, &mut arrival.early);
    fraction(section, "early_mean", MEAN_MINUTES, &mut arrival.early_mean);
    whole(section, "late", ("late", "early"), arrival.late + arrival.early);
}

fn leaving(section: &mut Section<'_>, scenario: &mut Scenario) {
    let leaving = &mut scenario.leaving;
    fraction(section, "on_time_mean", MINUTES, &mut leaving.on_time_mean);
    fraction(
        section,
        "on_time_deviation",
        MEAN_MINUTES,
        &mut leaving.on_time_deviation,
    );
    fraction(section, "overtime", SHARE, &mut leaving.overtime);
    fraction(section, "overtime_mean", MEAN_MINUTES, &mut leaving.overtime_mean);
    fraction(section, "early", SHARE, &mut leaving.early);
    fraction(section, "early_mean", MEAN_MINUTES, &mut leaving.early_mean);
    fraction(section, "close", SHARE, &mut leaving.close);
    fraction(section, "stay_open", SHARE, &mut leaving.stay_open);
    between(section, "open_for", HOUR * 14, &mut leaving.open_for);
    let early = leaving.overtime + leaving.early;
    whole(section, "overtime", ("overtime", "early"), early);
    let unsaid = leaving.close + leaving.stay_open;
    whole(section, "close", ("close", "stay_open"), unsaid);
}

fn lunch(section: &mut Section<'_>, scenario: &mut Scenario) {
    let lunch = &mut scenario.lunch;
    fraction(section, "logout", SHARE, &mut lunch.logout);
    time(section, "from_length", HOUR * 24, &mut lunch.from_length);
    between(section, "length", HOUR * 4, &mut lunch.length);
}

fn disturbances(section: &mut Section<'_>, scenario: &mut Scenario) {
    let disturbances = &mut scenario.disturbances;
    fraction(section, "reloads", AN_HOUR, &mut disturbances.reloads);
    between(section, "reload_gap", MINUTE, &mut disturbances.reload_gap);
    by_place(section, "drops", &mut disturbances.drops);
    time(section, "drop_median", MINUTE, &mut disturbances.drop_median);
    fraction(section, "drop_sigma", 0.0..=3.0, &mut disturbances.drop_sigma);
    by_place(section, "losses", &mut disturbances.losses);
    time(section, "loss_mean", HOUR * 4, &mut disturbances.loss_mean);
    fraction(section, "silent", SHARE, &mut disturbances.silent);
}

fn incidents(section: &mut Section<'_>, scenario: &mut Scenario) {
    let incidents = &mut scenario.incidents;
    fraction(section, "blips", A_MONTH, &mut incidents.blips);
    between(section, "blip_length", HOUR * 4, &mut incidents.blip_length);
    fraction(section, "restarts", A_MONTH, &mut incidents.restarts);
    between(section, "restart_length", HOUR * 4, &mut incidents.restart_length);
}

fn waits(section: &mut Section<'_>, scenario: &mut Scenario) {
    between(section, "retry", HOUR * 8, &mut scenario.waits.retry);
    time(section, "return_within", HOUR, &mut scenario.waits.return_within);
}

fn weekdays(field: &Field<'_>, weekdays: &mut [f64; 7]) {
    let shares: Vec<f64> = field
        .list()
        .iter()
        .filter_map(|day| day.fraction(SHARE))
        .collect();
    match <[f64; 7]>::try_from(shares) {
        Ok(shares) => *weekdays = shares,
        Err(_) => field.report("this has seven shares, from Monday on: [1, 1, 1, 1, 1, 0.5, 0]"),
    }
}

fn by_place(section: &mut Section<'_>, key: &'static str, value: &mut ByPlace) {
    if let Some(mut places) = section.section(key) {
        fraction(&mut places, "site", AN_HOUR, &mut value.site);
        fraction(&mut places, "home", AN_HOUR, &mut value.home);
        places.finish();
    }
}

fn fraction(section: &mut Section<'_>, key: &'static str, range: RangeInclusive<f64>, value: &mut f64) {
    let read = section.field(key).and_then(|field| field.fraction(range));
    *value = read.unwrap_or(*value);
}

fn time(section: &mut Section<'_>, key: &'static str, most: Duration, value: &mut Duration) {
    let read = section
        .field(key)
        .and_then(|field| field.duration(MILLISECOND..=most));
    *value = read.unwrap_or(*value);
}

/// A list of the shortest and the longest time.
fn between(
    section: &mut Section<'_>,
    key: &'static str,
    most: Duration,
    value: &mut RangeInclusive<Duration>,
) {
    let Some(field) = section.field(key) else { return };
    let list = field.list();
    let times: Vec<Duration> = list
        .iter()
        .filter_map(|time| time.duration(MILLISECOND..=most))
        .collect();
    match times[..] {
        [least, most] if least <= most => *value = least..=most,
        _ if times.len() < list.len() => {}
        _ => field.report("these are two times, the shorter one first, as in [\"5s\", \"90s\"]"),
    }
}

/// Parts of a whole.
fn whole(section: &mut Section<'_>, key: &str, names: (&str, &str), sum: f64) {
    if sum > 1.0 {
        let (one, other) = names;
        section.report(
            key,
            format!("{one} and {other} are parts of the same people; together at most 1"),
        );
    }
}

#[cfg(test)]
mod tests;
