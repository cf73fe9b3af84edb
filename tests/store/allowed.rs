//! All that is ever stored or logged, as lists: what is new must be argued for here.

use crate::contents::make;
use crate::scenario::{self, SEATS};
use crate::server::Setup;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Tables and columns of the database.
const STORED: [&str; 36] = [
    "audit.at",
    "audit.checksum",
    "audit.label",
    "audit.method",
    "audit.number",
    "audit.organization",
    "audit.reason",
    "audit.route",
    "organization.checksum",
    "organization.id",
    "organization.number",
    "server.checksum",
    "server.hash_key",
    "server.id",
    "server.slots",
    "server.starts",
    "setting.checksum",
    "setting.kind",
    "setting.name",
    "setting.number",
    "setting.value",
    "slot.cell",
    "slot.number",
    "usage_day.figures",
    "usage_day.place",
    "usage_gap.reason",
    "usage_gap.start",
    "usage_gap.until",
    "usage_hour.place",
    "usage_hour.quarters",
    "usage_hour.rows",
    "usage_open.figures",
    "usage_open.place",
    "usage_reached.id",
    "usage_reached.reached",
    "usage_reached.start",
];

/// Files of the data folder.
const FILES: [&str; 8] = [
    "admin-token",
    "ballast",
    "lock",
    "mark",
    "mark.new",
    "seats.db",
    "seats.db-shm",
    "seats.db-wal",
];

/// Fields of log lines. `why` is one of the fixed reasons for which a signed token is not taken.
const LOGGED: [&str; 11] = [
    "connections",
    "error",
    "file",
    "organization",
    "problem",
    "sessions",
    "stall_ms",
    "starts",
    "waited_s",
    "why",
    "message",
];

#[tokio::test]
async fn the_database_has_the_allowed_columns_only() {
    assert_eq!(columns().await, STORED.map(str::to_owned).into());
}

#[tokio::test]
async fn the_privacy_document_names_each_stored_column_what_it_is_and_until_when() {
    let text = std::fs::read_to_string("docs/privacy.md").unwrap();
    let section = text
        .split("\n## ")
        .find(|part| part.starts_with("Stored in the data folder"));
    let rows = section.unwrap().lines().filter(|line| line.starts_with("| `"));
    let mut named = BTreeSet::new();
    for row in rows {
        let [_, table, columns, what, until, _] = row.split('|').map(str::trim).collect::<Vec<_>>()[..]
        else {
            panic!("not four cells: {row}");
        };
        assert!(what.len() > 10 && until.len() > 4, "nothing is said: {row}");
        for column in columns.split(", ") {
            let column = format!("{}.{}", table.trim_matches('`'), column.trim_matches('`'));
            assert!(named.insert(column), "named twice: {row}");
        }
    }
    assert_eq!(named, columns().await);
}

/// The tables and columns of a store.
async fn columns() -> BTreeSet<String> {
    let home = tempfile::tempdir().unwrap();
    make(home.path(), 1).await;
    let database = rusqlite::Connection::open(home.path().join("seats.db")).unwrap();
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
               WHERE m.type = 'table'";
    let mut statement = database.prepare(sql).unwrap();
    let found = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    found.map(Result::unwrap).collect()
}

#[tokio::test]
async fn the_data_folder_and_the_log_hold_what_is_allowed_only() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), SEATS as u32, scenario::GRACE_MS).with(&[
        "--log-level",
        "trace",
        "--log-format",
        "json",
    ]);
    let server = setup.start().unwrap();
    let board = scenario::board();
    scenario::play(&server, &mut scenario::agents(&board)).await;

    for file in std::fs::read_dir(&setup.folder).unwrap() {
        let name = file.unwrap().file_name();
        assert!(FILES.contains(&name.to_str().unwrap()), "{name:?} is a new file");
    }
    let log = std::fs::read_to_string(&setup.log).unwrap();
    assert!(log.lines().count() > 1);
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        for (field, _) in line["fields"].as_object().unwrap() {
            assert!(LOGGED.contains(&field.as_str()), "{field} is a new field: {line}");
        }
        assert!(line.get("span").is_none(), "a span could carry fields: {line}");
    }
}

#[test]
fn no_line_of_the_code_logs_another_field() {
    let mut seen = BTreeSet::new();
    look_into(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut seen);
    assert!(seen.len() > 5, "the log lines were not found: {seen:?}");
    let allowed: BTreeSet<_> = LOGGED.map(str::to_owned).into();
    assert!(seen.is_subset(&allowed), "new: {:?}", seen.difference(&allowed));
}

fn look_into(folder: &Path, seen: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_into(&path, seen);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            for level in [
                "trace",
                "debug",
                "info",
                "warn",
                "error",
                "event",
                "span",
                "instrument",
            ] {
                for line in text.split(&format!("tracing::{level}!(")).skip(1) {
                    seen.extend(fields(line));
                }
            }
        }
    }
}

/// The names of the fields before a log line's text, such as `starts = store.starts, %error, "…"`.
fn fields(line: &str) -> Vec<String> {
    let before_text = line.split('"').next().unwrap_or_default();
    let parts = before_text
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let name = part.split('=').next().unwrap_or_default();
            name.trim().trim_start_matches(['%', '?']).to_owned()
        })
        .collect()
}
