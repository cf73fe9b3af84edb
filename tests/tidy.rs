//! The rules of the house that no compiler knows.
#![expect(clippy::unwrap_used, reason = "a test")]

use mirabridge_seats::conversation::Farewell;
use mirabridge_seats::protocol::{CloseCode, EndReason, MaintenanceNotice, ServerMessage};
use mirabridge_seats::seats::{Full, Limit, Timestamp};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The modules of the crate by floor. A module uses lower floors only, and its own.
const FLOORS: [&[&str]; 9] = [
    &["seats"],
    &[
        "alert",
        "credential",
        "liveness",
        "maintenance",
        "protocol",
        "schedule",
        "stall",
        "transport",
        "usage",
    ],
    &["conversation", "report"],
    &["clock", "config", "telemetry", "web"],
    &["store"],
    &["registry"],
    &["fleet", "gateway", "notify"],
    &["admin"],
    &["cli"],
];

/// What a module may not use although its floor would allow it.
const APART: [(&str, &str); 4] = [
    ("fleet", "protocol"),
    ("fleet", "registry"),
    ("fleet", "gateway"),
    ("conversation", "credential"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The code of a file before its tests.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn a_module_uses_lower_floors_only() {
    let mut seen = BTreeSet::new();
    for (file, text) in all_sources() {
        let own = module(&file);
        if ["lib", "main"].contains(&own) {
            continue;
        }
        let own_floor = floor(own).unwrap_or_else(|| panic!("{own} has no floor"));
        seen.insert(own.to_owned());
        for used in before_tests(&text).split("crate::").skip(1) {
            let used = used
                .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap();
            let used_floor = floor(used).unwrap_or_else(|| panic!("{file}: {used} has no floor"));
            let allowed = used == own || used_floor < own_floor;
            assert!(allowed, "{file} uses {used}, which stands not below it");
            // The protocol and the rules of liveness know the words of the rules, nothing of each other.
            assert!(!APART.contains(&(own, used)), "{file} may not know {used}");
        }
    }
    assert!(seen.len() >= 12, "the floors were not found: {seen:?}");
}

#[test]
fn files_stay_short() {
    let mut lengths = Vec::new();
    for (file, text) in all_sources() {
        let lines = before_tests(&text).lines().count();
        assert!(
            lines <= 500 || file.ends_with("tests.rs"),
            "{file} has {lines} lines: split it"
        );
        lengths.push(lines);
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] < 150, "the median file is too long");
}

#[test]
fn no_module_root_is_called_mod() {
    assert!(all_sources().iter().all(|(file, _)| !file.ends_with("mod.rs")));
}

#[test]
fn printing_and_unfinished_marks_stand_nowhere() {
    for (file, text) in all_sources() {
        for mark in ["TODO", "FIXME", "XXX"] {
            assert!(!text.contains(mark), "{file} has {mark}");
        }
    }
}

#[test]
fn every_setting_stands_in_the_example_file() {
    let example = std::fs::read_to_string("config/seats.example.toml").unwrap();
    let mut settings: BTreeSet<String> = [
        "message_bytes",
        "handshakes",
        "logins_waiting",
        "handshakes_per_address",
    ]
    .map(str::to_owned)
    .into();
    for (file, text) in all_sources() {
        if !file.starts_with("config/") || file.starts_with("config/scenario") {
            continue;
        }
        for asked in ["field(\"", "required(\""] {
            let keys = text.split(asked).skip(1).filter_map(|rest| rest.split_once('"'));
            settings.extend(keys.map(|(key, _)| key.to_owned()));
        }
    }
    assert!(settings.len() > 40, "{settings:?}");
    for setting in settings {
        let given = format!("{setting} = ");
        let found = example.match_indices(&given).any(|(at, _)| {
            let before = example[..at].chars().next_back();
            before.is_none_or(|before| !before.is_alphanumeric() && before != '_')
        });
        assert!(found, "{setting} is not in config/seats.example.toml");
    }
}

#[test]
fn every_setting_of_a_scenario_stands_in_its_example_file() {
    let example = std::fs::read_to_string("config/fleet.example.toml").unwrap();
    let reader = std::fs::read_to_string("src/config/scenario.rs").unwrap();
    let reader: String = before_tests(&reader)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let before = ["section,", "root,", "places,", "field(", "required(", "sections("];
    let mut keys = BTreeSet::new();
    for (place, _) in reader.match_indices('"') {
        if before.iter().any(|call| reader[..place].ends_with(call)) {
            keys.insert(reader[place + 1..].split('"').next().unwrap());
        }
    }
    assert!(keys.len() > 35, "{keys:?}");
    for key in keys {
        let written = [format!("{key} ="), format!("[{key}]")];
        let found = written.iter().any(|written| example.contains(written));
        assert!(found, "{key} is not in config/fleet.example.toml");
    }
}

#[test]
fn every_message_of_the_server_stands_in_the_wire_examples() {
    let full = Full {
        limit: Limit {
            total: 50,
            base: 50,
            increases: 0,
        },
        in_use: 50,
        in_grace: 3,
        waiting: 4,
        next_release: Some(Duration::from_millis(22_500)),
    };
    let seated = ServerMessage::seated(
        uuid::Uuid::nil(),
        "secret".to_owned().into(),
        false,
        false,
        Duration::from_secs(60),
        Duration::from_secs(20),
        Timestamp(0),
    );
    let notice = MaintenanceNotice {
        id: "1".to_owned(),
        kind: "maintenance",
        state: "scheduled",
        starts_at: String::new(),
        ends_at: String::new(),
        new_logins: "refused",
        message: Some("why".to_owned()),
    };
    let short = MaintenanceNotice {
        message: None,
        ..notice.clone()
    };
    let farewells = [
        Farewell::exhausted(full, true),
        Farewell::exhausted(full, false),
        Farewell::refused(CloseCode::SessionGone),
        Farewell::ended(EndReason::Terminated),
        Farewell::ended(EndReason::Logout),
        Farewell::maintenance(Duration::from_secs(600)),
        Farewell::draining(Duration::from_millis(1234), true),
        Farewell::error(CloseCode::BadMessage, "why"),
    ];
    let mut said: Vec<_> = farewells
        .into_iter()
        .filter_map(|farewell| farewell.message)
        .collect();
    said.extend([
        seated,
        ServerMessage::waiting(2, Some(Duration::from_secs(540))),
        ServerMessage::waiting(2, None),
        ServerMessage::handoff("K7Q2-M9XD".to_owned().into(), Duration::from_secs(60)),
        ServerMessage::ending(Some(Duration::from_secs(120))),
        ServerMessage::ending(None),
        ServerMessage::Notice {
            notice: Box::new(notice),
        },
        ServerMessage::Notice {
            notice: Box::new(short),
        },
        ServerMessage::NoticeCleared { id: "1".to_owned() },
        ServerMessage::Heartbeat,
        ServerMessage::Alive,
    ]);

    let examples: Vec<Value> = serde_json::from_str(include_str!("wire/server.json")).unwrap();
    let shape = |message: &Value| {
        let fields = message.as_object().unwrap();
        let inner = fields.get("notice").and_then(Value::as_object);
        let inner = inner.into_iter().flat_map(|inner| inner.keys());
        let inner = inner.map(|name| format!("notice.{name}"));
        let names: BTreeSet<_> = fields.keys().cloned().chain(inner).collect();
        (fields["type"].as_str().unwrap().to_owned(), names)
    };
    let known: BTreeSet<_> = examples.iter().map(shape).collect();
    let shapes: BTreeSet<_> = said
        .iter()
        .map(|message| shape(&serde_json::from_str(&message.to_text()).unwrap()))
        .collect();

    assert_eq!(shapes, known);
}

#[test]
fn every_close_code_stands_in_the_protocol_document() {
    let document = std::fs::read_to_string("docs/protocol.md").unwrap();
    for (file, text) in all_sources() {
        if file == "protocol/close_code.rs" {
            let codes = text
                .split("=> ")
                .skip(1)
                .filter_map(|rest| rest.split(',').next());
            let numbers: Vec<_> = codes.filter(|code| code.parse::<u16>().is_ok()).collect();
            assert!(numbers.len() > 15, "{numbers:?}");
            for number in numbers {
                assert!(document.contains(number), "{number} is not in docs/protocol.md");
            }
        }
    }
}

/// The last words of each line of the log above debug that a file writes, up to what is filled in.
fn lines_of_the_log(text: &str) -> Vec<String> {
    let calls = ["tracing::info!(", "tracing::warn!(", "tracing::error!("];
    let calls = calls.into_iter().flat_map(|call| text.split(call).skip(1));
    let words = calls.filter_map(|call| {
        let call = call.split(");").next()?;
        let words = call.rsplit('"').nth(1)?;
        words.split('{').next().map(|words| words.trim().to_owned())
    });
    words.collect()
}

#[test]
fn every_line_of_the_log_stands_in_the_operators_manual() {
    let manual = std::fs::read_to_string("docs/operations.md").unwrap();
    let mut seen = 0;
    for (file, text) in all_sources() {
        for words in lines_of_the_log(before_tests(&text)) {
            seen += 1;
            assert!(manual.contains(&words), "{file}: what to do at \"{words}\"?");
        }
    }
    assert!(seen > 40, "only {seen} were found");
}
