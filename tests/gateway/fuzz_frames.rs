//! Frames of all kinds, good and bad: what comes back is whole frames and at most one close, the last.

use super::client::{CLOSE, Client, PING, TEXT, frame};
use super::echo::Server;
use super::mutation::{each_round, mutate, place, rounds};
use super::random::Random;
use std::collections::BTreeMap;

const BINARY: u8 = 0x82;
const PONG: u8 = 0x8a;
const PIECES: &[&[u8]] = &[
    b"\x81\x80\0\0\0\0",
    b"\x88\x80\0\0\0\0",
    b"\xff",
    b"\xc3",
    b"\x81\xff",
    b"\0",
];

#[tokio::test]
async fn whatever_frames_come_whole_frames_come_back_and_one_end() {
    let server = Server::start();
    let mut other = Client::open(&server).await;
    other.assert_echoes("hello").await;
    let mut met = BTreeMap::new();
    let rounds = rounds(600);
    each_round(rounds, async |random| {
        let mut client = Client::open(&server).await;
        let (sent, is_whole) = frames(random);
        let mut rest = &sent[..];
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(place(random, rest.len() - 1) + 1);
            client.send(piece).await;
            rest = later;
        }
        client.try_half_close().await;
        let end = judge(&client.rest().await, &sent);
        assert!(!is_whole || end == "none", "{end} after {sent:?}");
        *met.entry(end).or_insert(0) += 1;
    })
    .await;

    other.assert_echoes("still here").await;
    drop(other);
    super::limits::until(|| server.running.connections.count() == 0).await;
    for end in ["none", "1000", "1002", "1007", "1009"] {
        assert!(
            met.get(end).is_some_and(|met| met * 200 > rounds),
            "{end} was met too rarely: {met:?}"
        );
    }
}

/// A few frames, and whether all of them are good and none is a close.
fn frames(random: &mut Random) -> (Vec<u8>, bool) {
    let mut sent = Vec::new();
    for _ in 0..=random.below(5) {
        let text = "grüße ".repeat(place(random, 60));
        match random.below(4) {
            0 => sent.extend(frame(TEXT, text.as_bytes())),
            1 => sent.extend(frame(PING, &text.as_bytes()[..text.len().min(125)])),
            2 => {
                let (one, two) = text.as_bytes().split_at(place(random, text.len()));
                sent.extend([frame(TEXT & 0x0f, one), frame(PING, b"between"), frame(0x80, two)].concat());
            }
            _ => sent.extend(frame(BINARY, text.as_bytes())),
        }
    }
    match random.below(5) {
        0 => return (sent, true),
        1 => {
            let code = [1000, 1001, 3000, 4999, 1005][place(random, 4)];
            sent.extend(frame(CLOSE, &u16::to_be_bytes(code)));
        }
        2 => sent.extend(frame(TEXT, b"not text: \xc3\x28")),
        3 => sent.extend(frame(TEXT, &[b'a'; 5000])),
        _ => mutate(random, &mut sent, PIECES),
    }
    (sent, false)
}

/// The code of the close frame. Everything before it is whole frames as a server may send them.
fn judge(said: &[u8], sent: &[u8]) -> String {
    let mut rest = said;
    while let [first, length, behind @ ..] = rest {
        let (length, behind) = match length {
            126 => (usize::from(behind[0]) << 8 | usize::from(behind[1]), &behind[2..]),
            length @ 127.. => panic!("{length} is masked or too long: {sent:?}"),
            length => (usize::from(*length), behind),
        };
        let (payload, behind) = behind.split_at(length);
        match *first {
            TEXT => assert!(std::str::from_utf8(payload).is_ok(), "{sent:?}"),
            BINARY => {}
            PONG => assert!(payload.len() < 126, "{sent:?}"),
            CLOSE => {
                assert_eq!(behind, b"", "something follows the close: {sent:?}");
                let Some((code, _)) = payload.split_at_checked(2) else {
                    return "empty".to_owned();
                };
                return u16::from_be_bytes([code[0], code[1]]).to_string();
            }
            other => panic!("{other:#x} came for {sent:?}"),
        }
        rest = behind;
    }
    assert_eq!(rest, b"", "a frame is not whole: {sent:?}");
    "none".to_owned()
}
