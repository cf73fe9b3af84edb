//! A store filled with a history that was not lived here: the rows that a server would have
//! written, through the same packing, without waiting for its time.

use super::database::{Database, Group};
use super::error::StoreError;
use super::folder::{Folder, Left, Mark};
use super::slots::Slots;
use super::usage::{Closing, OpenRows, Shelf, UsageAdditions};
use crate::seats::OrganizationId;
use std::path::Path;

/// A store that takes the history of one organization.
pub struct Filling {
    folder: Folder,
    database: Database,
    slots: u32,
    organization: (u32, OrganizationId),
    is_known: bool,
    open: OpenRows,
    closing: Closing,
}

/// Why a folder takes no history.
#[derive(Debug, thiserror::Error)]
pub enum NotFilled {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record is one line of time: nothing is put before what is there.
    #[error("there is a record of usage already: a history goes into a new folder")]
    HasRecord,
    /// A group could not be written.
    #[error("the history could not be written: {0}")]
    NotWritten(String),
}

impl Filling {
    /// Opens or makes the store in `folder`.
    pub fn open(folder: &Path, organization: OrganizationId) -> Result<Self, NotFilled> {
        let folder = Folder::take(folder)?;
        let is_unfinished = folder.left()? == Left::Unfinished;
        if is_unfinished {
            folder.mark(Mark::Making)?;
        }
        let (database, contents) = Database::open(&folder.database(), is_unfinished)?;
        folder.mark(Mark::Open)?;
        let most = contents.organizations.values().max();
        let known = contents.organizations.get(&organization).copied();
        let filling = Self {
            folder,
            database,
            slots: Slots::of(&contents.cells).count(),
            organization: (
                known.unwrap_or_else(|| most.map_or(1, |most| most + 1)),
                organization,
            ),
            is_known: known.is_some(),
            open: OpenRows::default(),
            closing: Closing::default(),
        };
        if contents.usage_reached.is_some() {
            filling.close()?;
            return Err(NotFilled::HasRecord);
        }
        Ok(filling)
    }

    /// Adds what comes next, and packs what is over.
    pub fn add(&mut self, usage: &UsageAdditions) -> Result<(), NotFilled> {
        let not_written = |error: rusqlite::Error| NotFilled::NotWritten(error.to_string());
        let number = self.organization.0;
        if let Some(zone) = &usage.zone {
            self.closing.cut_by(number, zone);
        }
        self.open
            .take(self.database.connection(), number, usage)
            .map_err(not_written)?;
        let new = (!self.is_known).then(|| self.organization.clone());
        let group = Group {
            slots: self.slots,
            cells: Vec::new(),
            organizations: new.into_iter().collect(),
            usage: self.open.changes(),
            settings: Vec::new(),
            audit: None,
        };
        self.database
            .commit(&group)
            .map_err(|error| NotFilled::NotWritten(error.to_string()))?;
        self.open.settle();
        self.is_known = true;
        while self
            .closing
            .work(self.database.connection(), &mut self.open)
            .map_err(not_written)?
        {}
        Ok(())
    }

    /// Where it can be read meanwhile.
    pub fn shelf(&self) -> Shelf {
        Shelf {
            path: self.folder.database(),
        }
    }

    /// Leaves a database that is complete in itself.
    pub fn close(self) -> Result<(), StoreError> {
        self.folder.mark(Mark::Closing)?;
        self.database.close();
        self.folder.mark(Mark::Closed)
    }
}
