//! Lists in pages.

use super::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// The most items of a page.
const MOST_ITEMS: usize = 1000;
/// The items of a page where nothing is asked for.
const ITEMS: usize = 100;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    /// The cursor of the next page; null on the last one.
    pub(super) next: Option<String>,
}

/// Which page is asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many, from 1 to 1,000; 100 where it is left out.
    #[param(value_type = Option<u16>)]
    pub(super) limit: usize,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
}

impl Paging {
    /// The page of `items`, which are in the order of their names. The cursor is the name of the
    /// last item of the page before.
    pub(super) fn of<I, T>(
        &self,
        items: impl IntoIterator<Item = I>,
        name: impl Fn(&I) -> &str,
        show: impl FnMut(I) -> Option<T>,
    ) -> Page<T> {
        let after = self.cursor.as_deref();
        let later = |item: &I| after.is_none_or(|after| name(item) > after);
        let mut taken: Vec<_> = items.into_iter().filter(later).take(self.limit + 1).collect();
        let next = (taken.len() > self.limit).then(|| name(&taken[self.limit - 1]).to_owned());
        taken.truncate(self.limit);
        Page {
            items: taken.into_iter().filter_map(show).collect(),
            next,
        }
    }
}

impl Paging {
    /// The page of `items`, which are in the opposite order of their names.
    pub(super) fn newest_first<I, T>(
        &self,
        items: impl IntoIterator<Item = I>,
        name: impl Fn(&I) -> &str,
        show: impl FnMut(I) -> T,
    ) -> Page<T> {
        let before = self.cursor.as_deref();
        let earlier = |item: &I| before.is_none_or(|before| name(item) < before);
        let mut taken: Vec<_> = items.into_iter().filter(earlier).take(self.limit + 1).collect();
        let next = (taken.len() > self.limit).then(|| name(&taken[self.limit - 1]).to_owned());
        taken.truncate(self.limit);
        Page {
            items: taken.into_iter().map(show).collect(),
            next,
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Paging {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let asked = parts.uri.query().unwrap_or_default();
        let (mut limit, mut cursor) = (None, None);
        for (name, value) in asked.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "limit" => limit = Some(value),
                "cursor" => cursor = Some(value.to_owned()),
                _ => {}
            }
        }
        let limit = page_length(limit)?;
        // Every cursor of ours is made of these; nothing that is escaped is one.
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match cursor {
            Some(cursor) if cursor.is_empty() || !cursor.bytes().all(known) => Err(Problem::BadCursor),
            cursor => Ok(Self { limit, cursor }),
        }
    }
}

/// The number of items that `limit` asks for.
pub(super) fn page_length(limit: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = limit else { return Ok(ITEMS) };
    text.parse()
        .ok()
        .filter(|limit| (1..=MOST_ITEMS).contains(limit))
        .ok_or(Problem::BadLimit)
}
