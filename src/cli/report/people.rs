//! A report for people at a terminal.

use comfy_table::{CellAlignment, Table, presets};
use serde_json::Value;

/// Days that are listed one by one; beyond them the weeks are.
const DAYS_LISTED: usize = 31;

/// Figures first, then days or weeks, then the highest peaks.
pub(super) fn text(report: &Value) -> String {
    let head = format!(
        "{}: {} to {}, {}",
        word(&report["name"]),
        local(&report["from"], &report["time_zone"], "%a %Y-%m-%d %H:%M"),
        local(&report["to"], &report["time_zone"], "%a %Y-%m-%d %H:%M"),
        word(&report["time_zone"]),
    );
    let total = &report["total"];
    if total.is_null() {
        return format!("{head}\nnothing is recorded of this time");
    }
    let parts = [head, figures(report, total), over_time(report), peaks(report)];
    parts.join("\n\n")
}

fn figures(report: &Value, total: &Value) -> String {
    let percent = |part: &Value| match part.as_f64() {
        Some(part) => format!("{:.1} %", part * 100.0),
        None => "-".to_owned(),
    };
    let hours = |seconds: &Value| match seconds.as_f64() {
        Some(seconds) => format!("{:.1} h", seconds / 3600.0),
        None => "-".to_owned(),
    };
    let enough = &total["enough"];
    let ends = &total["ends"];
    let mut table = plain();
    for (name, value) in [
        ("peak", word(&total["peak"])),
        ("held 30 minutes", word(&total["peak_held_30_min"])),
        ("limit", word(&total["limit"])),
        ("mean while open", word(&total["mean_open"])),
        (
            "enough for 95, 99, 99.9 %",
            format!(
                "{}, {}, {}",
                word(&enough["95"]),
                word(&enough["99"]),
                word(&enough["99.9"])
            ),
        ),
        ("in use", hours(&total["seat_seconds"])),
        ("open", hours(&total["open_s"])),
        ("not known", hours(&report["unknown_s"])),
        ("logins", word(&total["logins"])),
        ("refusals", word(&total["refusals"])),
        (
            "waited, abandoned",
            format!("{}, {}", word(&total["waited"]), word(&total["abandoned"])),
        ),
        (
            "ended by logout, closed, lost, ended",
            format!(
                "{}, {}, {}, {}",
                word(&ends["logout"]),
                word(&ends["closed"]),
                word(&ends["lost"]),
                word(&ends["ended"])
            ),
        ),
        ("resume success", percent(&total["resume_success"])),
        ("over 12 hours", word(&total["over_12_h"])),
        ("half are no longer than", hours(&total["length_s_p50"])),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    right(&mut table, 1);
    table.to_string()
}

fn over_time(report: &Value) -> String {
    let empty = Vec::new();
    let days = report["days"].as_array().unwrap_or(&empty);
    let weeks = report["weeks"].as_array().unwrap_or(&empty);
    let (name, items) = if days.len() > DAYS_LISTED {
        ("week from", weeks)
    } else {
        ("day from", days)
    };
    let columns = ["peak", "mean", "limit", "logins", "refusals"];
    let zone = &report["time_zone"];
    let mut table = plain();
    table.set_header([name].iter().chain(&columns));
    for item in items {
        let figures = columns.iter().map(|column| word(&item[*column]));
        let from = local(&item["from"], zone, "%a %Y-%m-%d");
        table.add_row([from].into_iter().chain(figures));
    }
    (1..=columns.len()).for_each(|column| right(&mut table, column));
    table.to_string()
}

fn peaks(report: &Value) -> String {
    let mut table = plain();
    table.set_header(["top peaks", "first reached in the half-hour from"]);
    for peak in report["peaks"].as_array().into_iter().flatten() {
        let at = if peak["at"].is_null() {
            &peak["day"]
        } else {
            &peak["at"]
        };
        let at = local(at, &report["time_zone"], "%a %Y-%m-%d %H:%M");
        table.add_row([word(&peak["seats"]), at]);
    }
    right(&mut table, 0);
    table.to_string()
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// A time as the organization's clock shows it.
fn local(at: &Value, zone: &Value, format: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone.as_str().unwrap_or("UTC"));
    let at = at.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    match (at, zone) {
        (Some(at), Ok(zone)) => at.to_zoned(zone).strftime(format).to_string(),
        (_, _) => word(&Value::Null),
    }
}

/// A value for people. What others wrote cannot move the cursor.
fn word(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.chars().filter(|letter| !letter.is_control()).collect(),
        other => other.to_string(),
    }
}
