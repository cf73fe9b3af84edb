//! A thousand connections that take their time: each is closed at the one deadline.

use crate::server::Server;
use crate::widget::Widget;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;

const EACH: usize = 250;
const LOGIN_TIMEOUT: Duration = Duration::from_secs(4);

/// How the slow ones spend their time.
#[derive(Clone, Copy)]
enum Way {
    Silent,
    /// The head, then nothing.
    Opened,
    /// A byte of the head every now and then.
    Head,
    /// The head at once, then a byte of a frame every now and then.
    Frame,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_visitors_are_closed_at_the_deadline_and_others_log_in_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seats.toml");
    let text = "[liveness]\nlogin_timeout = \"4s\"\n[limits]\nhandshakes_per_address = 2000\n\
                [[organization]]\nid = \"acme\"\nseats = 1000\n";
    std::fs::write(&file, text).unwrap();
    let server = Server::with(&["--config", file.to_str().unwrap()]);
    let mut visits = tokio::task::JoinSet::new();
    for way in [Way::Silent, Way::Opened, Way::Head, Way::Frame].repeat(EACH) {
        visits.spawn(visit(server.listen.clone(), way));
    }

    let mut meanwhile = Vec::new();
    while !visits.is_empty() {
        let (widget, answer) = Widget::login(&server).await;
        assert_eq!(answer["type"], "seated");
        meanwhile.push(widget);
        for done in std::iter::from_fn(|| visits.try_join_next()) {
            let (stayed, said) = done.unwrap();
            assert!(stayed >= LOGIN_TIMEOUT, "closed after {stayed:?}: {said}");
            assert!(stayed < LOGIN_TIMEOUT * 5, "still there after {stayed:?}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    server.until_connections(meanwhile.len() as u64).await;
    for widget in &mut meanwhile {
        widget.assert_alive().await;
    }
}

/// How long the server put up with it, and what it said.
async fn visit(address: String, way: Way) -> (Duration, String) {
    let start = Instant::now();
    let mut socket = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = socket.split();
    let head = format!(
        "GET /v1/seat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
        generate_key()
    );
    let slow: &[u8] = match way {
        Way::Silent => b"",
        Way::Head => head.as_bytes(),
        Way::Opened => {
            writer.write_all(head.as_bytes()).await.unwrap();
            b""
        }
        Way::Frame => {
            writer.write_all(head.as_bytes()).await.unwrap();
            &[&[0x81, 0xfe, 0x0f, 0xff, 1, 2, 3, 4][..], &[b'a'; 100]].concat()
        }
    };
    let dribble = async {
        for byte in slow {
            // The server may have closed already.
            let _ = writer.write_all(&[*byte]).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        std::future::pending::<()>().await;
    };
    let mut said = Vec::new();
    tokio::select! {
        // Whether it was closed shows in how long it took.
        _ = tokio::time::timeout(LOGIN_TIMEOUT * 6, reader.read_to_end(&mut said)) => {}
        () = dribble => unreachable!("never ends"),
    }
    (start.elapsed(), String::from_utf8_lossy(&said).into_owned())
}
