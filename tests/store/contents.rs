//! A small store with known contents, made and read through the store itself.

use mirabridge_seats::seats::{
    AttemptHash, ConnectionNumber, Effect, Entry, OrganizationId, Record, SecretHash, Served, SessionId,
    Timestamp,
};
use mirabridge_seats::store::{Batch, Store};
use mirabridge_seats::telemetry::Metrics;
use std::path::Path;
use std::sync::Arc;

/// How many sessions of `acme` a small store holds.
pub const SMALL: u32 = 40;

/// Session number `n` as it is recorded.
pub fn record(n: u32) -> Record {
    let mut bytes = [0x5a; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    Record {
        session: SessionId(bytes),
        secret: SecretHash(bytes),
        attempt: Some(AttemptHash(bytes)),
        over_allocation: false,
        granted_at: Timestamp(1_700_000_000_000),
        ending: None,
        entry: Entry::default(),
    }
}

/// The sequence of batches of one pool.
pub struct Pen {
    store: Store,
    life: u64,
    sequence: u64,
}

impl Pen {
    pub fn take(folder: &Path) -> Self {
        let store = Store::open(folder, Arc::new(Metrics::new())).unwrap();
        let life = store.recorder.new_life();
        Self {
            store,
            life,
            sequence: 0,
        }
    }

    /// Records `effects` together; waits for the disk.
    pub async fn record(&mut self, effects: Vec<Effect>) {
        self.sequence += 1;
        let batch = Batch {
            organization: OrganizationId::parse("acme").unwrap(),
            life: self.life,
            sequence: self.sequence,
            effects,
            usage: mirabridge_seats::store::UsageAdditions::default(),
            recorded: Arc::default(),
        };
        let place = self.store.recorder.reserve().await.unwrap();
        place.record(|| batch).recorded().await.unwrap();
    }

    pub async fn close(self) {
        self.store.closer.close().await;
    }
}

pub fn granted(record: Record) -> Effect {
    Effect::SeatGranted {
        record,
        connection: ConnectionNumber(1),
        repeatable_until: Served::START,
    }
}

/// Makes a store with sessions 1 to `sessions`.
pub async fn make(folder: &Path, sessions: u32) {
    let mut pen = Pen::take(folder);
    for first in (1..=sessions).step_by(500) {
        let until = sessions.min(first + 499);
        pen.record((first..=until).map(|n| granted(record(n))).collect())
            .await;
    }
    pen.close().await;
}

/// What a store holds, in order, or why it cannot be opened.
pub async fn read(folder: &Path) -> Result<Vec<(OrganizationId, Record)>, String> {
    let store = Store::open(folder, Arc::new(Metrics::new())).map_err(|error| {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            text = format!("{text}: {error}");
            source = error.source();
        }
        text
    })?;
    let mut sessions = store.sessions;
    sessions.sort_by_key(|(_, record)| record.session);
    store.closer.close().await;
    Ok(sessions)
}
