//! Judges the head of a request for the WebSocket. Pure.

use crate::protocol::SUBPROTOCOL;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{
    CONNECTION, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::{Method, StatusCode, Version};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Where the WebSocket is.
pub const PATH: &str = "/v1/seat";

/// What a head leads to.
pub enum Judgement {
    /// 101.
    Upgrade(Offer),
    /// Anything else.
    Answer(Refusal),
}

/// A head that opens a WebSocket. No extension is ever accepted.
pub struct Offer {
    /// For `Sec-WebSocket-Accept`.
    pub accept_key: String,
    /// Whether the subprotocol was offered and has to be echoed.
    pub subprotocol: bool,
    /// The page behind it.
    pub origin: RawOrigin,
}

/// An answer in HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: StatusCode,
    /// Whether the answer names the version that is spoken here.
    pub websocket_version_header: bool,
    /// For a person who reads it.
    pub text: &'static str,
}

/// The `Origin` header. It names a page, so it is never shown.
pub enum RawOrigin {
    /// Not a browser.
    Absent,
    /// One origin, as it was sent.
    One(String),
    /// `null`, several, or not ASCII: no list of origins can contain it.
    Unusable,
}

/// Judges a request for [`PATH`]. HTTP/1.0 has no upgrade, so its header is ignored there.
pub fn judge(parts: &Parts) -> Judgement {
    match offer(parts) {
        Ok(offer) => Judgement::Upgrade(offer),
        Err(refusal) => Judgement::Answer(refusal),
    }
}

fn offer(parts: &Parts) -> Result<Offer, Refusal> {
    let headers = &parts.headers;
    if parts.version == Version::HTTP_11 && once(headers, &HOST).is_none() {
        return Err(bad_request("Host is needed exactly once\n"));
    }
    if parts.version != Version::HTTP_11 || !asks_for_websocket(headers) {
        return Err(upgrade_required("this is a WebSocket\n"));
    }
    if parts.method != Method::GET {
        return Err(refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "a WebSocket opens with GET\n",
        ));
    }
    if headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING) {
        return Err(bad_request("a WebSocket opens without a body\n"));
    }
    if once(headers, &SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
        return Err(upgrade_required("WebSocket version 13 is spoken here\n"));
    }
    let key = once(headers, &SEC_WEBSOCKET_KEY)
        .filter(|key| is_key(key))
        .ok_or(bad_request(
            "Sec-WebSocket-Key is needed exactly once, 16 bytes in base64\n",
        ))?;
    Ok(Offer {
        accept_key: derive_accept_key(key.as_bytes()),
        subprotocol: subprotocol(headers)?,
        origin: origin(headers),
    })
}

fn asks_for_websocket(headers: &HeaderMap) -> bool {
    let names = |name, token: &str| elements(headers, name).any(|e| e.eq_ignore_ascii_case(token.as_bytes()));
    names(&CONNECTION, "upgrade") && names(&UPGRADE, "websocket")
}

fn is_key(key: &HeaderValue) -> bool {
    // In base64, 16 bytes take as much room as 18.
    STANDARD
        .decode_slice(key, &mut [0; 18])
        .is_ok_and(|length| length == 16)
}

/// Whether to echo the subprotocol.
fn subprotocol(headers: &HeaderMap) -> Result<bool, Refusal> {
    let mut offered = elements(headers, &SEC_WEBSOCKET_PROTOCOL).peekable();
    if offered.peek().is_none() {
        return Ok(false);
    }
    if offered.any(|name| name == SUBPROTOCOL.as_bytes()) {
        return Ok(true);
    }
    Err(bad_request("no subprotocol that is spoken here\n"))
}

fn origin(headers: &HeaderMap) -> RawOrigin {
    if !headers.contains_key(ORIGIN) {
        return RawOrigin::Absent;
    }
    match once(headers, &ORIGIN).map(HeaderValue::to_str) {
        Some(Ok(origin)) if !origin.is_empty() && !origin.eq_ignore_ascii_case("null") => {
            RawOrigin::One(origin.to_owned())
        }
        _ => RawOrigin::Unusable,
    }
}

/// The value of a header that is there exactly once.
fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// The elements of a comma list, which may stand in several headers. Empty ones do not count.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
}

const fn refusal(status: StatusCode, text: &'static str) -> Refusal {
    Refusal {
        status,
        websocket_version_header: false,
        text,
    }
}

const fn bad_request(text: &'static str) -> Refusal {
    refusal(StatusCode::BAD_REQUEST, text)
}

const fn upgrade_required(text: &'static str) -> Refusal {
    Refusal {
        status: StatusCode::UPGRADE_REQUIRED,
        websocket_version_header: true,
        text,
    }
}

#[cfg(test)]
mod tests;
