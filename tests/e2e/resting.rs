//! A seat's WebSocket is put down between two messages. Nobody can tell.

use crate::server::Server;
use crate::widget::Widget;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

fn part(text: &'static str, code: Data, is_final: bool) -> Message {
    Message::Frame(Frame::message(text, OpCode::Data(code), is_final))
}

async fn ping(widget: &mut Widget) {
    widget.0.send(Message::Ping("here".into())).await.unwrap();
    // The server's first heartbeat has a phase of its own, and may come now.
    let heard = loop {
        match widget.0.next().await.unwrap().unwrap() {
            Message::Ping(_) => {}
            heard => break heard,
        }
    };
    assert_eq!(heard, Message::Pong("here".into()));
}

#[tokio::test]
async fn what_comes_in_one_segment_with_the_login_is_heard_after_it() {
    let server = Server::start(60_000);
    let mut widget = Widget::connect(&server).await;
    for message in [
        json!({"type":"login","org":"acme"}),
        json!({"type":"probe"}),
        json!({"type":"logout"}),
    ] {
        widget.0.feed(Message::text(message.to_string())).await.unwrap();
    }
    widget.0.flush().await.unwrap();

    assert_eq!(widget.hear().await["type"], "seated");
    assert_eq!(widget.hear().await["type"], "alive");
    assert_eq!(widget.hear().await["reason"], "logout");
}

#[tokio::test]
async fn a_ping_is_answered_at_once() {
    let server = Server::start(60_000);
    let (mut widget, _) = Widget::login(&server).await;

    ping(&mut widget).await;
    ping(&mut widget).await;
}

#[tokio::test]
async fn a_message_in_parts_with_pings_between_is_heard_whole() {
    let server = Server::start(60_000);
    let (mut widget, _) = Widget::login(&server).await;

    widget
        .0
        .send(part(r#"{"type":"#, Data::Text, false))
        .await
        .unwrap();
    ping(&mut widget).await;
    widget
        .0
        .send(part(r#""probe"#, Data::Continue, false))
        .await
        .unwrap();
    ping(&mut widget).await;
    widget.0.send(part(r#""}"#, Data::Continue, true)).await.unwrap();

    assert_eq!(widget.hear().await["type"], "alive");
}
