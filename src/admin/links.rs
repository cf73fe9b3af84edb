//! Links that open one path once: for what a browser opens without a header.

use super::Desk;
use super::auth::Caller;
use super::body::Fields;
use super::problem::Problem;
use crate::credential::HashedToken;
use crate::seats::Served;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, REFERRER_POLICY};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// Where links stand.
const FOLDER: &str = "/api/v1/links/";
/// A link is good for so long.
const GOOD_FOR: Duration = Duration::from_secs(60);
/// Links that are open at once, of one token and of all.
const MOST_OF_ONE: usize = 16;
const MOST: usize = 1024;
/// The longest path, in bytes.
const LONGEST_PATH: usize = 2000;

/// The links that are not used yet. They do not survive a restart.
#[derive(Default)]
pub struct Links(Mutex<Vec<Link>>);

struct Link {
    code: HashedToken,
    path: Uri,
    token: HashedToken,
    until: Served,
}

/// The token that a request was allowed by when its link was made.
#[derive(Clone)]
pub(super) struct Linked(pub(super) HashedToken);

/// What a link opens.
#[derive(ToSchema)]
#[schema(as = LinkWish)]
pub(super) struct Wish {
    /// Below `/api/v1/`, with its query. It is read, whatever the token may.
    #[schema(value_type = String, example = "/api/v1/organizations/acme")]
    path: Uri,
}

/// A link.
#[derive(Serialize, ToSchema)]
#[schema(as = NewLink)]
pub(super) struct Made {
    /// A path of this server, good once.
    #[schema(value_type = String)]
    url: Zeroizing<String>,
    expires_in_s: u64,
}

/// Makes a link that opens one path once, within 60 seconds, as this token would.
#[utoipa::path(post, path = "/api/v1/links", tag = "links", request_body = Wish,
    responses((status = 201, body = Made), (status = 503, description = "As many as there may be are open")))]
pub(super) async fn make(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    mut body: Fields,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let Wish { path } = Wish {
        path: body.required("path", path)?,
    };
    body.finish()?;
    let now = desk.reception.registry.clock().served();
    let code = Zeroizing::new(URL_SAFE_NO_PAD.encode(super::keys::random().as_slice()));
    let link = Link {
        code: HashedToken::of(&code),
        path,
        token: caller.token,
        until: now + GOOD_FOR,
    };
    if !desk.links.open(link, now) {
        return Err(Problem::TooMany("links"));
    }
    let made = Made {
        url: Zeroizing::new(format!("{FOLDER}{}", *code)),
        expires_in_s: GOOD_FOR.as_secs(),
    };
    Ok((StatusCode::CREATED, Json(made)))
}

/// Opens a link, once.
#[utoipa::path(get, path = "/api/v1/links/{code}", tag = "links", params(("code" = String, Path)),
    responses((status = 200, description = "What its path answers"),
        (status = 404, description = "Unknown, used or too old")))]
pub(super) async fn missing() -> Problem {
    Problem::NotFound
}

/// Puts the path of a link in its place, before anything looks at the request.
pub(super) async fn follow(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let code = request.uri().path().strip_prefix(FOLDER).filter(|_| is_get);
    let Some(link) = code.and_then(|code| desk.links.take(code, desk.reception.registry.clock().served()))
    else {
        return next.run(request).await;
    };
    *request.uri_mut() = link.path;
    request.headers_mut().remove(AUTHORIZATION);
    request.extensions_mut().insert(Linked(link.token));
    let mut response = next.run(request).await;
    for (name, value) in [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

impl Links {
    /// Whether there was room.
    fn open(&self, link: Link, now: Served) -> bool {
        let mut links = self.0.lock();
        links.retain(|link| now < link.until);
        let own = links.iter().filter(|other| other.token == link.token).count();
        let has_room = own < MOST_OF_ONE && links.len() < MOST;
        if has_room {
            links.push(link);
        }
        has_room
    }

    /// The link with this code, which is no link any more.
    fn take(&self, code: &str, now: Served) -> Option<Link> {
        let code = HashedToken::of(code);
        let mut links = self.0.lock();
        links.retain(|link| now < link.until);
        let place = links.iter().position(|link| link.code == code)?;
        Some(links.swap_remove(place))
    }
}

fn path(value: &Value) -> Result<Uri, Cow<'static, str>> {
    let text = value.as_str().filter(|text| text.len() <= LONGEST_PATH);
    let uri = text.and_then(|text| text.parse::<Uri>().ok());
    let is_below = |uri: &Uri| {
        let path = uri.path();
        let is_endless = path == "/api/v1/live" || path.starts_with("/api/v1/links");
        uri.host().is_none() && path.starts_with("/api/v1/") && !is_endless
    };
    uri.filter(is_below)
        .ok_or_else(|| "this is a path below /api/v1/ that ends; the live feed is read with a header".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Served {
        Served::from_nanos(seconds * 1_000_000_000)
    }

    fn link(code: &str, token: &str, made: u64) -> Link {
        Link {
            code: HashedToken::of(code),
            path: Uri::from_static("/api/v1/audit"),
            token: HashedToken::of(token),
            until: at(made) + GOOD_FOR,
        }
    }

    #[test]
    fn a_link_is_good_once_and_for_a_minute() {
        let links = Links::default();
        assert!(links.open(link("a", "t", 0), at(0)) && links.open(link("b", "t", 0), at(0)));
        assert!(links.take("x", at(0)).is_none());
        assert!(links.take("a", at(0)).is_some() && links.take("a", at(0)).is_none());
        assert!(links.open(link("c", "t", 59), at(59)));
        assert!(links.take("b", at(60)).is_none() && links.take("c", at(60)).is_some());
    }

    #[test]
    fn one_token_cannot_use_up_the_links_of_others() {
        let links = Links::default();
        let opened = (0..100)
            .filter(|n| links.open(link(&n.to_string(), "one", 0), at(0)))
            .count();
        assert_eq!(opened, MOST_OF_ONE);
        assert!(links.open(link("other", "other", 0), at(0)));
    }

    #[test]
    fn a_path_is_one_of_this_api_and_ends() {
        let taken = |text: &str| path(&Value::from(text)).is_ok();
        assert!(taken("/api/v1/audit") && taken("/api/v1/organizations/acme/sessions?state=on_call"));
        for wrong in [
            "/metrics",
            "/api/v1/live?org=a",
            "/api/v1/links/x",
            "http://x/api/v1/audit",
            "//x/api/v1/",
            "",
        ] {
            assert!(!taken(wrong), "{wrong}");
        }
    }
}
