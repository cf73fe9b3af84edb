use super::*;
use crate::protocol::ServerMessage;
use tokio_tungstenite::tungstenite::Message;

#[test]
fn a_seat_at_rest_stays_slim() {
    assert!(
        size_of::<Seat>() <= 152,
        "more than a task of 256 bytes has room for: a seat has {} bytes",
        size_of::<Seat>()
    );
}

#[test]
fn a_heartbeat_goes_out_as_the_protocol_has_it() {
    let text = ServerMessage::Heartbeat.to_text();
    let mut frame = vec![0x81, u8::try_from(text.len()).unwrap()];
    frame.extend(text.as_bytes());
    assert_eq!(slim::HEARTBEAT, frame);
    assert_eq!(Message::Ping(Default::default()).len(), slim::PING.len() - 2);
}
