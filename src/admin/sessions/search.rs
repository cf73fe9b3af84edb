//! Looks through all sessions of an organization, a piece at a time, and lets others in between.

use super::cursor::{Cursor, Sort};
use super::filter::Filter;
use crate::registry::{Registry, SessionView};
use crate::seats::{OrganizationId, SessionId, Timestamp};
use std::collections::BTreeMap;

/// The first `most` sessions after `after` that `filter` means, and when they were seen. Keeps no
/// more than these.
pub(super) async fn first(
    registry: &Registry,
    id: &OrganizationId,
    filter: Filter,
    sort: Sort,
    after: Option<Cursor>,
    most: usize,
) -> Option<(Vec<SessionView>, Timestamp)> {
    let mut found = BTreeMap::new();
    let mut next = match sort {
        Sort::Id => after.map(|cursor| cursor.session),
        Sort::Oldest | Sort::Newest => None,
    };
    loop {
        let piece = registry.sessions(id, next)?;
        for session in piece.sessions {
            let place = Cursor::at(sort, &session);
            if filter.matches(&session, piece.utc) && after.is_none_or(|after| place > after) {
                found.insert(place, session);
                if found.len() > most {
                    found.pop_last();
                }
            }
        }
        next = piece.next;
        let is_enough = sort == Sort::Id && found.len() == most;
        if next.is_none() || is_enough {
            return Some((found.into_values().collect(), piece.utc));
        }
        tokio::task::yield_now().await;
    }
}

/// The ids of all sessions that `filter` means.
pub(super) async fn all(registry: &Registry, id: &OrganizationId, filter: Filter) -> Option<Vec<SessionId>> {
    let (mut found, mut next) = (Vec::new(), None);
    loop {
        let piece = registry.sessions(id, next)?;
        let meant = piece.sessions.iter();
        let meant = meant.filter(|session| filter.matches(session, piece.utc));
        found.extend(meant.map(|session| session.session));
        next = piece.next;
        if next.is_none() {
            return Some(found);
        }
        tokio::task::yield_now().await;
    }
}
