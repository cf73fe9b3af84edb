//! The intervals that are still added to, as they are on disk after the last commit, with the
//! additions of the group that is being written.

use super::UsageAdditions;
use super::tables::{Changes, open_row};
use crate::seats::Timestamp;
use crate::usage::{Bucket, Gap, Row};
use rusqlite::Connection;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The latest interval of each organization, and what the running group does to any.
#[derive(Default)]
pub(in crate::store) struct OpenRows {
    latest: HashMap<u32, (Bucket, Row)>,
    /// What the group changed, with what stood there before it.
    before: BTreeMap<(u32, Bucket), Option<Row>>,
    /// Earlier intervals that the group changed too.
    earlier: BTreeMap<(u32, Bucket), Row>,
    /// What a failed commit may have left on disk, with what has to stand there.
    suspect: BTreeMap<(u32, Bucket), Option<Row>>,
    reached: Option<Timestamp>,
    gaps: Arc<Vec<Gap>>,
    gaps_written: usize,
}

impl OpenRows {
    /// Takes a batch's additions into the group.
    pub(in crate::store) fn take(
        &mut self,
        connection: &Connection,
        organization: u32,
        usage: &UsageAdditions,
    ) -> rusqlite::Result<()> {
        self.reached = self.reached.max(usage.reached);
        if usage.gaps.len() > self.gaps.len() {
            self.gaps = Arc::clone(&usage.gaps);
        }
        for addition in &usage.additions {
            let bucket = addition.bucket;
            let mut row = match self.latest.remove(&organization) {
                Some((latest, row)) if latest == bucket => Some(row),
                Some((latest, row)) => {
                    if self.before.contains_key(&(organization, latest)) {
                        self.earlier.insert((organization, latest), row);
                    }
                    None
                }
                None => None,
            };
            if row.is_none() {
                row = match self.earlier.remove(&(organization, bucket)) {
                    Some(row) => Some(row),
                    None => open_row(connection, organization, bucket)?,
                };
            }
            self.before
                .entry((organization, bucket))
                .or_insert_with(|| row.clone());
            let row = match row {
                Some(mut row) => {
                    row.join(&addition.row, &self.gaps);
                    row
                }
                None => addition.row.clone(),
            };
            self.latest.insert(organization, (bucket, row));
        }
        Ok(())
    }

    /// Between two groups: what is on disk of an organization has to be read again before it is
    /// added to, since it is packed.
    pub(super) fn forget(&mut self, organization: u32) {
        self.latest.remove(&organization);
    }

    /// What the group changes.
    pub(in crate::store) fn changes(&self) -> Changes<'_> {
        let rows = self.before.keys().map(|key| {
            let (organization, bucket) = *key;
            let latest = self
                .latest
                .get(&organization)
                .filter(|(latest, _)| *latest == bucket);
            let row = latest.map(|(_, row)| row).or_else(|| self.earlier.get(key));
            (organization, bucket, row)
        });
        Changes {
            rows: rows.collect(),
            reached: self.reached,
            gaps: &self.gaps[self.gaps_written..],
        }
    }

    /// Whether the group changes anything.
    pub(in crate::store) fn is_changed(&self) -> bool {
        !self.before.is_empty() || self.reached.is_some()
    }

    /// The group is on disk.
    pub(in crate::store) fn settle(&mut self) {
        self.before.clear();
        self.earlier.clear();
        self.reached = None;
        self.gaps_written = self.gaps.len();
    }

    /// The group is not on disk, or only by what has to be taken back.
    pub(in crate::store) fn undo(&mut self) {
        self.latest.clear();
        self.earlier.clear();
        self.reached = None;
        self.gaps_written = 0;
        for (key, row) in std::mem::take(&mut self.before) {
            self.suspect.entry(key).or_insert(row);
        }
    }

    /// What has to stand on disk after a failed commit.
    pub(in crate::store) fn repairs(&self) -> Changes<'_> {
        let rows = self
            .suspect
            .iter()
            .map(|((organization, bucket), row)| (*organization, *bucket, row.as_ref()));
        Changes {
            rows: rows.collect(),
            ..Changes::default()
        }
    }

    /// The repairs are on disk.
    pub(in crate::store) fn repaired(&mut self) {
        self.suspect.clear();
    }
}
