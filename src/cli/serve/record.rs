//! The way to the record: a store in the data folder, or none.

use crate::seats::{OrganizationId, Timestamp};
use crate::store::{Closer, ReadBack, Recorder, SettingKey, Shelf, Store};
use crate::telemetry::Metrics;
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// The way to the record, and what stood there at the start.
pub(super) struct Record {
    pub(super) recorder: Recorder,
    pub(super) hash_key: [u8; 32],
    pub(super) sessions: Vec<(OrganizationId, crate::seats::Record)>,
    pub(super) settings: Vec<(SettingKey, String)>,
    pub(super) read_backs: Option<mpsc::Receiver<ReadBack>>,
    pub(super) closer: Option<Closer>,
    /// Where the record of usage can be read, and how far it had come.
    pub(super) usage: Option<(Shelf, Option<Timestamp>)>,
}

impl Record {
    /// Opens the store in `folder` and says in the log what it found.
    pub(super) fn open(folder: Option<&Path>, metrics: &Arc<Metrics>) -> anyhow::Result<Self> {
        let Some(folder) = folder else {
            let mut hash_key = [0; 32];
            getrandom::fill(&mut hash_key).context("the system gives no random numbers")?;
            return Ok(Self {
                recorder: Recorder::in_memory(),
                hash_key,
                sessions: Vec::new(),
                settings: Vec::new(),
                read_backs: None,
                closer: None,
                usage: None,
            });
        };
        let store = Store::open(folder, Arc::clone(metrics))?;
        metrics.started(store.starts);
        tracing::info!(
            starts = store.starts,
            sessions = store.sessions.len(),
            "the store is open; its sessions wait in grace"
        );
        Ok(Self {
            recorder: store.recorder,
            hash_key: store.hash_key,
            sessions: store.sessions,
            settings: store.settings,
            read_backs: Some(store.read_backs),
            closer: Some(store.closer),
            usage: Some((store.shelf, store.usage_reached)),
        })
    }
}
