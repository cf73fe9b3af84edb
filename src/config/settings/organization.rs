//! The settings of one organization.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::credential::{HashedToken, Origin, TokenAlgorithm, TokenKey};
use crate::seats::{Allocation, Increase, OrganizationId};

/// The settings of one organization, defaults filled in.
#[derive(Debug, Clone)]
pub struct OrganizationSettings {
    /// Its id.
    pub id: OrganizationId,
    /// What people call it; its id if nothing else is set.
    pub name: String,
    /// Its seats, increases included.
    pub allocation: Allocation,
    /// How long a seat is kept after its connection is lost.
    pub grace: Duration,
    /// The zone of its days and reports.
    pub time_zone: TimeZone,
    /// The hashes of its widget keys.
    pub keys: Vec<HashedToken>,
    /// The keys that its tokens are signed with.
    pub token_keys: Vec<TokenKeySettings>,
    /// The origins of its pages; empty allows any.
    pub allowed_origins: Vec<Origin>,
    /// The most that wait in line; `None` is no line.
    pub waiting_line: Option<u32>,
    /// Whether a refusal tells the numbers.
    pub disclose_counts: bool,
    /// How long an unresponsive session keeps its seat; `None` is for ever.
    pub unresponsive_limit: Option<Duration>,
    /// The increases that an admin may start alone; `None` is none.
    pub self_service: Option<SelfService>,
    /// The shares of use that alert, in percent, ascending.
    pub alert_levels: Vec<u8>,
    /// The increases of the allocation with their reasons.
    pub increases: Vec<PlannedIncrease>,
}

/// A key that tokens are signed with.
#[derive(Debug, Clone)]
pub struct TokenKeySettings {
    /// Its name in the header of a token.
    pub kid: String,
    /// How it signs.
    pub algorithm: TokenAlgorithm,
    /// Its file.
    pub file: PathBuf,
    /// What its file held when the settings were read.
    pub material: KeyMaterial,
}

impl TokenKeySettings {
    /// The key.
    pub fn key(&self) -> TokenKey {
        TokenKey::read(self.kid.clone(), self.algorithm, &self.material.0)
            .expect("the material was read as a key when the settings were checked")
    }
}

/// The content of a key file: the raw secret for HS256, the public key in PEM for EdDSA.
#[derive(Clone)]
pub struct KeyMaterial(pub Zeroizing<Vec<u8>>);

impl fmt::Debug for KeyMaterial {
    /// Hides the key, so that it stands in no log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyMaterial")
    }
}

/// Increases that an admin may start alone, a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfService {
    /// The most seats.
    pub seats: u32,
    /// The most days.
    pub days: u32,
}

/// An increase and why it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedIncrease {
    /// Seats and times.
    pub increase: Increase,
    /// Why.
    pub reason: Option<String>,
}

impl OrganizationSettings {
    /// An organization without seats, with everything else at its default.
    pub fn new(id: OrganizationId, grace: Duration) -> Self {
        Self {
            name: id.to_string(),
            id,
            allocation: Allocation::of(0),
            grace,
            time_zone: TimeZone::UTC,
            keys: Vec::new(),
            token_keys: Vec::new(),
            allowed_origins: Vec::new(),
            waiting_line: None,
            disclose_counts: true,
            unresponsive_limit: Some(Duration::from_secs(12 * 3600)),
            self_service: None,
            alert_levels: vec![80, 90, 95, 100],
            increases: Vec::new(),
        }
    }

    /// Whether whoever reaches the listener may log in: no key, no token and no origin is asked for.
    pub fn is_open(&self) -> bool {
        self.keys.is_empty() && self.token_keys.is_empty() && self.allowed_origins.is_empty()
    }

    /// Whether a widget key, which every visitor of the page can read, is all that is asked for.
    pub fn asks_for_public_key_only(&self) -> bool {
        !self.keys.is_empty() && self.token_keys.is_empty() && self.allowed_origins.is_empty()
    }
}
