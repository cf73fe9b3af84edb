use super::*;
use crate::clock::Clock;
use crate::seats::{
    Allocation, AttemptHash, Command, ConnectionNumber, Entry, Login, OrganizationId, Outcome, SecretHash,
    SessionId,
};
use crate::store::{BatchJob, Job, Recorder};
use crate::telemetry::Metrics;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

const GRACE: Duration = Duration::from_secs(60);

struct Scene {
    registry: Arc<Registry>,
    clock: Clock,
    jobs: Receiver<Job>,
    id: OrganizationId,
}

fn scene(seats: u32) -> Scene {
    let (recorder, jobs) = Recorder::queue(16);
    let clock = Clock::by_hand();
    let registry = Registry::new(recorder, clock.clone(), Arc::new(Metrics::new()), 64);
    let id = OrganizationId::parse("acme").unwrap();
    registry.allocate(&id, Allocation::of(seats), GRACE, TimeZone::UTC);
    Scene {
        registry,
        clock,
        jobs,
        id,
    }
}

fn login(n: u8) -> Command {
    Command::Login(Login {
        session: SessionId([n; 16]),
        secret: SecretHash([n; 16]),
        attempt: Some(AttemptHash([n; 16])),
        connection: ConnectionNumber(n.into()),
        wait: None,
        handoff: None,
        entry: Entry::default(),
    })
}

impl Scene {
    async fn job(&mut self) -> BatchJob {
        match self.jobs.recv().await.unwrap() {
            Job::Batch(job) => job,
            Job::Change { .. } | Job::Audit { .. } => panic!("a pool records batches"),
        }
    }

    fn submit(&self, command: Command) -> tokio::task::JoinHandle<Result<Answer, NotDone>> {
        let (registry, id) = (Arc::clone(&self.registry), self.id.clone());
        tokio::spawn(async move { registry.submit(&id, command).await })
    }

    async fn seated(&mut self, n: u8) -> Presence {
        let answer = self.submit(login(n));
        self.job().await.done.send(Ok(())).unwrap();
        answer.await.unwrap().unwrap().presence.expect("a seat")
    }

    fn in_use(&self) -> (u32, u32) {
        let numbers = self.registry.view(&self.id).unwrap().numbers;
        (numbers.connected, numbers.in_grace)
    }
}

#[tokio::test]
async fn nobody_is_told_of_a_seat_before_it_is_recorded() {
    let mut scene = scene(1);
    let answer = scene.submit(login(1));
    let job = scene.job().await;

    assert_eq!((job.batch.sequence, job.batch.effects.len()), (1, 1));
    assert!(!answer.is_finished());
    assert_eq!(scene.in_use(), (1, 0), "taken while it is being recorded");
    job.done.send(Ok(())).unwrap();

    assert!(matches!(
        answer.await.unwrap().unwrap().outcome,
        Outcome::Seated { resumed: false, .. }
    ));
}

#[tokio::test]
async fn a_seat_that_nobody_waits_for_any_more_goes_into_grace() {
    let mut scene = scene(1);
    let answer = scene.submit(login(1));
    let job = scene.job().await;

    answer.abort();
    let _ = answer.await;
    let _ = job.done.send(Ok(()));

    assert_eq!(scene.in_use(), (0, 1));
    scene.clock.advance(GRACE);
    assert_eq!(scene.in_use(), (0, 0));
}

#[tokio::test]
async fn a_failed_record_is_no_answer() {
    let mut scene = scene(1);
    let answer = scene.submit(login(1));
    drop(scene.job().await);

    assert!(matches!(answer.await.unwrap(), Err(NotDone::NotRecorded(_))));
}

#[tokio::test]
async fn the_older_connection_is_told_also_when_the_newer_one_left_before_the_record() {
    let mut scene = scene(1);
    let mailbox = scene.registry.deliveries().open(ConnectionNumber(1));
    let _presence = scene.seated(1).await;
    let Command::Login(mut again) = login(1) else {
        unreachable!()
    };
    again.connection = ConnectionNumber(2);
    let answer = scene.submit(Command::Login(again));
    let job = scene.job().await;
    answer.abort();
    let _ = answer.await;

    let _ = job.done.send(Ok(()));

    assert!(matches!(mailbox.notice().await, Notice::Superseded));
}

#[tokio::test]
async fn dropping_a_presence_is_the_disconnect_and_its_silence_counts_from_the_last_word() {
    let mut scene = scene(2);
    let (gone, silent) = (scene.seated(1).await, scene.seated(2).await);
    let heard = scene.clock.served();
    scene.clock.advance(Duration::from_secs(45));

    drop(gone);
    silent.fell_silent(heard);

    assert_eq!(scene.in_use(), (0, 2));
    scene.clock.advance(Duration::from_secs(15));
    assert_eq!(scene.in_use(), (0, 1));
    scene.clock.advance(Duration::from_secs(45));
    assert_eq!(scene.in_use(), (0, 0));
}

#[tokio::test]
async fn a_purge_is_recorded_before_its_seat_is_granted_again_in_one_batch() {
    let mut scene = scene(1);
    drop(scene.seated(1).await);
    scene.clock.advance(GRACE);

    let _answer = scene.submit(login(2));

    let batch = scene.job().await.batch;
    use crate::seats::Effect::{SeatGranted, SeatPurged};
    assert!(
        matches!(batch.effects[..], [SeatPurged { .. }, SeatGranted { .. }]),
        "{batch:?}"
    );
    assert_eq!(batch.sequence, 2);
}

#[tokio::test]
async fn the_sweeper_purges_what_is_over() {
    let mut scene = scene(1);
    drop(scene.seated(1).await);
    scene.clock.advance(GRACE);
    let stop = CancellationToken::new();
    let sweeper = tokio::spawn(Arc::clone(&scene.registry).sweep(stop.clone()));

    let job = scene.job().await;
    assert!(matches!(
        job.batch.effects[..],
        [crate::seats::Effect::SeatPurged { .. }]
    ));
    job.done.send(Ok(())).unwrap();

    stop.cancel();
    sweeper.await.unwrap();
}

#[tokio::test]
async fn a_removed_organization_ends_its_sessions_and_tells_them() {
    let mut scene = scene(1);
    let mailbox = scene.registry.deliveries().open(ConnectionNumber(1));
    let _presence = scene.seated(1).await;
    let (registry, id) = (Arc::clone(&scene.registry), scene.id.clone());
    let removal = tokio::spawn(async move { registry.remove(&id, &CancellationToken::new()).await });

    scene.job().await.done.send(Ok(())).unwrap();
    removal.await.unwrap();

    assert!(matches!(mailbox.notice().await, Notice::Terminated));
    assert!(scene.registry.view(&scene.id).is_none());
}

#[tokio::test]
async fn the_last_word_reaches_a_connection_that_has_not_read_what_came_before() {
    let scene = scene(1);
    let deliveries = scene.registry.deliveries();
    let mailbox = deliveries.open(ConnectionNumber(1));
    for _ in 0..100 {
        deliveries.post(ConnectionNumber(1), Notice::Ending { within: None });
    }

    deliveries.post(ConnectionNumber(1), Notice::Terminated);
    deliveries.post(ConnectionNumber(1), Notice::Superseded);

    let mut heard = 0;
    while !matches!(mailbox.notice().await, Notice::Terminated) {
        heard += 1;
    }
    assert!(heard < 100, "what is not read is bounded");
}

#[test]
fn connections_in_a_call_are_known_apart() {
    let deliveries = Arc::<Deliveries>::default();
    let mailboxes: Vec<_> = (1..=9)
        .map(|number| deliveries.open(ConnectionNumber(number)))
        .collect();
    for in_call in [2, 7] {
        mailboxes[in_call].set_on_call(true);
    }
    let [others, mut in_call] = deliveries.connections();
    in_call.sort_unstable_by_key(|number| number.0);
    assert_eq!(in_call, [ConnectionNumber(3), ConnectionNumber(8)]);
    assert_eq!(others.len(), 7);
    assert!(others.iter().all(|number| deliveries.is_open(*number)));
    drop(mailboxes);
    assert!(!others.iter().any(|number| deliveries.is_open(*number)));
}
