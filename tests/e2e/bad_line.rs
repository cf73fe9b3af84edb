//! Lines that are slow, narrow, broken again and again, or silent one way: one seat throughout, and the same.

use crate::line::{Line, Weather};
use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

fn server(grace_s: u64) -> Server {
    Server::configured(&format!(
        "[liveness]\nheartbeat = \"1s\"\nsilence_limit = \"3s\"\ngrace = \"{grace_s}s\"\n\
         [[organization]]\nid = \"acme\"\nseats = 1\n"
    ))
}

/// Connects through the line and greets; nothing where the line breaks.
async fn greet(line: &Line, message: &Value) -> Option<(Widget, Value)> {
    let socket = TcpStream::connect(&line.listen).await.ok()?;
    let url = format!("ws://{}/v1/seat", line.listen);
    let (socket, _) = Box::pin(tokio_tungstenite::client_async(url, socket))
        .await
        .ok()?;
    let mut widget = Widget(socket);
    widget.try_send(message).await?;
    let answer = widget.try_hear().await?;
    Some((widget, answer))
}

fn resume(seated: &Value) -> Value {
    json!({"type":"resume","org":"acme","session":seated["session"],"secret":seated["secret"],"heartbeat":true})
}

/// Answers heartbeats until `until`; whether the line lasted.
async fn live(widget: &mut Widget, until: Instant) -> bool {
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        match tokio::time::timeout(left, widget.try_hear()).await {
            Ok(Some(said)) if said["type"] == "heartbeat" => {
                if widget.try_send(&json!({"type":"heartbeat"})).await.is_none() {
                    return false;
                }
            }
            Ok(Some(_)) => {}
            Ok(None) => return false,
            Err(_) => return true,
        }
    }
    true
}

const LOGIN: &str = r#"{"type":"login","org":"acme","heartbeat":true}"#;

#[tokio::test]
async fn a_slow_and_narrow_line_keeps_its_seat_without_one_resume() {
    let server = server(5);
    let line = Line::to(&server.listen).await;
    line.is(Weather {
        delay: Duration::from_millis(800),
        rate: Some(8_000),
        ..Weather::default()
    });
    let login: Value = serde_json::from_str(LOGIN).unwrap();

    let (mut widget, seated) = greet(&line, &login).await.unwrap();
    assert_eq!(seated["type"], "seated");
    assert!(
        live(&mut widget, Instant::now() + Duration::from_secs(8)).await,
        "it broke"
    );

    let numbers = server.organization("acme").await;
    assert_eq!(
        (&numbers["in_use"], &numbers["connected"]),
        (&json!(1), &json!(1))
    );
    widget.send(&json!({"type":"logout"})).await;
    assert_eq!(widget.hear_type("ended").await["reason"], "logout");
    assert_eq!(server.organization("acme").await["in_use"], 0);
}

#[tokio::test]
async fn a_line_that_flaps_costs_no_seat_and_takes_no_second_one() {
    let server = server(5);
    let line = Line::to(&server.listen).await;
    let login: Value = serde_json::from_str(LOGIN).unwrap();
    let (mut widget, seated) = greet(&line, &login).await.unwrap();
    for flap in 0..5 {
        line.is(Weather {
            is_cut: true,
            ..Weather::default()
        });
        assert!(
            !live(&mut widget, Instant::now() + Duration::from_secs(2)).await,
            "it was not cut"
        );
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(
            greet(&line, &resume(&seated)).await.is_none(),
            "no line, no resume"
        );
        assert_eq!(server.organization("acme").await["in_use"], 1, "flap {flap}");
        line.is(Weather::default());

        let (back, said) = greet(&line, &resume(&seated)).await.unwrap();
        assert_eq!(
            (&said["resumed"], &said["session"]),
            (&json!(true), &seated["session"])
        );
        widget = back;
        assert!(live(&mut widget, Instant::now() + Duration::from_millis(700)).await);
        let numbers = server.organization("acme").await;
        assert_eq!(
            (&numbers["in_use"], &numbers["connected"]),
            (&json!(1), &json!(1))
        );
        // Nobody else can have the seat meanwhile.
        assert_eq!(Widget::login(&server).await.1["code"], "seats_exhausted");
    }
}

#[tokio::test]
async fn a_line_that_is_silent_one_way_is_found_out_and_the_seat_comes_back_on_another() {
    for (silent_up, silent_down) in [(true, false), (false, true)] {
        let server = server(8);
        let line = Line::to(&server.listen).await;
        let login: Value = serde_json::from_str(LOGIN).unwrap();
        let (mut widget, seated) = greet(&line, &login).await.unwrap();
        line.is(Weather {
            silent_up,
            silent_down,
            ..Weather::default()
        });

        // The widget does what it can on the dead line until the server finds out.
        let start = Instant::now();
        while server.organization("acme").await["in_grace"] == 0 {
            assert!(start.elapsed() < Duration::from_secs(15), "it is not found out");
            live(&mut widget, Instant::now() + Duration::from_millis(50)).await;
        }
        let (_other, said) = Widget::resume(&server, &seated).await;

        assert_eq!(
            (&said["resumed"], &said["session"]),
            (&json!(true), &seated["session"])
        );
        // What the dead line still says, once it can, ends nothing.
        line.is(Weather::default());
        drop(widget);
        tokio::time::sleep(Duration::from_millis(300)).await;
        let numbers = server.organization("acme").await;
        assert_eq!(
            (&numbers["in_use"], &numbers["connected"]),
            (&json!(1), &json!(1))
        );
    }
}
