//! Who may ask for a seat, by organization.

use crate::config::OrganizationSettings;
use crate::credential::{HashedToken, Origin};
use crate::liveness::Rhythm;
use crate::seats::OrganizationId;
use std::collections::HashMap;
use std::time::Duration;

/// The doors of all organizations.
#[derive(Default)]
pub struct Directory {
    doors: HashMap<OrganizationId, Access>,
    /// Those of organizations on their way out: for sessions that go on, no more for logins.
    leaving: HashMap<OrganizationId, Access>,
}

/// The door of one organization.
pub struct Access {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, for administrators.
    pub name: String,
    /// Its time zone, for administrators.
    pub time_zone: String,
    /// Pages that may ask; none: any.
    pub allowed_origins: Vec<Origin>,
    /// Whether a refusal may tell the numbers.
    pub disclose_counts: bool,
    keys: Vec<HashedToken>,
    /// Only signed tokens are taken.
    tokens_only: bool,
    unresponsive_limit: Option<Duration>,
}

impl Directory {
    /// The doors that `organizations` set up.
    pub fn of(organizations: &[OrganizationSettings]) -> Self {
        Self {
            doors: Self::doors(organizations),
            leaving: HashMap::new(),
        }
    }

    /// With the doors of organizations whose last sessions still go on.
    pub fn with_leaving(self, organizations: &[OrganizationSettings]) -> Self {
        Self {
            leaving: Self::doors(organizations),
            ..self
        }
    }

    fn doors(organizations: &[OrganizationSettings]) -> HashMap<OrganizationId, Access> {
        let access = |settings: &OrganizationSettings| Access {
            id: settings.id.clone(),
            name: settings.name.clone(),
            time_zone: settings.time_zone.iana_name().unwrap_or("UTC").to_owned(),
            allowed_origins: settings.allowed_origins.clone(),
            disclose_counts: settings.disclose_counts,
            keys: settings.keys.clone(),
            tokens_only: settings.keys.is_empty() && !settings.token_keys.is_empty(),
            unresponsive_limit: settings.unresponsive_limit,
        };
        organizations
            .iter()
            .map(|settings| (settings.id.clone(), access(settings)))
            .collect()
    }

    /// The door at which a session of the organization that is called `id` comes back.
    pub fn find_for_resume(&self, id: &str) -> Option<&Access> {
        self.find(id).or_else(|| self.leaving.get(id))
    }

    /// The door of the organization that is called `id`.
    pub fn find(&self, id: &str) -> Option<&Access> {
        self.doors.get(id)
    }

    /// The pages that may hold the frame page of the organization `id`, as sources of a
    /// Content-Security-Policy. Without an id it is the only organization's: of several, none, since
    /// the list would tell everybody who the others are.
    pub fn frame_ancestors(&self, id: Option<&str>) -> String {
        let access = match id {
            Some(id) => self.find(id),
            None => self.iter().next().filter(|_| self.doors.len() == 1),
        };
        let Some(access) = access else {
            return "'none'".to_owned();
        };
        if access.allowed_origins.is_empty() {
            return "*".to_owned();
        }
        let origins: Vec<_> = access.allowed_origins.iter().map(Origin::to_string).collect();
        origins.join(" ")
    }

    /// All doors, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Access> {
        self.doors.values()
    }
}

impl Access {
    /// Whether `key` opens it. An open organization ignores keys.
    pub fn admits(&self, key: Option<&str>) -> bool {
        if self.tokens_only {
            return false;
        }
        // Each key is compared, so that the time tells nothing of which one fits.
        let fits = self
            .keys
            .iter()
            .filter(|known| key.is_some_and(|key| known.matches(key)))
            .count();
        self.keys.is_empty() || fits > 0
    }

    /// The server's rhythm with this organization's limit for pages that do not answer.
    pub fn rhythm(&self, server: Rhythm) -> Rhythm {
        Rhythm {
            unresponsive_limit: self.unresponsive_limit,
            ..server
        }
    }
}
