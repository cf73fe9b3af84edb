//! A client that sends what it is told, right or wrong.

use super::echo::Server;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) const HEAD: &str = "GET /v1/seat HTTP/1.1\r\nHost: seats.example\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

pub(super) const TEXT: u8 = 0x81;
pub(super) const PING: u8 = 0x89;
pub(super) const CLOSE: u8 = 0x88;

pub(super) struct Client {
    stream: TcpStream,
}

impl Client {
    pub(super) async fn connect(server: &Server) -> Self {
        Self {
            stream: TcpStream::connect(server.address).await.unwrap(),
        }
    }

    /// A client whose WebSocket is open.
    pub(super) async fn open(server: &Server) -> Self {
        let mut client = Self::connect(server).await;
        client.send(HEAD.as_bytes()).await;
        let head = client.head().await;
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        client
    }

    /// A server that has closed already may refuse the bytes; what it said is what counts.
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        let _ = patiently(self.stream.write_all(bytes)).await;
    }

    pub(super) async fn half_close(&mut self) {
        self.stream.shutdown().await.unwrap();
    }

    /// A server that has closed already may have reset the connection.
    pub(super) async fn try_half_close(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// The head of an answer; nothing behind it is read.
    pub(super) async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(patiently(self.stream.read_u8()).await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Everything until the end of the connection, a reset included.
    pub(super) async fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = patiently(self.stream.read_to_end(&mut rest)).await;
        rest
    }

    /// The first byte and the payload of the next frame.
    pub(super) async fn frame(&mut self) -> (u8, Vec<u8>) {
        let first = patiently(self.stream.read_u8()).await.unwrap();
        let length = match patiently(self.stream.read_u8()).await.unwrap() {
            126 => usize::from(patiently(self.stream.read_u16()).await.unwrap()),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        patiently(self.stream.read_exact(&mut payload)).await.unwrap();
        (first, payload)
    }

    /// The code and the reason of the close frame, behind which is nothing but the end.
    pub(super) async fn closed_with(&mut self) -> (u16, String) {
        loop {
            let (first, payload) = self.frame().await;
            if first == CLOSE {
                let (code, reason) = payload.split_at(2);
                assert_eq!(patiently(self.stream.read(&mut [0])).await.unwrap(), 0);
                let code = u16::from_be_bytes([code[0], code[1]]);
                return (code, String::from_utf8(reason.to_vec()).unwrap());
            }
        }
    }

    pub(super) async fn assert_echoes(&mut self, text: &str) {
        self.send(&frame(TEXT, text.as_bytes())).await;
        assert_eq!(self.frame().await, (TEXT, text.as_bytes().to_vec()));
    }
}

/// The whole answer to `request`.
pub(super) async fn answer(server: &Server, request: impl AsRef<[u8]>) -> String {
    let mut client = Client::connect(server).await;
    client.send(request.as_ref()).await;
    String::from_utf8(client.rest().await).unwrap()
}

/// A masked frame.
pub(super) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [1, 2, 3, 4];
    let mut frame = vec![first];
    match payload.len() {
        short @ ..126 => frame.push(0x80 | u8::try_from(short).unwrap()),
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend(mask);
    frame.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    frame
}

pub(super) async fn patiently<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("nothing happens")
}
