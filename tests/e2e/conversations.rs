//! Random conversations, many at once, against what the protocol says of each.

use crate::random::Random;
use crate::server::Server;
use crate::widget::{Widget, frame};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SEATS: u64 = 60;
const STATUS: [&str; 2] = [
    r#"{"type":"status","on_call":true}"#,
    r#"{"type":"status","on_call":false}"#,
];
const AT_ONCE: u64 = 16;

/// How a conversation has to end: the close code, or none where the widget just goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    None,
    Code(u16),
}

/// What a widget sends, and where that leads: before a seat, then with one.
struct Step {
    bytes: Vec<u8>,
    before: Result<(), u16>,
    seated: Result<(), u16>,
}

fn step(random: &mut Random) -> Step {
    let text = |text: &str| frame(0x81, text.as_bytes());
    let bad = Err(4500);
    let of = |bytes, before, seated| Step {
        bytes,
        before,
        seated,
    };
    match random.below(14) {
        0..=3 => of(text(r#"{"type":"login","org":"acme","more":[]}"#), Ok(()), bad),
        4 => {
            let resume = r#"{"type":"resume","org":"acme","session":"6e0c3d6e-5a59-4d35-8c9a-6e0f0d1e2f30","secret":"x"}"#;
            of(text(resume), Err(4010), bad)
        }
        5 => of(text(random.pick(&STATUS).unwrap()), bad, Ok(())),
        6 => of(text(r#"{"type":"probe"}"#), bad, Ok(())),
        7 => of(text(r#"{"type":"handoff"}"#), bad, Ok(())),
        8 => of(text(r#"{"type":"logout"}"#), bad, Err(1000)),
        9 => of(text(r#"{"type":"status"}"#), bad, bad),
        10 => of(frame(0x82, b"binary"), Err(1003), Err(1003)),
        11 => of(frame(0x89, b"ping"), Ok(()), Ok(())),
        12 => of(frame(0x83, b"reserved"), Err(1002), Err(1002)),
        _ => of(frame(0x88, &1001_u16.to_be_bytes()), Err(1001), Err(1001)),
    }
}

/// What is sent, and the end it has to lead to if there is a seat.
fn script(random: &mut Random) -> (Vec<u8>, End) {
    let (mut sent, mut end, mut is_seated) = (Vec::new(), End::None, false);
    for number in 0..=random.below(6) {
        let mut step = step(random);
        if number == 0 && random.chance(60) {
            step = Step {
                bytes: frame(0x81, br#"{"type":"login","org":"acme"}"#),
                before: Ok(()),
                seated: Err(4500),
            };
        }
        let leads_to = if is_seated { step.seated } else { step.before };
        is_seated |= leads_to.is_ok() && step.bytes[0] == 0x81;
        if let (End::None, Err(code)) = (end, leads_to) {
            end = End::Code(code);
        }
        sent.extend(step.bytes);
    }
    (sent, end)
}

async fn converse(server: Arc<Server>, mut random: Random) -> End {
    let (sent, expected) = script(&mut random);
    let mut socket = Widget::connect(&server).await.0.into_inner();
    let mut rest = &sent[..];
    while !rest.is_empty() {
        let length = usize::try_from(random.below(rest.len() as u64) + 1).unwrap();
        let (piece, later) = rest.split_at(length);
        // The server may have closed already.
        let _ = socket.write_all(piece).await;
        rest = later;
    }
    let _ = socket.shutdown().await;
    let mut said = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), socket.read_to_end(&mut said));
    read.await.expect("no end").expect("no reset");
    let (texts, end) = read_frames(&said);
    judge(&texts, end);
    let is_full = texts
        .first()
        .is_some_and(|text| text["code"] == "seats_exhausted");
    assert!(
        end == expected || is_full,
        "{end:?} and not {expected:?} after {:?}",
        String::from_utf8_lossy(&sent)
    );
    end
}

fn read_frames(said: &[u8]) -> (Vec<Value>, End) {
    let (mut texts, mut rest) = (Vec::new(), said);
    while let [first, length, behind @ ..] = rest {
        let (length, behind) = match length {
            126 => (usize::from(behind[0]) << 8 | usize::from(behind[1]), &behind[2..]),
            length => (usize::from(*length), behind),
        };
        let (payload, behind) = behind.split_at(length);
        match first {
            0x81 => texts.push(serde_json::from_slice(payload).unwrap()),
            0x88 => {
                assert_eq!(behind, b"", "something follows the close");
                return (texts, End::Code(u16::from_be_bytes([payload[0], payload[1]])));
            }
            0x89 | 0x8a => {}
            other => panic!("{other:#x}"),
        }
        rest = behind;
    }
    (texts, End::None)
}

/// The last message explains the close, and a seat is given at most once.
fn judge(texts: &[Value], end: End) {
    let seated = texts.iter().filter(|text| text["type"] == "seated").count();
    assert!(seated <= 1, "{texts:?}");
    let last = texts.last();
    let (kind, code) = match end {
        End::None | End::Code(1001..=1009) => return,
        End::Code(1000) => ("ended", None),
        End::Code(4500) => ("error", Some("bad_message")),
        End::Code(4010) => ("refused", Some("session_gone")),
        End::Code(4550) => ("refused", Some("seats_exhausted")),
        End::Code(other) => panic!("{other} after {texts:?}"),
    };
    let last = last.expect("a close is explained");
    assert_eq!(last["type"], kind, "{texts:?}");
    assert!(code.is_none_or(|code| last["code"] == code), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_conversation_ends_as_the_protocol_says_and_leaves_no_seat() {
    let setting = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = 600 * setting("MIRABRIDGE_FUZZ_FACTOR").unwrap_or(1);
    let server = Arc::new(Server::with(&[
        "--seats",
        &format!("acme={SEATS}"),
        "--grace",
        "100ms",
    ]));
    let (mut seeds, mut met) = (Random::new(0x05EA_7F23), BTreeMap::new());
    let mut running = tokio::task::JoinSet::new();
    for round in 0..rounds {
        running.spawn(converse(Arc::clone(&server), Random::new(seeds.next())));
        if round >= AT_ONCE {
            *met.entry(running.join_next().await.unwrap().unwrap())
                .or_insert(0) += 1;
        }
        if round % 50 == 0 {
            let numbers = server.organization("acme").await;
            assert!(numbers["in_use"].as_u64().unwrap() <= SEATS, "{numbers}");
        }
    }
    while let Some(end) = running.join_next().await {
        *met.entry(end.unwrap()).or_insert(0) += 1;
    }

    server.until_in_use(0).await;
    server.until_connections(0).await;
    assert!(!server.log().contains("panicked"), "{}", server.log());
    for code in [1000, 1001, 1002, 1003, 4010, 4500]
        .map(End::Code)
        .into_iter()
        .chain([End::None])
    {
        assert!(
            met.get(&code).is_some_and(|met| met * 300 > rounds),
            "{code:?} was met too rarely: {met:?}"
        );
    }
}
