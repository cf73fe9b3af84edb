//! Where a page ends. A cursor holds the place and a keyed hash of the place and the list that it
//! belongs to, so that nobody can make one.

use super::filter::{Filter, since_s};
use crate::admin::problem::Problem;
use crate::credential::KeyedHash;
use crate::registry::SessionView;
use crate::seats::{OrganizationId, SessionId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

/// The order of a list; sessions of the same five minutes by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Oldest,
    Newest,
    Id,
}

/// A place in a list: after this session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor {
    /// Grows along the list.
    rank: i64,
    pub(super) session: SessionId,
}

/// The list that a cursor belongs to.
pub(super) struct Scope<'a> {
    pub(super) hashes: &'a KeyedHash,
    pub(super) organization: &'a OrganizationId,
    pub(super) sort: Sort,
    pub(super) filter: Filter,
}

impl Sort {
    pub(super) fn of(text: Option<&str>) -> Result<Self, Problem> {
        match text {
            None | Some("since") => Ok(Self::Oldest),
            Some("-since") => Ok(Self::Newest),
            Some("id") => Ok(Self::Id),
            Some(_) => Err(Problem::field("sort", "since, -since or id")),
        }
    }
}

impl Cursor {
    /// The place of `session`.
    pub(super) fn at(sort: Sort, session: &SessionView) -> Self {
        let rank = match sort {
            Sort::Oldest => since_s(session),
            Sort::Newest => -since_s(session),
            Sort::Id => 0,
        };
        Self {
            rank,
            session: session.session,
        }
    }

    pub(super) fn write(self, scope: &Scope<'_>) -> String {
        let mut bytes = Vec::with_capacity(40);
        bytes.extend(self.rank.to_be_bytes());
        bytes.extend(self.session.0);
        bytes.extend(scope.hash(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that `text` holds, if it was written for this list.
    pub(super) fn read(text: &str, scope: &Scope<'_>) -> Option<Self> {
        let bytes: [u8; 40] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (place, hash) = bytes.split_at(24);
        if !bool::from(scope.hash(place).ct_eq(hash)) {
            return None;
        }
        let (rank, session) = place.split_at(8);
        Some(Self {
            rank: i64::from_be_bytes(rank.try_into().ok()?),
            session: SessionId(session.try_into().ok()?),
        })
    }
}

impl Scope<'_> {
    fn hash(&self, place: &[u8]) -> [u8; 16] {
        let list = format!("{:?} {:?} {}", self.sort, self.filter, self.organization);
        self.hashes.cursor(place, &list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_taken_for_its_own_list_only() {
        let hashes = KeyedHash::new(&[1; 32]);
        let [acme, other] = ["acme", "other"].map(|id| OrganizationId::parse(id).unwrap());
        let all = Filter::of(None, None).ok().unwrap();
        let old = Filter::of(None, Some("300")).ok().unwrap();
        let scope = |organization, sort, filter| Scope {
            hashes: &hashes,
            organization,
            sort,
            filter,
        };
        let place = Cursor {
            rank: -300,
            session: SessionId([9; 16]),
        };
        let text = place.write(&scope(&acme, Sort::Newest, all));

        assert!(Cursor::read(&text, &scope(&acme, Sort::Newest, all)) == Some(place));
        for foreign in [
            scope(&other, Sort::Newest, all),
            scope(&acme, Sort::Oldest, all),
            scope(&acme, Sort::Newest, old),
        ] {
            assert!(Cursor::read(&text, &foreign).is_none());
        }
        for position in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[position] ^= 1;
            let forged = String::from_utf8(forged).unwrap();
            assert!(
                Cursor::read(&forged, &scope(&acme, Sort::Newest, all)).is_none(),
                "{forged}"
            );
        }
    }
}
