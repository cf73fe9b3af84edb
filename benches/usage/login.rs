//! What recording adds to a login and its logout: rules and store, with and without it, by turns.

use jiff::tz::TimeZone;
use mirabridge_seats::seats::{
    Allocation, AttemptHash, Command, ConnectionNumber, Effect, Entry, Login, Moment, OrganizationId, Pool,
    SecretHash, Served, SessionId, Timestamp, decide,
};
use mirabridge_seats::store::{Batch, Store, UsageAdditions};
use mirabridge_seats::telemetry::Metrics;
use mirabridge_seats::usage::{OnRecord, Recorder, Today};
use std::sync::Arc;
use std::time::Duration;

/// Changes that are recorded together, as under load.
const TOGETHER: usize = 256;
const ROUNDS: usize = 5;

struct Organization {
    pool: Pool,
    today: Today,
    recorder: Option<Recorder>,
    life: u64,
    sequence: u64,
    number: u64,
}

fn moment(number: u64) -> OnRecord {
    let since = Duration::from_millis(number * 7);
    OnRecord {
        moment: Moment {
            served: Served::START + since,
            utc: Timestamp(1_767_600_000_000 + i64::try_from(since.as_millis()).unwrap()),
        },
        gaps: Arc::default(),
    }
}

impl Organization {
    fn new(store: &Store, records: bool) -> Self {
        let pool = Pool::new(Allocation::of(5000), Duration::from_secs(60));
        Self {
            recorder: records.then(|| Recorder::begin(&pool, &moment(0))),
            pool,
            today: Today::new(TimeZone::UTC),
            life: store.recorder.new_life(),
            sequence: 0,
            number: 0,
        }
    }

    fn carry_out(&mut self, command: &Command, now: &OnRecord) -> Batch {
        let mut effects = Vec::new();
        decide(&self.pool, command, now.moment, &mut effects);
        if let Some(recorder) = &mut self.recorder {
            recorder.note(&effects, &self.pool, now);
        }
        effects.iter().for_each(|effect| self.pool.apply(effect));
        let refusals = self.today.note(&effects, &self.pool, now.moment);
        let usage = match &mut self.recorder {
            Some(recorder) => {
                recorder.note_refusals(refusals, now);
                UsageAdditions {
                    additions: recorder.take().0,
                    reached: Some(now.moment.utc),
                    gaps: Arc::clone(&now.gaps),
                    zone: Some(TimeZone::UTC),
                }
            }
            None => UsageAdditions::default(),
        };
        self.sequence += 1;
        Batch {
            organization: OrganizationId::parse("acme").unwrap(),
            life: self.life,
            sequence: self.sequence,
            effects: effects.into_iter().filter(Effect::is_durable).collect(),
            usage,
            recorded: Arc::default(),
        }
    }

    /// Logins, and as many logouts of those who came a while ago.
    async fn work(&mut self, store: &Store, logins: u32) {
        const STAY: u64 = 1000;
        let mut receipts = Vec::new();
        for _ in 0..logins {
            self.number += 1;
            let id = |number: u64| SessionId(u128::from(number).to_be_bytes());
            let now = moment(self.number);
            let login = Command::Login(Login {
                session: id(self.number),
                secret: SecretHash([1; 16]),
                attempt: Some(AttemptHash(u128::from(self.number).to_be_bytes())),
                connection: ConnectionNumber(self.number),
                entry: Entry::default(),
                wait: None,
                handoff: None,
            });
            let mut commands = vec![login];
            if let Some(leaving) = self.number.checked_sub(STAY).filter(|leaving| *leaving > 0) {
                commands.push(Command::Logout {
                    session: id(leaving),
                    connection: ConnectionNumber(leaving),
                });
            }
            for command in commands {
                let place = store.recorder.reserve().await.unwrap();
                let batch = self.carry_out(&command, &now);
                receipts.push(place.record(|| batch));
            }
            if receipts.len() >= TOGETHER {
                for mut receipt in receipts.drain(..) {
                    receipt.recorded().await.unwrap();
                }
            }
        }
        for mut receipt in receipts {
            receipt.recorded().await.unwrap();
        }
    }
}

/// CPU time of this process.
fn cpu() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

pub(crate) async fn login(logins: u32) {
    let home = tempfile::tempdir().unwrap();
    let folders = [home.path().join("off"), home.path().join("on")];
    let stores = folders.map(|folder| Store::open(&folder, Arc::new(Metrics::new())).unwrap());
    let mut organizations = [
        Organization::new(&stores[0], false),
        Organization::new(&stores[1], true),
    ];
    let mut spent = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (index, organization) in organizations.iter_mut().enumerate() {
            let before = cpu();
            organization.work(&stores[index], logins / ROUNDS as u32).await;
            spent[index].push((cpu() - before) * 1e6 * ROUNDS as f64 / f64::from(logins));
        }
    }
    let [off, on] = spent.map(|mut rounds| {
        rounds.sort_by(f64::total_cmp);
        rounds[ROUNDS / 2]
    });
    println!(
        "CPU of rules and store for a login and a logout, medians of {ROUNDS} rounds by turns: {off:.2} µs without \
         recording, {on:.2} µs with it, {:.2} µs more",
        on - off
    );
    for store in stores {
        store.closer.close().await;
    }
}
