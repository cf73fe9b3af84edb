//! Whoever sleeps in the waiting line, or on the seat it was given.

use crate::server::Server;
use crate::widget::Widget;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Nobody is lost here, since the limit of silence is far away.
fn server(heartbeat: &str, grace: &str, seats: u32) -> Server {
    Server::configured(&format!(
        "[liveness]\nheartbeat = \"{heartbeat}\"\nsilence_limit = \"60s\"\ngrace = \"{grace}\"\n\
         [[organization]]\nid = \"acme\"\nseats = {seats}\nwaiting_line = {{ max = 5 }}\n"
    ))
}

async fn wait_in_line(server: &Server) -> (Widget, Value) {
    let (widget, place) = Widget::greet(server, &json!({"type":"login","org":"acme","wait":true})).await;
    assert_eq!(place["type"], "waiting", "{place}");
    (widget, place)
}

async fn log_out(widget: &mut Widget) {
    widget.send(&json!({"type":"logout"})).await;
    assert_eq!(widget.hear_type("ended").await["reason"], "logout");
}

#[tokio::test]
async fn a_sleeping_head_is_passed_over_and_keeps_its_place() {
    let server = server("1s", "60s", 1);
    let (mut seated, _) = Widget::login(&server).await;
    // It does not read, so that it answers no ping.
    let (mut sleeper, _) = wait_in_line(&server).await;
    let (mut second, place) = wait_in_line(&server).await;
    assert_eq!(place["position"], 2);
    second.rest(Duration::from_millis(1700)).await;

    log_out(&mut seated).await;

    second.hear_type("seated").await;
    let (_third, place) = wait_in_line(&server).await;
    assert_eq!(place["position"], 2, "the place of the sleeper is kept");
    sleeper.assert_alive().await;
    log_out(&mut second).await;
    sleeper.hear_type("seated").await;
    assert_eq!(server.organization("acme").await["waiting"], 1);
}

#[tokio::test]
async fn a_seat_stays_free_for_newcomers_while_all_sleep_and_goes_to_who_wakes() {
    let server = server("1s", "60s", 1);
    let (mut seated, _) = Widget::login(&server).await;
    let (mut sleeper, _) = wait_in_line(&server).await;
    seated.rest(Duration::from_millis(1700)).await;
    log_out(&mut seated).await;
    let numbers = server.organization("acme").await;
    assert_eq!((&numbers["in_use"], &numbers["waiting"]), (&json!(0), &json!(1)));

    let (mut newcomer, said) = Widget::login(&server).await;
    assert_eq!(said["type"], "seated");
    log_out(&mut newcomer).await;
    sleeper.send(&json!({"type":"probe"})).await;

    sleeper.hear_type("seated").await;
    let numbers = server.organization("acme").await;
    assert_eq!((&numbers["in_use"], &numbers["waiting"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_seat_from_the_line_that_nobody_answers_is_in_grace_from_the_last_proof() {
    const GRACE: Duration = Duration::from_secs(12);
    let server = server("20s", "12s", 2);
    let (mut one, _) = Widget::login(&server).await;
    let (mut two, _) = Widget::login(&server).await;
    let (mut answering, _) = wait_in_line(&server).await;
    let before = Instant::now();
    let (_mute, _) = wait_in_line(&server).await;
    let last_proof = Instant::now();
    log_out(&mut one).await;
    log_out(&mut two).await;
    answering.hear_type("seated").await;
    answering.assert_alive().await;

    server.until_in_grace(1).await;
    assert!(last_proof.elapsed() < Duration::from_secs(11), "found out late");
    server.until_in_use(1).await;

    let (since_proof, at_most) = (before.elapsed(), last_proof.elapsed());
    assert!(since_proof >= GRACE, "freed early, after {since_proof:?}");
    assert!(
        at_most < GRACE + Duration::from_secs(1),
        "freed late, after {at_most:?}"
    );
    answering.assert_alive().await;
}

#[tokio::test]
async fn an_estimate_is_told_where_something_is_known() {
    let server = server("20s", "60s", 2);
    let (lost, _) = Widget::login(&server).await;
    let (_stays, _) = Widget::login(&server).await;
    let (mut first, place) = wait_in_line(&server).await;
    assert!(
        place.get("estimate_s").is_none(),
        "nobody ever left, and nobody is in grace: {place}"
    );
    log_out(&mut first).await;

    lost.reset();
    server.until_in_grace(1).await;

    let (_first, place) = wait_in_line(&server).await;
    let estimate = place["estimate_s"].as_u64().unwrap();
    assert!((1..=60).contains(&estimate), "{place}");
    let (_second, place) = wait_in_line(&server).await;
    assert!(
        place.get("estimate_s").is_none(),
        "one grace frees one seat: {place}"
    );
}
