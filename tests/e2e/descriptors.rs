//! No descriptor left: what is open goes on, nothing spins, and it is over when there are some again.

use crate::server::{BINARY, Server};
use crate::widget::Widget;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use std::process::Command;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// What the server may have open; half of it is kept from widgets.
const DESCRIPTORS: u64 = 96;

#[tokio::test]
async fn beyond_the_descriptors_newcomers_are_refused_and_administrators_are_served() {
    let mut command = Command::new("prlimit");
    command.args([&format!("--nofile={DESCRIPTORS}:{DESCRIPTORS}"), BINARY]);
    let server = Server::launch(command, &["--seats", "acme=2"]);
    let (mut old, _) = Widget::login(&server).await;
    let mut crowd = Vec::new();
    for _ in 0..DESCRIPTORS / 2 - 1 {
        crowd.push(Widget::connect(&server).await);
    }

    let mut refused = Vec::new();
    for _ in 0..3 * DESCRIPTORS {
        refused.push(TcpStream::connect(&server.listen).await.unwrap());
    }

    old.assert_alive().await;
    assert_eq!(server.organization("acme").await["connected"], 1);
    for socket in &mut refused {
        let said = hear_out(socket).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 503 "), "{said}");
    }
    assert_eq!(
        server.metric("mirabridge_seats_connections").await,
        DESCRIPTORS / 2
    );
    drop(crowd);
    server.until_connections(1).await;
    let (_, seated) = Widget::login(&server).await;
    assert_eq!(seated["type"], "seated");
}

#[tokio::test]
async fn administrators_cannot_take_the_widgets_descriptors() {
    let mut command = Command::new("prlimit");
    command.args([&format!("--nofile={DESCRIPTORS}:{DESCRIPTORS}"), BINARY]);
    let server = Server::launch(command, &["--seats", "acme=100"]);
    let mut crowd = Vec::new();
    // As many as are accepted and wait in the listen queue.
    for _ in 0..DESCRIPTORS + 48 {
        crowd.push(TcpStream::connect(&server.admin).await.unwrap());
    }

    let mut widgets = Vec::new();
    for _ in 0..DESCRIPTORS / 2 - 5 {
        let (widget, seated) = Widget::login(&server).await;
        assert_eq!(seated["type"], "seated");
        widgets.push(widget);
    }

    assert!(!server.log().contains("no connection can be accepted"));
}

#[tokio::test]
async fn a_server_that_cannot_accept_does_not_spin_and_recovers() {
    let server = Server::start(60_000);
    let (mut old, _) = Widget::login(&server).await;
    let before = server.limit_descriptors_to(server.descriptors());

    let mut waiting = TcpStream::connect(&server.listen).await.unwrap();
    let _administrator = TcpStream::connect(&server.admin).await.unwrap();
    server.until_logged("no connection can be accepted", 1).await;
    let used = server.processor_time();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let used = server.processor_time() - used;

    old.assert_alive().await;
    assert!(
        used < Duration::from_millis(500),
        "{used:?} of two seconds were used"
    );
    prlimit(Some(server.pid()), Resource::Nofile, before).unwrap();
    use tokio::io::AsyncWriteExt as _;
    waiting
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    assert!(hear_out(&mut waiting).await.starts_with("HTTP/1.1 200 "));
    let (_, seated) = Widget::login(&server).await;
    assert_eq!(seated["type"], "seated");
}

async fn hear_out(socket: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let heard = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut said)).await;
    // A reset is an end, too.
    let _ = heard.expect("neither refused nor served");
    String::from_utf8(said).unwrap()
}

impl Server {
    fn pid(&self) -> Pid {
        Pid::from_raw(self.id().try_into().unwrap()).unwrap()
    }

    /// The lowest number that the next descriptor could have.
    fn descriptors(&self) -> u64 {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap();
        let open: Vec<u64> = open
            .map(|entry| entry.unwrap().file_name().to_str().unwrap().parse().unwrap())
            .collect();
        (0..).find(|number| !open.contains(number)).unwrap()
    }

    /// Gives the limits before.
    fn limit_descriptors_to(&self, descriptors: u64) -> Rlimit {
        let limits = Rlimit {
            current: Some(descriptors),
            maximum: Some(20_000),
        };
        prlimit(Some(self.pid()), Resource::Nofile, limits).unwrap()
    }

    /// What the process has used of the processors, in ticks of 10 ms.
    fn processor_time(&self) -> Duration {
        let line = std::fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        let fields: Vec<&str> = line.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(10 * ticks)
    }
}
