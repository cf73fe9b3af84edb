//! Many small organizations' hours are closed while others log in.

use jiff::tz::TimeZone;
use mirabridge_seats::seats::{
    AttemptHash, Cause, ConnectionNumber, Effect, Entry, OrganizationId, Record, SecretHash, Served,
    SessionId, Timestamp,
};
use mirabridge_seats::store::{Batch, Receipt, Store, UsageAdditions};
use mirabridge_seats::telemetry::Metrics;
use mirabridge_seats::usage::{Addition, Bucket, Count, MINUTE_MS, Row, Standing};
use std::sync::Arc;
use std::time::{Duration, Instant};

const HOUR_MS: i64 = 3_600_000;
/// 2026-01-05T08:00Z.
const BEGIN: i64 = 1_767_600_000_000;
/// Minutes of an organization's hour in which something happens.
const MINUTES: i64 = 12;

struct Organization {
    id: OrganizationId,
    life: u64,
    sequence: u64,
}

impl Organization {
    fn batch(&mut self, effects: Vec<Effect>, additions: Vec<Addition>, reached: i64) -> Batch {
        self.sequence += 1;
        Batch {
            organization: self.id.clone(),
            life: self.life,
            sequence: self.sequence,
            effects,
            usage: UsageAdditions {
                additions,
                reached: Some(Timestamp(reached)),
                gaps: Arc::default(),
                zone: Some(TimeZone::UTC),
            },
            recorded: Arc::default(),
        }
    }
}

fn minute(hour: i64, number: i64, seats: u32) -> Addition {
    let start = hour + number * 5 * MINUTE_MS;
    let standing = |connected| Standing {
        connected,
        limit: 5,
        ..Standing::default()
    };
    let mut row = Row::at(Timestamp(start), standing(seats));
    row.stand_until(Timestamp(start + 20_000), &[]);
    row.change(standing(seats % 5 + 1));
    row.counts.add(Count::Logins, 1);
    Addition {
        bucket: Bucket::of(Timestamp(start), MINUTE_MS),
        row,
    }
}

async fn all(receipts: &mut Vec<Receipt>) {
    for mut receipt in receipts.drain(..) {
        receipt.recorded().await.unwrap();
    }
}

pub(crate) async fn closing(count: u32) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), Arc::new(Metrics::new())).unwrap();
    let mut organizations: Vec<Organization> = (0..count)
        .map(|number| Organization {
            id: OrganizationId::parse(&format!("org-{number}")).unwrap(),
            life: store.recorder.new_life(),
            sequence: 0,
        })
        .collect();
    let mut receipts = Vec::new();
    for organization in &mut organizations {
        let additions = (0..MINUTES).map(|number| minute(BEGIN, number, 3)).collect();
        let place = store.recorder.reserve().await.unwrap();
        let batch = organization.batch(Vec::new(), additions, BEGIN + HOUR_MS);
        receipts.push(place.record(|| batch));
        if receipts.len() == 512 {
            all(&mut receipts).await;
        }
    }
    all(&mut receipts).await;
    let quiet = logins(&store, &mut organizations[0], BEGIN + HOUR_MS, 1500).await;
    say("while nothing is closed", quiet);
    // From here on every organization's hour is over.
    let over = BEGIN + HOUR_MS + 120_000;
    let closed = logins(&store, &mut organizations[0], over, 6000).await;
    say(
        &format!("while the hours of {count} organizations are closed"),
        closed,
    );
    let shelf = store.shelf.clone();
    store.closer.close().await;
    let bytes = std::fs::metadata(folder.path().join("seats.db")).unwrap().len();
    println!(
        "{:.1} MiB for an hour of {MINUTES} minutes each, or {:.0} bytes for each organization and hour",
        bytes as f64 / 1_048_576.0,
        bytes as f64 / f64::from(count)
    );
    drop(shelf);
}

/// A login and a logout every five milliseconds: how long each takes to be on disk.
async fn logins(store: &Store, organization: &mut Organization, reached: i64, count: u32) -> Vec<Duration> {
    let mut took = Vec::new();
    for number in 0..count {
        let mut bytes = [7; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let session = SessionId(bytes);
        let record = Record {
            session,
            secret: SecretHash(bytes),
            attempt: Some(AttemptHash(bytes)),
            over_allocation: false,
            granted_at: Timestamp(BEGIN),
            ending: None,
            entry: Entry::default(),
        };
        let granted = Effect::SeatGranted {
            record,
            connection: ConnectionNumber(1),
            repeatable_until: Served::START,
        };
        let released = Effect::SeatReleased {
            session,
            cause: Cause::Logout,
            connection: None,
        };
        for effect in [granted, released] {
            let begun = Instant::now();
            let place = store.recorder.reserve().await.unwrap();
            let batch = organization.batch(vec![effect], Vec::new(), reached);
            place.record(|| batch).recorded().await.unwrap();
            took.push(begun.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    took
}

fn say(when: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let ms = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    println!(
        "{when}: recorded in p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, at most {:.2} ms ({} changes)",
        ms(0.5),
        ms(0.99),
        ms(0.999),
        ms(1.0),
        took.len()
    );
}
