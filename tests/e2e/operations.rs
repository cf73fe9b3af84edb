use crate::certificate::Files;
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

async fn until_limit(server: &Server, limit: u64) {
    let found = async {
        while server.organization("acme").await["limit"]["total"] != limit {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(30), found).await;
    assert!(in_time.is_ok(), "the change is not noticed: {}", server.log());
}

fn acme(seats: &str) -> String {
    format!("[[organization]]\nid = \"acme\"\nseats = {seats}\n")
}

#[tokio::test]
async fn a_changed_configuration_file_is_reloaded_however_it_was_written() {
    let server = Server::configured(&acme("2"));
    let file = server.configuration();

    std::fs::write(&file, acme("3")).unwrap();
    until_limit(&server, 3).await;
    let other = file.with_extension("new");
    std::fs::write(&other, acme("4")).unwrap();
    std::fs::rename(&other, &file).unwrap();
    until_limit(&server, 4).await;
    let behind = file.with_file_name("behind.toml");
    std::fs::write(&behind, acme("5")).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&behind, &file).unwrap();
    until_limit(&server, 5).await;
}

#[tokio::test]
async fn a_bad_file_changes_nothing_is_reported_once_and_the_next_good_one_counts() {
    let server = Server::configured(&acme("2"));
    let (mut widget, _) = Widget::login(&server).await;

    std::fs::write(server.configuration(), acme("\"many\"")).unwrap();
    server.until_logged("organization.seats", 1).await;
    widget.send(&json!({"type":"probe"})).await;
    assert_eq!(widget.hear().await["type"], "alive");
    assert_eq!(server.organization("acme").await["limit"]["total"], 2);
    std::fs::write(server.configuration(), acme("3")).unwrap();
    until_limit(&server, 3).await;

    assert_eq!(
        server.log().matches("is not reloaded").count(),
        1,
        "{}",
        server.log()
    );
}

#[tokio::test]
async fn a_changed_certificate_is_shown_without_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::make(folder.path());
    let server = Server::configured(&format!("{}{}", acme("2"), files.table()));

    files.renew();

    server.until_logged("a new certificate is shown", 1).await;
}

#[tokio::test]
async fn a_key_of_tokens_that_is_replaced_counts_without_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("token.key");
    std::fs::write(&key, [1; 32]).unwrap();
    let server = Server::configured(&format!(
        "{}[[organization.token_key]]\nkid = \"k\"\nalg = \"HS256\"\nfile = {:?}\n",
        acme("2"),
        key.to_str().unwrap()
    ));
    std::fs::write(&key, [2; 32]).unwrap();
    server.until_logged("configuration reloaded", 1).await;

    let token = Command::new(env!("CARGO_BIN_EXE_mirabridge-seats"))
        .args(["token", "widget", "--org", "acme", "--kid", "k", "--key-file"])
        .arg(&key)
        .output()
        .unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let login = json!({"type":"login","org":"acme","token":token.trim()});
    assert_eq!(Widget::greet(&server, &login).await.1["type"], "seated");
}

/// Starts the server as systemd does: sockets as descriptors 3 and 4, and a socket to notify.
fn start_activated(
    widgets: TcpListener,
    admin: TcpListener,
    flags: &str,
    notify: &str,
) -> std::process::Child {
    let binary = env!("CARGO_BIN_EXE_mirabridge-seats");
    let script = format!(
        "exec 3<&0 4<&2 0</dev/null 2>/dev/null; LISTEN_FDS=2 LISTEN_PID=$$ NOTIFY_SOCKET={notify} \
         exec {binary} serve --in-memory --seats acme=2 {flags}"
    );
    Command::new("sh")
        .args(["-c", &script])
        .stdin(Stdio::from(OwnedFd::from(widgets)))
        .stderr(Stdio::from(OwnedFd::from(admin)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn sockets_of_systemd_are_taken_over_and_it_is_told_when_the_server_is_ready_and_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let notify = UnixDatagram::bind(&path).unwrap();
    notify.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (widgets, admin) = (
        TcpListener::bind("127.0.0.1:0").unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let (listen, admin_listen) = (widgets.local_addr().unwrap(), admin.local_addr().unwrap());
    // Who comes before the server waits in the queue of the socket.
    let mut early = std::net::TcpStream::connect(listen).unwrap();
    early
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .unwrap();
    let mut server = start_activated(widgets, admin, "", path.to_str().unwrap());
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();

    let mut told = [0; 64];
    let length = notify.recv(&mut told).unwrap();
    assert!(told[..length].starts_with(b"READY=1"));
    assert_eq!(ready["listen"], listen.to_string());
    assert_eq!(ready["admin_listen"], admin_listen.to_string());
    let mut answer = String::new();
    BufReader::new(early).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let id = rustix::process::Pid::from_child(&server);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let length = notify.recv(&mut told).unwrap();
    assert!(told[..length].starts_with(b"STOPPING=1"));
    assert!(server.wait().unwrap().success());
}

#[test]
fn a_socket_that_others_reach_is_checked_like_an_address() {
    let (widgets, admin) = (
        TcpListener::bind("127.0.0.1:0").unwrap(),
        TcpListener::bind("0.0.0.0:0").unwrap(),
    );

    let mut server = start_activated(widgets, admin, "", "/none");

    assert_eq!(server.wait().unwrap().code(), Some(2));
}
