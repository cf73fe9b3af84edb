//! Versions of what can be changed, so that nobody writes over what he has not seen.

use super::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The `ETag` of `value`: another one for every other value.
pub(super) fn version(value: &impl Serialize) -> String {
    let text = serde_json::to_vec(value).expect("settings have no maps with other keys than texts");
    let hash = Sha256::digest(text);
    let digits: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{digits}\"")
}

/// What `If-Match` and `If-None-Match` ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Precondition {
    if_match: Option<String>,
    if_none_match: Option<String>,
}

impl Precondition {
    /// Whether a change may go on; `current` is the version of what is there, if it is.
    pub(super) fn check(&self, current: Option<&str>) -> Result<(), Problem> {
        let holds = |tags: &String| lists(tags, current);
        let as_seen = self.if_match.as_ref().is_none_or(holds);
        let unlike = !self.if_none_match.as_ref().is_some_and(holds);
        if as_seen && unlike {
            Ok(())
        } else {
            Err(Problem::LostUpdate)
        }
    }
}

/// Whether a list of tags has `current`. A weak tag stands for no version.
fn lists(tags: &str, current: Option<&str>) -> bool {
    let Some(current) = current else { return false };
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag == current)
}

impl<S: Sync> FromRequestParts<S> for Precondition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            if_match: joined(&parts.headers, IF_MATCH),
            if_none_match: joined(&parts.headers, IF_NONE_MATCH),
        })
    }
}

/// All values of a header; one that is no text stands for no version.
fn joined(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn precondition(if_match: Option<&str>, if_none_match: Option<&str>) -> Precondition {
        Precondition {
            if_match: if_match.map(str::to_owned),
            if_none_match: if_none_match.map(str::to_owned),
        }
    }

    #[test]
    fn a_change_goes_on_only_over_what_was_seen() {
        let (one, other) = (version(&1), version(&2));
        assert_ne!(one, other);
        let seen = |tags: &str| precondition(Some(tags), None).check(Some(&one));
        assert!(seen(&one).is_ok() && seen("*").is_ok() && seen(&format!("{other}, {one}")).is_ok());
        assert!(seen(&other).is_err() && seen("?").is_err() && seen(&format!("W/{one}")).is_err());
        assert!(precondition(Some("*"), None).check(None).is_err());
        assert!(precondition(None, Some("*")).check(None).is_ok());
        assert!(precondition(None, Some("*")).check(Some(&one)).is_err());
        assert!(precondition(None, None).check(Some(&one)).is_ok());
    }
}
