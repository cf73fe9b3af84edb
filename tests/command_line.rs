//! The binary from outside: what it prints and how it exits.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
    command.args(arguments).output().unwrap()
}

fn check(path: &Path) -> (Option<i32>, String) {
    let output = run(&["check-config", path.to_str().unwrap()]);
    let text = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text.replace(path.to_str().unwrap(), "FILE"))
}

fn check_bytes(bytes: &[u8]) -> (Option<i32>, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("seats.toml");
    fs::write(&path, bytes).unwrap();
    check(&path)
}

#[test]
fn the_files_that_come_along_are_good() {
    for name in ["config/seats.example.toml", "config/development.toml"] {
        let output = run(&["check-config", name]);
        let text = String::from_utf8(output.stdout).unwrap();

        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(text.starts_with(&format!("{name}: good\n")), "{text}");
    }
}

#[test]
fn all_problems_are_said_at_once() {
    let text =
        "[server]\nlisen = \"127.0.0.1:1\"\n\n[liveness]\ngrace = \"1s\"\n\n[[organization]]\nid = \"a\"\n";

    let (code, problems) = check_bytes(text.as_bytes());

    let expected = [
        "FILE:2: server.lisen: unknown key; did you mean `listen`?",
        "FILE:5: liveness.grace: a grace shorter than a page reload loses seats; write at least \"5s\"",
        "FILE:7: organization.seats: this is missing; write seats = 50",
    ];
    assert_eq!(problems.lines().collect::<Vec<_>>(), expected);
    assert_eq!(code, Some(2));
}

#[test]
fn a_file_that_cannot_be_read_is_one_clear_line() {
    let folder = TempDir::new().unwrap();
    let large = folder.path().join("large.toml");
    File::create(&large).unwrap().set_len(100_000_000).unwrap();

    let missing = check(&folder.path().join("none.toml"));
    let directory = check(folder.path());

    assert_eq!(missing, (Some(2), "FILE: the file does not exist\n".to_owned()));
    assert_eq!(
        directory,
        (
            Some(2),
            "FILE: this is a directory; a file is expected\n".to_owned()
        )
    );
    // Opens for everybody, and reading it from its beginning is an error, for root as well.
    let (code, text) = check(Path::new("/proc/self/mem"));
    assert_eq!(code, Some(2));
    assert!(text.starts_with("FILE: the file cannot be read: "), "{text}");
    let (code, text) = check(&large);
    assert_eq!(
        (code, text.as_str()),
        (
            Some(2),
            "FILE: the file is larger than 1 MiB, so it is not what is meant\n"
        )
    );
    let (code, text) = check_bytes(b"[server]\n\xff");
    assert_eq!(
        (code, text.as_str()),
        (
            Some(2),
            "FILE: the file is not UTF-8 from byte 9 on; save it as UTF-8 text\n"
        )
    );
}

#[test]
fn serve_refuses_a_bad_configuration_before_it_binds_anything() {
    let output = run(&[
        "serve",
        "--seats",
        "acme=1",
        "--listen",
        "0.0.0.0:0",
        "--in-memory",
    ]);

    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.starts_with("--seats: `acme` is open to whoever reaches 0.0.0.0:0"),
        "{text}"
    );
}

#[test]
fn a_repeatable_flag_is_comma_separated_in_the_environment() {
    let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
    command
        .env("MIRABRIDGE_SEATS_SEATS", "one=1,two=2")
        .env("MIRABRIDGE_SEATS_IN_MEMORY", "1");

    let output = command.args(["serve", "--listen", "0.0.0.0:0"]).output().unwrap();

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 2);
}

#[test]
fn a_flag_wins_over_the_environment_between_data_folder_and_memory() {
    let serve = |variable: (&str, &str), arguments: &[&str]| {
        let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
        command.env(variable.0, variable.1).arg("serve").args(arguments);
        // An address that is refused: nothing is started, and the store was not what is wrong.
        let output = command.args(["--admin-listen", "0.0.0.0:0"]).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };

    for text in [
        serve(("MIRABRIDGE_SEATS_IN_MEMORY", "0"), &["--data-dir", "d"]),
        serve(("MIRABRIDGE_SEATS_IN_MEMORY", "1"), &["--data-dir", "d"]),
        serve(("MIRABRIDGE_SEATS_DATA_DIR", "d"), &["--in-memory"]),
    ] {
        assert!(text.starts_with("--admin-listen: "), "{text}");
    }
    let both = serve(
        ("MIRABRIDGE_SEATS_GRACE", "60s"),
        &["--in-memory", "--data-dir", "d"],
    );
    assert!(both.contains("exclude each other"), "{both}");
}

#[test]
fn a_week_is_simulated_reported_and_drawn() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, plot) = (file("report.json"), file("week.svg"));

    let output = run(&[
        "fleet",
        "--simulate",
        "--profile",
        "office",
        "--agents",
        "60",
        "--seats",
        "30",
        "--json",
        &json,
        "--plot",
        &plot,
    ]);

    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("60 agents for 7.0 days\n"), "{text}");
    assert!(text.ends_with("verdict: ok\n"), "{text}");
    let report: serde_json::Value = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(report["limit"], 30);
    assert_eq!(report["peak_in_use"], 30);
    assert_eq!(report["verdict"], "ok");
    let plot = fs::read_to_string(plot).unwrap();
    assert!(
        plot.starts_with("<svg") && plot.contains("Mon 12:00"),
        "{plot:.300}"
    );
}

#[test]
fn a_bad_scenario_is_told_by_its_lines() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("days.toml");
    fs::write(&path, "home = 3\n[[shift]]\nstart = \"8\"\n").unwrap();

    let output = run(&["fleet", "--simulate", "--scenario", path.to_str().unwrap()]);

    let text = String::from_utf8(output.stderr).unwrap();
    let text = text.replace(path.to_str().unwrap(), "FILE");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text.starts_with("FILE:1: home: this is a number from 0 to 1\nFILE:2: shift.length: "),
        "{text}"
    );
}

#[test]
fn a_speed_beyond_what_is_realistic_says_so() {
    // There is no server: the note comes before the first look at it.
    let nobody = "ws://127.0.0.1:1/v1/seat";
    let text = |speed| {
        let output = run(&["fleet", "--url", nobody, "--profile", "office", "--speed", speed]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(text("60x").contains("above 12x shares are not realistic"));
    assert!(!text("12x").contains("realistic"));
}

#[test]
fn wrong_use_exits_with_2() {
    for arguments in [
        &["fleet", "--speed", "12x"][..],
        &["fleet", "--simulate", "--speed", "12x", "--profile", "office"],
        &["fleet", "--seats", "5"],
        &["serve", "--seats", "acme"],
        &["serve", "--grace", "soon"],
        &["nonsense"],
        &[],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn show_config_says_where_each_value_came_from() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("seats.toml");
    fs::write(
        &path,
        "[liveness]\nheartbeat = \"10s\"\n\n[[organization]]\nid = \"acme\"\nseats = 1\n",
    )
    .unwrap();
    let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
    command.env("MIRABRIDGE_SEATS_GRACE", "30s").arg("show-config");
    command
        .args([
            "--json",
            "--listen",
            "127.0.0.1:1",
            "--seats",
            "acme=7",
            "--config",
        ])
        .arg(&path);

    let output = command.output().unwrap();

    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = path.to_str().unwrap();
    for (name, value, source) in [
        ("server.listen", "\"127.0.0.1:1\"", "--listen"),
        ("liveness.grace", "\"30s\"", "MIRABRIDGE_SEATS_GRACE"),
        ("organization.acme.grace", "\"30s\"", "MIRABRIDGE_SEATS_GRACE"),
        ("liveness.heartbeat", "\"10s\"", &format!("{file}:2")),
        ("organization.acme.seats", "7", "--seats"),
        ("organization.acme.policy", "\"block\"", "default"),
        ("limits.message_bytes", "4096", "default"),
    ] {
        assert_eq!(
            shown[name],
            serde_json::json!({ "value": value, "source": source }),
            "{name}"
        );
    }
}

#[test]
fn show_config_takes_every_setting_of_the_example_from_its_line_and_refuses_a_bad_file() {
    let output = run(&["show-config", "--config", "config/seats.example.toml"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let example = fs::read_to_string("config/seats.example.toml").unwrap();
    let mut shown = 0;
    for (number, line) in example.lines().enumerate() {
        let Some((key, _)) = line
            .split_once(" = ")
            .filter(|_| line.starts_with(|c: char| c.is_alphabetic()))
        else {
            continue;
        };
        let source = format!("  # config/seats.example.toml:{}", number + 1);
        shown += usize::from(
            text.lines()
                .any(|line| line.contains(key) && line.ends_with(&source)),
        );
    }
    assert!(
        shown > 30,
        "{shown} of its settings are told with their line: {text}"
    );
    assert!(text.contains("reason = \"Black Friday\""), "{text}");
    assert!(text.lines().all(|line| line.contains("  # ")), "{text}");

    let output = run(&["show-config", "--config", "none.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{shell}");
        assert!(
            text.contains("show-config") && text.contains("admin-listen"),
            "{shell}"
        );
    }
}

#[test]
fn a_mistyped_command_or_flag_gets_a_suggestion() {
    for (arguments, suggestion) in [
        (&["srve"][..], "serve"),
        (&["serve", "--lisen", "127.0.0.1:1"], "--listen"),
        (&["token", "widgt"], "widget"),
    ] {
        let output = run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(suggestion), "{text}");
    }
}

#[test]
fn a_new_admin_token_is_shown_once_with_the_table_that_configures_it() {
    let output = run(&["token", "new", "--role", "viewer", "--org", "acme", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let token = json["token"].as_str().unwrap();
    let hash = mirabridge_seats::credential::HashedToken::of(token).to_string();
    assert_eq!((&json["hash"], &json["org"]), (&hash.into(), &"acme".into()));

    let output = run(&["token", "new", "--role", "viewer", "--org", "acme"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let table = text.split("In the configuration:").nth(1).unwrap();
    let (code, problems) = check_bytes(format!("{table}\n[[organization]]\nid=\"acme\"\nseats=1").as_bytes());
    assert_eq!(code, Some(0), "{problems}");
    for arguments in [
        &["token", "new", "--role", "viewer"][..],
        &["token", "new", "--role", "king"],
        &[
            "token",
            "widget",
            "--org",
            "acme",
            "--kid",
            "k",
            "--key-file",
            "f",
            "--ttl",
            "11m",
        ],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(
        run(&["token", "new", "--role", "operator", "--org", "acme"])
            .status
            .code(),
        Some(1)
    );
}

#[test]
fn a_signed_token_is_made_with_the_key_in_a_file() {
    use mirabridge_seats::credential::{TokenAlgorithm, TokenKey};
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token.key");
    fs::write(&file, [7; 32]).unwrap();
    let arguments = ["token", "widget", "--org", "acme", "--kid", "k", "--key-file"];
    let output = run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    let token = String::from_utf8(output.stdout).unwrap();
    let key = TokenKey::read("k".to_owned(), TokenAlgorithm::Hs256, &[7; 32]).unwrap();
    let acme = mirabridge_seats::seats::OrganizationId::parse("acme").unwrap();

    let taken = TokenKey::judge(&[key], token.trim(), &acme, mirabridge_seats::clock::utc());

    assert!(taken.is_ok(), "{taken:?}");
    fs::write(&file, [7; 31]).unwrap();
    let output = run(&[&arguments[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_new_key_is_shown_once_with_the_line_that_configures_it() {
    let output = run(&["key", "new", "--org", "acme", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let key = json["key"].as_str().unwrap();
    let hash = mirabridge_seats::credential::HashedToken::of(key).to_string();
    assert_eq!(json["hash"], hash);
    assert_eq!(json["org"], "acme");

    let output = run(&["key", "new", "--org", "acme"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("wk_").count(), 1, "{text}");
    assert!(text.contains("keys = [\"sha256:"), "{text}");
    assert!(!text.contains(key), "{text}");
}
