//! Who may ask for a seat, by organization.

use super::login_pace::LoginPace;
use crate::clock::Clock;
use crate::config::OrganizationSettings;
use crate::credential::{HashedToken, KeyedHash, Origin, TokenKey};
use crate::liveness::Rhythm;
use crate::protocol::LoginMessage;
use crate::seats::{OneTimeToken, OrganizationId, Timestamp};
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
    /// Pages that may ask; none: any.
    pub allowed_origins: Vec<Origin>,
    /// Whether a refusal may tell the numbers.
    pub disclose_counts: bool,
    keys: Vec<HashedToken>,
    token_keys: Vec<TokenKey>,
    /// A budget for each key, then for each token key.
    paces: Vec<LoginPace>,
    unresponsive_limit: Option<Duration>,
}

/// What a login showed, found good.
pub struct Shown<'a> {
    /// A signed token.
    pub token: Option<OneTimeToken>,
    pace: Option<&'a LoginPace>,
}

/// Wrong, unknown or none where one is needed: one answer for all.
pub struct Unauthorized;

impl Directory {
    /// The doors that `organizations` set up, and those of organizations whose last sessions still
    /// go on. Budgets go on from those of `before`.
    pub fn of(
        organizations: &[OrganizationSettings],
        leaving: &[OrganizationSettings],
        before: &Self,
        clock: &Clock,
    ) -> Self {
        let doors = |organizations| Self::doors(organizations, before, clock);
        Self {
            doors: doors(organizations),
            leaving: doors(leaving),
        }
    }

    fn doors(
        organizations: &[OrganizationSettings],
        before: &Self,
        clock: &Clock,
    ) -> HashMap<OrganizationId, Access> {
        let access = |settings: &OrganizationSettings| Access {
            id: settings.id.clone(),
            name: settings.name.clone(),
            allowed_origins: settings.allowed_origins.clone(),
            disclose_counts: settings.disclose_counts,
            keys: settings.keys.clone(),
            token_keys: settings.token_keys.iter().map(|key| key.key()).collect(),
            paces: paces(settings, before, clock),
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
    /// Judges the key or the token of a login that came at `now`. Where there are token keys, a token
    /// is judged whatever else is shown; an open organization ignores both.
    pub fn judge(
        &self,
        login: &LoginMessage,
        hashes: &KeyedHash,
        now: Timestamp,
    ) -> Result<Shown<'_>, Unauthorized> {
        if let Some(token) = &login.token
            && !self.token_keys.is_empty()
        {
            return self.judge_token(token, hashes, now);
        }
        if self.keys.is_empty() {
            let is_open = self.token_keys.is_empty();
            return if is_open {
                Ok(Shown {
                    token: None,
                    pace: None,
                })
            } else {
                Err(Unauthorized)
            };
        }
        // Each key is compared, so that the time tells nothing of which one fits.
        let shown = login.key.as_deref().map_or("", String::as_str);
        let shown = HashedToken::of(shown);
        let fits = self.keys.iter().map(|known| *known == shown);
        let fitting = fits
            .enumerate()
            .fold(None, |found, (key, fits)| if fits { Some(key) } else { found });
        let key = fitting.filter(|_| login.key.is_some()).ok_or(Unauthorized)?;
        Ok(Shown {
            token: None,
            pace: self.paces.get(key),
        })
    }

    fn judge_token(
        &self,
        token: &str,
        hashes: &KeyedHash,
        now: Timestamp,
    ) -> Result<Shown<'_>, Unauthorized> {
        match TokenKey::judge(&self.token_keys, token, &self.id, now) {
            Ok(taken) => Ok(Shown {
                token: Some(OneTimeToken {
                    hash: hashes.token(&self.id, &taken.number),
                    until: taken.until,
                }),
                pace: self.paces.get(self.keys.len() + taken.key),
            }),
            Err(why) => {
                tracing::debug!(organization = %self.id, %why, "a signed token is not taken");
                Err(Unauthorized)
            }
        }
    }

    /// The server's rhythm with this organization's limit for pages that do not answer.
    pub fn rhythm(&self, server: Rhythm) -> Rhythm {
        Rhythm {
            unresponsive_limit: self.unresponsive_limit,
            ..server
        }
    }
}

impl Shown<'_> {
    /// Takes the login out of the budget of its credential.
    pub fn is_within_its_pace(&self) -> bool {
        self.pace.is_none_or(LoginPace::takes_one_more)
    }
}

/// A change gives no new budget to a key that was there, unless its organization has another number
/// of seats.
fn paces(settings: &OrganizationSettings, before: &Directory, clock: &Clock) -> Vec<LoginPace> {
    let seats = settings.allocation.base;
    let before = before.find(settings.id.as_str());
    let known = |place: Option<usize>| before.and_then(|access| access.paces.get(place?));
    let keys = settings.keys.iter().map(|key| {
        let place = before.and_then(|access| access.keys.iter().position(|known| known == key));
        known(place)
    });
    let token_keys = settings.token_keys.iter().map(|key| {
        let place = before.and_then(|access| {
            let place = access
                .token_keys
                .iter()
                .position(|known| known.kid() == key.kid)?;
            Some(access.keys.len() + place)
        });
        known(place)
    });
    keys.chain(token_keys)
        .map(|pace| match pace {
            Some(pace) => pace.go_on(seats, clock),
            None => LoginPace::new(seats, clock),
        })
        .collect()
}
