//! The report over the real binary, over a history that `demo-history` wrote.

use crate::server::{Server, Setup};
use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

const WEEKS: u32 = 2;

fn command(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::cargo_bin("mirabridge-seats").unwrap();
    let done = command.args(arguments).output().unwrap();
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (done.status.success(), said.concat())
}

fn write_history(home: &Path) -> (bool, String) {
    let weeks = WEEKS.to_string();
    let folder = home.join("data");
    let folder = folder.to_str().unwrap();
    command(&[
        "demo-history",
        "--weeks",
        &weeks,
        "--data-dir",
        folder,
        "--org",
        "acme",
        "--agents",
        "30",
        "--seats",
        "17",
    ])
}

fn report(server: &Server, home: &Path, more: &[&str]) -> (bool, String) {
    let url = format!("http://{}", server.admin);
    let token = home.join("data/admin-token");
    let mut arguments = vec![
        "report",
        "acme",
        "--url",
        &url,
        "--token-file",
        token.to_str().unwrap(),
    ];
    arguments.extend(more);
    command(&arguments)
}

fn sum(items: &Value, field: &str) -> f64 {
    let items = items.as_array().unwrap();
    items.iter().filter_map(|item| item[field].as_f64()).sum()
}

#[tokio::test]
async fn every_form_of_the_report_tells_the_numbers_of_the_series() {
    let home = tempfile::tempdir().unwrap();
    let (is_written, said) = write_history(home.path());
    assert!(is_written, "{said}");
    let server = Setup::new(home.path(), 17, 60_000).start().unwrap();

    let (done, json) = report(&server, home.path(), &["--json", "--from", "30d"]);
    assert!(done, "{json}");
    let told: Value = serde_json::from_str(&json).unwrap();
    let total = &told["total"];
    assert!(
        total["logins"].as_u64().unwrap() > 200,
        "too little happened: {total}"
    );
    assert!(
        total["refusals"].as_u64().unwrap() > 0,
        "nobody was refused: {total}"
    );
    assert_eq!(total["peak"], 17);
    let (_, days) = server
        .get(&format!(
            "/api/v1/organizations/acme/usage?interval=1d&from={}",
            told["from"].as_str().unwrap()
        ))
        .await
        .unwrap();
    let days: Value = serde_json::from_str(&days).unwrap();
    for field in [
        "logins",
        "logouts",
        "purges",
        "resumes",
        "refusals",
        "waited",
        "abandoned",
    ] {
        let total = total[field].as_f64().unwrap();
        for items in [&days["items"], &told["days"]] {
            assert_eq!(sum(items, field), total, "{field}");
        }
    }
    let seconds = total["seat_seconds"].as_f64().unwrap();
    let levels = told["levels"].as_array().unwrap().iter();
    let by_level = levels.map(|level| level["seats"].as_f64().unwrap() * level["seconds"].as_f64().unwrap());
    // The server runs on meanwhile, with nobody in it.
    assert!((by_level.sum::<f64>() - seconds).abs() < 0.01);
    assert!((sum(&told["days"], "seat_seconds") - seconds).abs() < 0.05);
    let ends = &total["ends"];
    let named = ["logout", "closed", "lost", "ended", "handed_off", "withdrawn"];
    let ended: f64 = named.iter().map(|name| ends[*name].as_f64().unwrap()).sum();
    assert_eq!(
        ended,
        ["logouts", "purges", "terminated", "handoffs", "withdrawn"]
            .iter()
            .map(|name| total[*name].as_f64().unwrap())
            .sum::<f64>()
    );

    let (done, csv) = report(&server, home.path(), &["--csv", "--from", "30d"]);
    assert!(done && csv.starts_with("organization,name,day,"), "{csv}");
    assert_eq!(csv.lines().count(), told["days"].as_array().unwrap().len() + 1);
    let page = home.path().join("report.html");
    let (done, said) = report(
        &server,
        home.path(),
        &["--html", page.to_str().unwrap(), "--from", "30d"],
    );
    assert!(done, "{said}");
    assert_eq!(
        std::fs::read_to_string(&page).unwrap().matches("<svg ").count(),
        4
    );
    let (done, table) = report(&server, home.path(), &[]);
    assert!(done && table.contains("enough for 95, 99, 99.9 %"), "{table}");
}

#[tokio::test]
async fn a_history_goes_into_a_new_folder_only_and_a_foreign_report_is_not_there() {
    let home = tempfile::tempdir().unwrap();
    let server = Setup::new(home.path(), 5, 60_000).start().unwrap();
    // What is asked for is recorded first.
    assert_eq!(
        server.get("/api/v1/organizations/acme/usage").await.unwrap().0,
        200
    );
    drop(server);

    let (is_written, said) = write_history(home.path());
    assert!(
        !is_written && said.contains("a history goes into a new folder"),
        "{said}"
    );

    let server = Setup::new(home.path(), 5, 60_000).start().unwrap();
    let status = async |path: &str| server.get(path).await.unwrap().0;
    assert_eq!(status("/api/v1/organizations/nobody/report").await, 404);
    assert_eq!(
        status("/api/v1/organizations/acme/report?from=yesterday").await,
        422
    );
    assert_eq!(
        status("/api/v1/organizations/acme/report?from=2000-01-01T00:00:00Z").await,
        422
    );
    let (done, said) = report(
        &server,
        home.path(),
        &["--from", "2001-01-01", "--to", "2001-01-05"],
    );
    assert!(
        done && said.contains("nothing is recorded of this time"),
        "{said}"
    );
}

#[tokio::test]
async fn four_weeks_are_reported_where_nothing_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let server = Setup::new(home.path(), 3, 60_000).start().unwrap();

    let (done, json) = report(&server, home.path(), &["--json"]);

    assert!(done, "{json}");
    let told: Value = serde_json::from_str(&json).unwrap();
    let time = |field: &str| told[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let hours = time("to").duration_since(time("from")).as_hours();
    assert!(
        (27 * 24 - 1..=28 * 24).contains(&hours),
        "{hours} h are no 28 days"
    );
}

#[tokio::test]
async fn what_is_not_kept_so_finely_is_told_as_a_gap_and_the_seats_that_are_right_in_a_terminal() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("data");
    let arguments = [
        "demo-history",
        "--weeks",
        "14",
        "--org",
        "acme",
        "--agents",
        "6",
        "--seats",
        "9",
    ];
    let (is_written, said) = command(&[&arguments[..], &["--data-dir", folder.to_str().unwrap()]].concat());
    assert!(is_written, "{said}");
    let server = Setup::new(home.path(), 9, 60_000).start().unwrap();

    let long_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(95 * 24);
    let path = format!("/api/v1/organizations/acme/usage?interval=1m&from={long_ago}&limit=1000");
    let (status, page) = server.get(&path).await.unwrap();
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(
        (status, &page["items"][0]["gap"]),
        (200, &Value::from("not kept so finely"))
    );
    let kept = page["items"][0]["to"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    let days = jiff::Timestamp::now().duration_since(kept).as_hours() / 24;
    assert!((88..=90).contains(&days), "{days}");

    let url = format!("http://{}", server.admin);
    let token = home.path().join("data/admin-token");
    let asked = [
        "right-size",
        "acme",
        "--url",
        &url,
        "--horizon",
        "3",
        "--token-file",
        token.to_str().unwrap(),
    ];
    let picture = home.path().join("trend.svg");
    let (done, said) = command(&[&asked[..], &["--plot", picture.to_str().unwrap()]].concat());
    assert!(
        done && said.contains("9 seats") && said.contains("ceil("),
        "{said}"
    );
    assert_eq!(
        said.lines().filter(|line| line.contains("ceil(")).count(),
        3,
        "{said}"
    );
    // The picture, the terminal and the API tell the same.
    let (_, advice) = server
        .get("/api/v1/organizations/acme/advice/right-size")
        .await
        .unwrap();
    let advice: Value = serde_json::from_str(&advice).unwrap();
    let year = &advice["trend"]["forecast"][12];
    let [low, middle, high] = ["low", "middle", "high"].map(|edge| year[edge].as_f64().unwrap());
    let words = format!("{middle:.0} ({low:.0} to {high:.0})");
    assert!(
        said.contains(&format!("{words} in 12 months")),
        "{said} without {words}"
    );
    let picture = std::fs::read_to_string(picture).unwrap();
    assert!(
        picture.contains(&format!("12 months: {words}")),
        "{picture} without {words}"
    );
    assert_eq!(
        advice["week_ends"].as_array().unwrap().len(),
        advice["weekly_peaks"].as_array().unwrap().len()
    );
}
