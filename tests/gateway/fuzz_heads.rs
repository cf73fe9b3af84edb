//! Heads that are nearly right: whatever opens is a head of RFC 6455, whatever else is answered once.

use super::client::{Client, HEAD, TEXT, frame};
use super::echo::Server;
use super::mutation::{each_round, mutate, place, rounds};
use super::random::Random;
use base64::Engine as _;
use std::collections::BTreeMap;

const LINES: &[&str] = &[
    "Host: b",
    "Content-Length: 3",
    "Content-Length: 0",
    "Transfer-Encoding: chunked",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 8",
    "Sec-WebSocket-Protocol: mirabridge.seat.v1",
    "Sec-WebSocket-Protocol: other",
    "Connection: close",
    "Upgrade: h2c",
    "Expect: 100-continue",
    "Origin: null",
];
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\r\n ",
    b"\r\n\r\n",
    b"POST",
    b"HTTP/1.0",
    b"HTTP/2.0",
    b"/healthz",
    b"/v1/seat?x",
    b"http://a/v1/seat",
    b"%2e%2e",
    b"\xff",
];

#[tokio::test]
async fn whatever_head_comes_only_a_good_one_opens_and_nobody_else_notices() {
    let server = Server::start();
    let mut other = Client::open(&server).await;
    other.assert_echoes("hello").await;
    let mut met = BTreeMap::new();
    let rounds = rounds(600);
    each_round(rounds, async |random| {
        let head = head(random);
        let said = exchange(&server, random, &head).await;
        *met.entry(judge(&head, &said)).or_insert(0) += 1;
    })
    .await;

    other.assert_echoes("still here").await;
    drop(other);
    super::limits::until(|| server.running.connections.count() == 0).await;
    for status in ["101", "400", "426", "404"] {
        assert!(
            met.get(status).is_some_and(|met| met * 200 > rounds),
            "{status} was met too rarely: {met:?}"
        );
    }
}

fn head(random: &mut Random) -> Vec<u8> {
    let mut lines: Vec<&str> = HEAD.trim_end().split("\r\n").collect();
    if random.chance(30) {
        let line = random.pick(LINES).unwrap();
        lines.insert(place(random, lines.len() - 1) + 1, line);
    }
    if random.chance(20) {
        lines.remove(place(random, lines.len() - 1));
    }
    if random.chance(20) {
        lines.insert(place(random, lines.len()), lines[place(random, lines.len() - 1)]);
    }
    if random.chance(10) {
        let last = lines.len() - 1;
        lines.swap(1, last);
    }
    let mut head = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
    if random.chance(10) {
        head = String::from_utf8(head)
            .unwrap()
            .replace("/v1/seat", "/elsewhere")
            .into_bytes();
    }
    if random.chance(80) {
        mutate(random, &mut head, PIECES);
    }
    head
}

/// Sends the head in pieces, a frame behind it, then nothing more.
async fn exchange(server: &Server, random: &mut Random, head: &[u8]) -> Vec<u8> {
    let mut client = Client::connect(server).await;
    let mut rest = head;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(place(random, rest.len() - 1) + 1);
        client.send(piece).await;
        rest = later;
    }
    client.send(&frame(TEXT, b"hello")).await;
    client.try_half_close().await;
    client.rest().await
}

/// The status; nothing at all is an answer, too.
fn judge(head: &[u8], said: &[u8]) -> String {
    let shown = String::from_utf8_lossy(head);
    let text = String::from_utf8_lossy(said);
    if said.is_empty() {
        return "nothing".to_owned();
    }
    assert!(
        text.starts_with("HTTP/1.1 ") || text.starts_with("HTTP/1.0 "),
        "{shown:?}\n{text}"
    );
    let status = text[9..12].to_owned();
    if status == "101" {
        assert!(is_good(&shown), "this opened: {shown:?}");
    } else {
        assert!(
            ["200", "400", "404", "405", "413", "414", "426", "431"].contains(&&*status),
            "{shown:?}\n{text}"
        );
        assert_eq!(text.matches("HTTP/1.").count(), 1, "{shown:?}\n{text}");
    }
    status
}

/// RFC 6455, 4.2.1, of the first head in `text`, without a parser's finesse.
fn is_good(text: &str) -> bool {
    let mut lines = text
        .trim_start_matches(['\r', '\n'])
        .split('\n')
        .map(|line| line.trim_end_matches('\r'));
    let request = lines.next().unwrap_or_default();
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.take_while(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return false;
        };
        headers
            .entry(name.to_ascii_lowercase())
            .or_default()
            .push(value.trim().to_ascii_lowercase());
    }
    let one = |name: &str| match headers.get(name).map(Vec::as_slice) {
        Some([value]) => Some(value.as_str()),
        _ => None,
    };
    let names = |name: &str, token: &str| {
        let values = headers
            .get(name)
            .map(|values| values.join(","))
            .unwrap_or_default();
        values.split(',').any(|value| value.trim() == token)
    };
    let key = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then(|| value.trim().to_owned())
    });
    let target = request
        .strip_prefix("GET ")
        .and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
    target.is_some_and(|target| target.contains("/v1/seat"))
        && one("host").is_some()
        && one("sec-websocket-version") == Some("13")
        && one("sec-websocket-key").is_some()
        && key.is_some_and(|key| {
            base64::engine::general_purpose::STANDARD
                .decode(key)
                .is_ok_and(|key| key.len() == 16)
        })
        && names("connection", "upgrade")
        && names("upgrade", "websocket")
        && !headers.contains_key("content-length")
        && !headers.contains_key("transfer-encoding")
}
