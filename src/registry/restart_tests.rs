//! Over a real store, whose commits are made to fail by another process' write lock.

use super::*;
use crate::clock::Clock;
use crate::seats::{
    Allocation, AttemptHash, Cause, Command, ConnectionNumber, Entry, Login, OrganizationId, Outcome,
    SecretHash, SessionId,
};
use crate::store::{Closer, Store};
use crate::telemetry::Metrics;
use jiff::tz::TimeZone;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

const GRACE: Duration = Duration::from_secs(60);

struct Scene {
    registry: Arc<Registry>,
    clock: Clock,
    id: OrganizationId,
    closer: Closer,
    _healing: AbortOnDropHandle<()>,
}

fn start(folder: &Path, seats: u32) -> Scene {
    let store = Store::open(folder, Arc::new(Metrics::new())).unwrap();
    let clock = Clock::by_hand();
    let registry = Registry::new(store.recorder, clock.clone(), Arc::new(Metrics::new()), 64);
    let id = OrganizationId::parse("acme").unwrap();
    registry.allocate(&id, Allocation::of(seats), GRACE, TimeZone::UTC);
    registry.restore(store.sessions);
    let healing = tokio::spawn(Arc::clone(&registry).heal(store.read_backs, CancellationToken::new()));
    Scene {
        registry,
        clock,
        id,
        closer: store.closer,
        _healing: AbortOnDropHandle::new(healing),
    }
}

fn login(n: u8, attempt: u8) -> Command {
    Command::Login(Login {
        session: SessionId([n; 16]),
        secret: SecretHash([n; 16]),
        attempt: Some(AttemptHash([attempt; 16])),
        connection: ConnectionNumber(n.into()),
        wait: None,
        handoff: None,
        entry: Entry::default(),
    })
}

fn resume(n: u8, secret: u8, connection: u64) -> Command {
    Command::Resume {
        session: SessionId([n; 16]),
        secret: SecretHash([secret; 16]),
        connection: ConnectionNumber(connection),
    }
}

impl Scene {
    async fn submit(&self, command: Command) -> Result<Answer, NotDone> {
        self.registry.submit(&self.id, command).await
    }

    async fn seated(&self, n: u8) -> Presence {
        let answer = self.submit(login(n, n)).await.unwrap();
        answer.presence.expect("a seat")
    }

    fn connected_and_in_grace(&self) -> (u32, u32) {
        let numbers = self.registry.view(&self.id).unwrap().numbers;
        (numbers.connected, numbers.in_grace)
    }

    async fn until_healed(&self) {
        while !self.registry.takes_logins() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Keeps everybody else from writing.
fn write_lock(folder: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.join("seats.db")).unwrap();
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    connection
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_every_seat_for_a_full_grace_and_no_longer() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 3);
    let presences = [scene.seated(1).await, scene.seated(2).await];
    scene.clock.advance(GRACE * 9);
    scene.closer.close().await;
    drop(presences);

    let scene = start(home.path(), 3);

    assert_eq!(scene.connected_and_in_grace(), (0, 2));
    scene.clock.advance(GRACE - Duration::from_millis(1));
    let resumed = scene.submit(resume(1, 1, 7)).await.unwrap();
    assert!(matches!(resumed.outcome, Outcome::Seated { resumed: true, .. }));
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.connected_and_in_grace(), (1, 0));
    let gone = scene.submit(resume(2, 2, 8)).await.unwrap();
    assert!(matches!(gone.outcome, Outcome::Refused(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_repeated_after_a_restart_gets_its_session() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 1);
    let _presence = scene.seated(1).await;
    scene.clock.advance(GRACE * 9);
    scene.closer.close().await;

    let scene = start(home.path(), 1);
    let answer = scene.submit(login(2, 1)).await.unwrap();

    let session = SessionId([1; 16]);
    assert!(
        matches!(answer.outcome, Outcome::Seated { session: given, resumed: true, .. } if given == session)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_failed_commit_the_connected_stay_and_the_refused_leave_no_seat() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 9);
    let (stays, logs_out) = (scene.seated(1).await, scene.seated(2).await);
    drop(scene.seated(3).await);
    scene.clock.advance(GRACE / 2);
    let lock = write_lock(home.path());
    let logout = Command::Logout {
        session: logs_out.session(),
        connection: logs_out.connection(),
    };

    let (refused, not_released) = tokio::join!(scene.submit(login(4, 4)), scene.submit(logout));

    assert!(matches!(refused, Err(NotDone::NotRecorded(_))));
    assert!(matches!(not_released, Err(NotDone::NotRecorded(_))));
    assert!(!scene.registry.takes_logins(), "closed to grants");
    assert!(matches!(
        scene.submit(login(5, 5)).await,
        Err(NotDone::NotRecorded(_))
    ));
    drop(lock);
    scene.until_healed().await;
    assert_eq!(scene.connected_and_in_grace(), (2, 1));
    drop(logs_out);
    assert_eq!(scene.connected_and_in_grace(), (1, 2));
    scene.clock.advance(GRACE - Duration::from_millis(1));
    assert_eq!(
        scene.connected_and_in_grace(),
        (1, 2),
        "full graces since the failure"
    );
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.connected_and_in_grace(), (1, 0));
    drop(scene.seated(6).await);
    drop(stays);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_login_that_failed_leaves_the_old_connection_its_seat_and_secret() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 2);
    let old = scene.seated(1).await;
    let lock = write_lock(home.path());

    let refused = scene.submit(login(2, 1)).await;

    assert!(matches!(refused, Err(NotDone::NotRecorded(_))));
    drop(lock);
    scene.until_healed().await;
    assert_eq!(scene.connected_and_in_grace(), (1, 0));
    drop(old);
    assert_eq!(scene.connected_and_in_grace(), (0, 1));
    let with_the_old_secret = scene.submit(resume(1, 1, 9)).await.unwrap();
    assert!(matches!(
        with_the_old_secret.outcome,
        Outcome::Seated { resumed: true, .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_went_while_nothing_was_recorded_holds_nothing_afterwards() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 2);
    let (gone, ended) = (scene.seated(1).await, scene.seated(2).await);
    let lock = write_lock(home.path());
    let end = Command::End {
        session: ended.session(),
        cause: Cause::Terminated,
    };
    let failing = {
        let (registry, id) = (Arc::clone(&scene.registry), scene.id.clone());
        tokio::spawn(async move { registry.submit(&id, end).await.is_err() })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop((gone, ended));

    assert!(failing.await.unwrap());

    drop(lock);
    scene.until_healed().await;
    assert_eq!(scene.connected_and_in_grace(), (0, 2));
    scene.clock.advance(GRACE);
    assert_eq!(scene.connected_and_in_grace(), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_an_organization_that_is_gone_are_ended_and_its_successor_is_another_one() {
    let home = tempfile::tempdir().unwrap();
    let scene = start(home.path(), 2);
    let _presence = scene.seated(1).await;

    scene.registry.remove(&scene.id, &CancellationToken::new()).await;
    scene
        .registry
        .allocate(&scene.id, Allocation::of(2), GRACE, TimeZone::UTC);

    let gone = scene.submit(resume(1, 1, 9)).await.unwrap();
    assert!(matches!(gone.outcome, Outcome::Refused(_)));
    drop(scene.seated(3).await);
    scene.closer.close().await;
    assert_eq!(start(home.path(), 2).connected_and_in_grace(), (0, 1));
}
