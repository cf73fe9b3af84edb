//! A changed configuration: what holds at once, what waits, and what a bad file changes: nothing.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

struct File {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl File {
    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seats.toml");
        let file = Self {
            path,
            _folder: folder,
        };
        file.write(text);
        file
    }

    fn write(&self, text: impl AsRef<[u8]>) {
        std::fs::write(&self.path, text).unwrap();
    }

    fn serve(&self) -> Server {
        Server::with(&["--config", self.path.to_str().unwrap()])
    }
}

fn organization(id: &str, seats: u32) -> String {
    format!("[[organization]]\nid = \"{id}\"\nseats = {seats}\n")
}

#[tokio::test]
async fn a_limit_lowered_below_use_ends_nobody() {
    let file = File::with(&organization("acme", 2));
    let server = file.serve();
    let (mut one, _) = Widget::login(&server).await;
    let (_two, _) = Widget::login(&server).await;

    file.write(organization("acme", 1));
    server.hang_up();
    server.until_logged("configuration reloaded", 1).await;

    let numbers = server.organization("acme").await;
    assert_eq!(numbers["limit"]["total"], 1);
    assert_eq!(
        (&numbers["in_use"], &numbers["over_allocation"]),
        (&json!(2), &json!(1))
    );
    one.assert_alive().await;
    let (_, refused) = Widget::login(&server).await;
    assert_eq!(refused["code"], "seats_exhausted");
}

#[tokio::test]
async fn a_bad_file_is_reported_and_changes_nothing() {
    let file = File::with(&organization("acme", 2));
    let server = file.serve();
    let (mut widget, _) = Widget::login(&server).await;
    let large = vec![b'#'; 100_000_000];
    let bad: [&[u8]; 6] = [
        b"",
        b"[[organization]]\nid = \"acme\"\nseats = \"many\"\n",
        b"[[organization]]\nid = \"acme\"\nseats = 5\n[[organi",
        b"[[organization]]\nid = \"acme\"\nseats = 5 # \xff\n",
        b"[[organization]]\nid = \"acme\"\nseats = 5\n[liveness]\nsilence_limit = \"1s\"\n",
        &large,
    ];
    for (number, text) in bad.iter().enumerate() {
        file.write(text);
        server.hang_up();
        server.until_logged("not reloaded", number + 1).await;
    }
    std::fs::remove_file(&file.path).unwrap();
    server.hang_up();
    server.until_logged("the file does not exist", 1).await;

    assert_eq!(server.organization("acme").await["limit"]["total"], 2);
    widget.assert_alive().await;
    assert!(!server.log().contains("configuration reloaded"));
}

#[tokio::test]
async fn a_removed_organization_ends_its_sessions_and_is_unknown_then() {
    let file = File::with(&organization("acme", 2));
    let server = file.serve();
    let (mut widget, _) = Widget::login(&server).await;

    file.write(organization("other", 2));
    server.hang_up();

    assert_eq!(widget.hear().await["reason"], "terminated");
    assert_eq!(widget.close().await.0, 4540);
    let (_, refused) = Widget::login(&server).await;
    assert_eq!(refused["code"], "unauthorized");
}

#[tokio::test]
async fn a_changed_file_is_taken_without_a_signal_and_a_bad_one_is_said_once() {
    let file = File::with(&organization("acme", 2));
    let server = file.serve();
    file.write("[[organization]]\nid = \"acme\"\nseats = \"many\"\n");
    server.until_logged("not reloaded", 1).await;
    file.write(organization("acme", 7));
    server.until_logged("configuration reloaded", 1).await;

    assert_eq!(server.organization("acme").await["limit"]["total"], 7);
    assert_eq!(server.log().matches("not reloaded").count(), 1);
}

#[tokio::test]
async fn a_file_cut_between_two_tables_ends_no_session_unless_it_stays_so() {
    let whole = organization("other", 1) + &organization("acme", 2);
    let file = File::with(&whole);
    let server = file.serve();
    let (mut widget, seated) = Widget::login(&server).await;

    file.write(organization("other", 1));
    server
        .until_logged("missing in the changed configuration", 1)
        .await;
    file.write(&whole);
    server.until_logged("configuration reloaded", 1).await;
    widget.assert_alive().await;
    assert_eq!(seated["resumed"], false);

    file.write(organization("other", 1));
    let cut = Instant::now();
    assert_eq!(widget.hear().await["reason"], "terminated");
    assert!(
        cut.elapsed() >= Duration::from_secs(9),
        "ended after {:?}",
        cut.elapsed()
    );
}

#[tokio::test]
async fn a_changed_grace_holds_for_losses_after_the_change() {
    let with_grace = |grace: &str| organization("acme", 2) + &format!("grace = \"{grace}\"\n");
    let file = File::with(&with_grace("1s"));
    let server = file.serve();
    let (before, _) = Widget::login(&server).await;
    let (after, _) = Widget::login(&server).await;
    before.reset();
    server.until_in_grace(1).await;

    file.write(with_grace("60s"));
    server.hang_up();
    server.until_logged("configuration reloaded", 1).await;
    after.reset();

    // The old grace ends; the new one, which began later, does not.
    let numbers = server.until_in_use(1).await;
    assert_eq!(numbers["in_grace"], 1, "{numbers}");
}

#[tokio::test]
async fn a_token_that_is_taken_out_of_the_file_opens_nothing_from_the_reload_on() {
    let hash = mirabridge_seats::credential::HashedToken::of("at_ops");
    let token = format!("[[admin_token]]\nlabel = \"ops\"\nrole = \"operator\"\nhash = \"{hash}\"\n");
    let file = File::with(&(organization("acme", 1) + &token));
    let server = file.serve();
    assert_eq!(server.get("/api/v1/organizations", Some("at_ops")).await.0, 200);

    file.write(organization("acme", 1));
    server.hang_up();
    server.until_logged("configuration reloaded", 1).await;

    assert_eq!(server.get("/api/v1/organizations", Some("at_ops")).await.0, 401);
    assert!(server.log().contains("has no admin tokens any more"));
}
