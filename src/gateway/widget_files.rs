//! `/widget/*`: the script and the frame page, and which pages may hold the frame.

use super::answers::{Body, text};
use super::upper::Upper;
use crate::web;
use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};

/// Below it the files are.
pub(super) const PREFIX: &str = "/widget/";

/// The answer to a request below [`PREFIX`].
pub(super) fn answer(request: &Request<Incoming>, upper: &impl Upper) -> Response<Body> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
    }
    let Some(part) = web::find(request.uri().path().trim_start_matches('/')) else {
        return text(StatusCode::NOT_FOUND, "not found\n");
    };
    let mut response = if part.is_known(request.headers()) {
        let mut response = Response::new(Body::default());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(part.content))
    };
    let organization = request.uri().query().and_then(organization);
    let policy = policy(&upper.frame_ancestors(organization));
    set_headers(
        response.headers_mut(),
        part.content_type,
        &part.entity_tag,
        policy,
    );
    response
}

fn set_headers(headers: &mut HeaderMap, content_type: &'static str, entity_tag: &str, policy: HeaderValue) {
    for (name, value) in [
        (CONTENT_TYPE, content_type),
        (CONNECTION, "close"),
        (CACHE_CONTROL, "no-cache"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // Public files without a secret: a host page may load them as a module.
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    if let Ok(entity_tag) = HeaderValue::from_str(entity_tag) {
        headers.insert(ETAG, entity_tag);
    }
}

/// Nothing but our own script, style and socket, in no page but `ancestors`.
fn policy(ancestors: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors {ancestors}"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'",
    ))
}

/// The organization that a query names. An id needs no escapes.
fn organization(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("org="))
}
