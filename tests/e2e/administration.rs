//! `docs/administration.md`, command by command, and what the terminal says where something is wrong.

use crate::http::Roles;
use crate::server::{BINARY, Server};
use crate::widget::Widget;
use serde_json::Value;
use std::process::{Command, Output};

/// The commands of the document, in their order.
fn blocks() -> Vec<String> {
    let text = include_str!("../../docs/administration.md");
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_command_of_the_walk_does_what_it_says() {
    let blocks = blocks();
    let flags: Vec<_> = blocks[0].split_whitespace().skip(2).collect();
    assert!(blocks[0].starts_with("mirabridge-seats serve "));
    let server = Server::with(&flags);
    let url = format!("http://{}", server.admin);
    let bin = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(BINARY, bin.path().join("mirabridge-seats")).unwrap();
    let path = format!("{}:{}", bin.path().display(), std::env::var("PATH").unwrap());

    let script = blocks[1..].concat().replace("http://127.0.0.1:7381", &url);
    let done = Command::new("sh")
        .args(["-eux", "-c", &script])
        .current_dir(server.folder().parent().unwrap())
        .env("PATH", path)
        .env("MIRABRIDGE_SEATS_URL", &url)
        .output()
        .unwrap();

    let (said, steps) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{steps}\n{said}");
    let run = steps
        .lines()
        .filter(|line| line.starts_with("+ mirabridge-seats"));
    assert!(run.count() >= 12, "{steps}");
    for shown in [
        "Black Friday",
        "in_progress",
        "verifying",
        "completed",
        "managed-by-file",
        "ready",
    ] {
        assert!(said.contains(shown), "{shown} in {said}");
    }
}

fn run(server: &Server, token: &str, arguments: &[&str]) -> Output {
    let file = server.folder().join("token");
    std::fs::write(&file, token).unwrap();
    Command::new(BINARY)
        .args(arguments)
        .args(["--url", &format!("http://{}", server.admin)])
        .args(["--token-file", file.to_str().unwrap()])
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_shown_and_ended_by_the_first_characters_or_by_their_number() {
    let Roles { server, admin, .. } = Roles::start();
    let (mut one, first) = Widget::login(&server).await;
    let (mut two, _) = Widget::login(&server).await;
    let id = first["session"].as_str().unwrap();

    let shown = said(&run(&server, admin, &["sessions", "acme"]));
    assert!(
        shown.contains(&id[..6]) && shown.contains("2 sessions"),
        "{shown}"
    );
    let json: Value =
        serde_json::from_str(&said(&run(&server, admin, &["sessions", "acme", "--json"]))).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 2);

    let ended = run(
        &server,
        admin,
        &["end", "acme", &id[..8], "--notice", "1s", "--reason", "late"],
    );
    assert_eq!(said(&ended), "1 session ends\n");
    assert_eq!(one.hear().await["type"], "ending");
    assert_eq!(one.hear().await["reason"], "terminated");
    let other_number = run(&server, admin, &["end", "acme", "--all", "--expect", "7"]);
    assert_eq!(other_number.status.code(), Some(1));
    let ended = run(&server, admin, &["end", "acme", "--all", "--expect", "1"]);
    assert_eq!(said(&ended), "1 session ends\n");
    assert_eq!(two.hear().await["reason"], "terminated");
    let left = said(&run(&server, admin, &["sessions", "acme"]));
    assert!(left.contains("0 sessions"), "{left}");
}

#[test]
fn an_error_says_what_to_do() {
    let Roles { server, viewer, .. } = Roles::start();
    let complaint = |token: &str, arguments: &[&str]| {
        let output = run(&server, token, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    for (token, arguments, hint) in [
        (
            "wrong",
            &["status"][..],
            "`--token-file` names the file of another",
        ),
        (viewer, &["status", "other"], "`status` shows what there is"),
        (
            viewer,
            &["end", "acme", "--all", "--expect", "0"],
            "an admin or an operator has to",
        ),
        (viewer, &["end", "acme", "abc"], "`sessions acme` shows them"),
    ] {
        let complaint = complaint(token, arguments);
        assert!(
            complaint.starts_with("error: ") && complaint.contains(hint),
            "{complaint}"
        );
        assert!(!complaint.contains(token), "a token is never said");
    }
    let nowhere = Command::new(BINARY)
        .args([
            "status",
            "--url",
            "http://127.0.0.1:1",
            "--token-file",
            "/dev/null/none",
        ])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("`--token-file` names another"));
    let file = server.folder().join("token");
    let nowhere = Command::new(BINARY)
        .args([
            "status",
            "--url",
            "http://127.0.0.1:1",
            "--token-file",
            file.to_str().unwrap(),
        ])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("is the server running there?"));
    let misused = Command::new(BINARY).args(["end", "acme"]).output().unwrap();
    assert_eq!(misused.status.code(), Some(2));
}
