//! What a restart gives back.

use crate::agent::Agent;
use crate::board::Board;
use crate::contents::make;
use crate::scenario;
use crate::server::{Server, Setup};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

fn agents() -> Vec<Agent> {
    scenario::agents(&Arc::new(Board::new(6, Duration::from_secs(60))))
}

#[tokio::test]
async fn each_start_of_a_crash_loop_gives_a_full_grace() {
    const GRACE: Duration = Duration::from_millis(2000);
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 2000);
    let mut server = setup.start().unwrap();
    let mut agent = agents().remove(0);
    agent.login(&server.listen).await.unwrap();
    agent.lose();
    for _ in 0..3 {
        server.kill();
        server = setup.start().unwrap();
        // Graces are counted in time in which the server could be reached.
        tokio::time::sleep(GRACE * 3 / 5).await;
        assert_eq!(server.in_use().await, 1, "a seat was freed before a full grace");
    }
    assert!(agent.resume(&server.listen).await.unwrap());
    let (_, metrics) = server.get("/metrics").await.unwrap();
    assert!(metrics.contains("mirabridge_seats_starts_total 4\n"), "{metrics}");
    let log = std::fs::read_to_string(&setup.log).unwrap();
    assert!(log.contains("starts=4 sessions=1"), "{log}");
}

#[tokio::test]
async fn a_session_is_there_after_an_orderly_restart_and_after_a_second_of_nothing() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 2000);
    let mut server = setup.start().unwrap();
    let mut agents = agents();
    for agent in &mut agents[..3] {
        agent.login(&server.listen).await.unwrap();
    }
    agents[2].logout().await.unwrap();
    let gone = agents[2].ended[0].clone();
    agents.iter_mut().for_each(Agent::is_cut_off);
    server.terminate();
    assert_eq!(server.wait(), Some(0));
    tokio::time::sleep(Duration::from_secs(1)).await;

    let server = setup.start().unwrap();

    for agent in &mut agents[..2] {
        assert!(agent.resume(&server.listen).await.unwrap());
    }
    assert!(crate::verdict::is_gone(&server, &gone).await);
}

#[tokio::test]
async fn the_peak_and_the_refusals_of_today_are_those_before_a_crash_too() {
    // Not over midnight, where another day begins.
    let a_minute = Duration::from_secs(60);
    let now = jiff::Timestamp::now();
    if (now + a_minute).to_zoned(jiff::tz::TimeZone::UTC).date()
        > now.to_zoned(jiff::tz::TimeZone::UTC).date()
    {
        tokio::time::sleep(a_minute).await;
    }
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 3, 2000);
    let mut server = setup.start().unwrap();
    let mut agents = agents();
    for agent in &mut agents[..4] {
        agent.login(&server.listen).await.unwrap();
    }
    for agent in &mut agents[..3] {
        agent.logout().await.unwrap();
    }
    // Refusals are recorded at most a second later.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let told = async |server: &Server| {
        let (_, body) = server.get("/api/v1/organizations/acme").await.unwrap();
        let numbers: Value = serde_json::from_str(&body).unwrap();
        ["in_use", "peak_today", "refused_last_hour"].map(|name| numbers[name].clone())
    };
    let before = told(&server).await;
    server.kill();

    let server = setup.start().unwrap();

    let after = told(&server).await;
    assert_eq!(after, before);
    assert_eq!(
        (&after[0], &after[1]["seats"], &after[2]),
        (&json!(0), &json!(3), &json!(1))
    );
}

#[tokio::test]
async fn an_attempt_can_be_repeated_after_a_crash_and_takes_no_second_seat() {
    let home = tempfile::tempdir().unwrap();
    let setup = Setup::new(home.path(), 1, 30_000);
    let mut server = setup.start().unwrap();
    let mut agent = agents().remove(0);
    agent.login(&server.listen).await.unwrap();
    let before = agent.stay.clone().unwrap();
    for _ in 0..2 {
        agent.is_cut_off();
        server.kill();
        server = setup.start().unwrap();

        assert!(agent.repeat(&server.listen).await.unwrap());

        assert_eq!(server.in_use().await, 1);
        let after = agent.stay.clone().unwrap();
        assert_ne!(after.secret, before.secret);
        assert!(
            crate::verdict::is_gone(&server, &before).await,
            "the old secret still holds"
        );
    }
}

#[tokio::test]
async fn a_grace_after_a_start_is_long_enough_for_all_to_come_back() {
    let home = tempfile::tempdir().unwrap();
    // 2,000 a second come back: 5,000 sessions have 2.5 s, though their grace is 0.1 s.
    let setup = Setup::new(home.path(), 5000, 100);
    make(&setup.folder, 5000).await;
    let server = setup.start().unwrap();
    while server.begun.elapsed() < Duration::from_millis(2200) {
        let found = server.in_use().await;
        assert!(
            found == 5000 || server.begun.elapsed() > Duration::from_millis(2500),
            "{found} are left after {:?}",
            server.begun.elapsed()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while server.in_use().await > 0 {
        assert!(
            server.begun.elapsed() < Duration::from_secs(20),
            "they are never freed"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(
        server.begun.elapsed() >= Duration::from_millis(2500),
        "freed early"
    );
}
