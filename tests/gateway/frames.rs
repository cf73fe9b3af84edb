//! Frames: what breaks RFC 6455 or a limit ends with the right code, and only that connection.

use super::client::{CLOSE, Client, PING, TEXT, frame};
use super::echo::Server;

async fn ends_with(frames: &[u8]) -> (u16, String) {
    let server = Server::start();
    let mut client = Client::open(&server).await;
    client.send(frames).await;
    client.closed_with().await
}

fn protocol_error() -> (u16, String) {
    (1002, "protocol_error".to_owned())
}

#[tokio::test]
async fn broken_frames_are_protocol_errors() {
    let cases: &[&[u8]] = &[
        b"\x81\x02hi",
        &frame(TEXT | 0x40, b"hi"),
        &frame(TEXT | 0x10, b"hi"),
        &frame(0x83, b"hi"),
        &frame(0x8b, b"hi"),
        &frame(PING, &[0; 126]),
        &frame(PING & 0x0f, b"hi"),
        &frame(0x80, b"continues nothing"),
        &[frame(0x01, b"a"), frame(TEXT, b"b")].concat(),
        &frame(CLOSE, &[3]),
    ];
    for (case, frames) in cases.iter().enumerate() {
        assert_eq!(ends_with(frames).await, protocol_error(), "case {case}");
    }
}

#[tokio::test]
async fn close_codes_that_nobody_may_send_are_protocol_errors() {
    for code in [0_u16, 999, 1005, 1006, 1015, 65535] {
        assert_eq!(
            ends_with(&frame(CLOSE, &code.to_be_bytes())).await.0,
            1002,
            "{code}"
        );
    }
    assert_eq!(ends_with(&frame(CLOSE, &1000_u16.to_be_bytes())).await.0, 1000);
}

#[tokio::test]
async fn text_that_is_not_utf8_is_named() {
    let not_utf8 = (1007, "not_utf8".to_owned());
    assert_eq!(ends_with(&frame(TEXT, b"\xc3\x28")).await, not_utf8);
    assert_eq!(ends_with(&frame(CLOSE, b"\x03\xe8\xc3\x28")).await.0, 1007);
}

#[tokio::test]
async fn too_long_messages_are_named_though_much_of_them_is_unread() {
    let too_big = (1009, "too_big".to_owned());
    assert_eq!(ends_with(&frame(TEXT, &[b'a'; 4097])).await, too_big);
    assert_eq!(ends_with(&frame(TEXT, &[b'a'; 64 * 1024])).await, too_big);
    let parts = [frame(0x01, &[b'a'; 4000]), frame(0x80, &[b'a'; 97])].concat();
    assert_eq!(ends_with(&parts).await, too_big);
    let declared = [&[TEXT, 0xff][..], &(1_u64 << 63).to_be_bytes(), &[1, 2, 3, 4]].concat();
    assert_eq!(ends_with(&declared).await, too_big);
}

#[tokio::test]
async fn the_longest_message_is_echoed() {
    let server = Server::start();
    Client::open(&server).await.assert_echoes(&"a".repeat(4096)).await;
}

#[tokio::test]
async fn floods_are_stopped() {
    let rate_limited = (4029, "rate_limited".to_owned());
    let fragments = [frame(0x01, b""), frame(0x00, b"").repeat(1000)].concat();
    assert_eq!(ends_with(&fragments).await, rate_limited);
    assert_eq!(ends_with(&frame(PING, b"").repeat(1000)).await, rate_limited);
    assert_eq!(ends_with(&frame(TEXT, b"a").repeat(21)).await, rate_limited);
}

#[tokio::test]
async fn a_half_closed_client_still_gets_its_answer() {
    let server = Server::start();
    let mut client = Client::open(&server).await;
    client.send(&frame(TEXT, b"last words")).await;
    client.half_close().await;

    assert_eq!(client.frame().await, (TEXT, b"last words".to_vec()));
    assert_eq!(client.rest().await, b"");
}

#[tokio::test]
async fn a_panic_ends_one_connection() {
    let server = Server::start();
    let mut other = Client::open(&server).await;
    let mut client = Client::open(&server).await;
    client.send(&frame(TEXT, b"panic")).await;

    assert_eq!(client.rest().await, b"");
    other.assert_echoes("still here").await;
    assert_eq!(server.running.connections.count(), 1);
}
