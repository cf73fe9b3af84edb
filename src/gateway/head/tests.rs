use super::*;
use hyper::Request;

const GOOD: &[(&str, &str)] = &[
    ("host", "seats.example"),
    ("connection", "keep-alive, Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

#[test]
fn a_good_head_opens_with_the_key_of_the_standard() {
    let offer = accepted(good());
    assert_eq!(offer.accept_key, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(!offer.subprotocol);
    assert!(matches!(offer.origin, RawOrigin::Absent));
}

#[test]
fn other_methods_versions_and_plain_requests_do_not_open() {
    let mut parts = good();
    parts.method = Method::POST;
    assert_eq!(refused(parts).status, 405);

    let mut parts = good();
    parts.version = Version::HTTP_10;
    assert_upgrade_required(parts);
    for missing in ["upgrade", "connection"] {
        assert_upgrade_required(without(missing));
    }
    assert_upgrade_required(with("sec-websocket-version", "8"));
    assert_upgrade_required(without("sec-websocket-version"));
    assert_upgrade_required(and("sec-websocket-version", "13"));
}

#[test]
fn host_and_key_are_needed_exactly_once() {
    for name in ["host", "sec-websocket-key"] {
        assert_eq!(refused(without(name)).status, 400, "no {name}");
        assert_eq!(
            refused(and(name, "dGhlIHNhbXBsZSBub25jZQ==")).status,
            400,
            "two {name}"
        );
    }
}

#[test]
fn the_key_is_sixteen_bytes_in_base64() {
    for key in [
        "",
        "c2hvcnQ=",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZSE=",
        "!!!!IHNhbXBsZSBub25jZQ==",
    ] {
        assert_eq!(refused(with("sec-websocket-key", key)).status, 400, "{key:?}");
    }
}

#[test]
fn an_upgrade_has_no_body() {
    assert_eq!(refused(and("content-length", "0")).status, 400);
    assert_eq!(refused(and("transfer-encoding", "chunked")).status, 400);
}

#[test]
fn the_subprotocol_is_echoed_only_where_it_was_offered() {
    let name = "sec-websocket-protocol";
    assert!(accepted(and(name, SUBPROTOCOL)).subprotocol);
    assert!(accepted(and(name, "other , mirabridge.seat.v1")).subprotocol);
    let mut several = and(name, "other");
    several
        .headers
        .append(name, HeaderValue::from_static(SUBPROTOCOL));
    assert!(accepted(several).subprotocol);
    assert_eq!(refused(and(name, "mirabridge.seat.v2")).status, 400);
    assert_eq!(refused(and(name, "MIRABRIDGE.SEAT.V1")).status, 400);
}

#[test]
fn only_one_plain_origin_can_be_used() {
    assert!(
        matches!(accepted(and("origin", "https://a.example")).origin, RawOrigin::One(o) if o == "https://a.example")
    );
    for unusable in ["null", "", "https://b\u{fc}cher.example"] {
        assert!(matches!(
            accepted(and("origin", unusable)).origin,
            RawOrigin::Unusable
        ));
    }
    let mut two = and("origin", "https://a.example");
    two.headers
        .append("origin", HeaderValue::from_static("https://a.example"));
    assert!(matches!(accepted(two).origin, RawOrigin::Unusable));
}

fn good() -> Parts {
    let request = GOOD.iter().fold(Request::get(PATH), |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body(()).unwrap().into_parts().0
}

fn without(name: &str) -> Parts {
    let mut parts = good();
    parts.headers.remove(name);
    parts
}

fn and(name: &'static str, value: &str) -> Parts {
    let mut parts = good();
    parts
        .headers
        .append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    parts
}

fn with(name: &'static str, value: &str) -> Parts {
    let mut parts = good();
    parts
        .headers
        .insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    parts
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the call")]
fn accepted(parts: Parts) -> Offer {
    match judge(&parts) {
        Judgement::Upgrade(offer) => offer,
        Judgement::Answer(refusal) => panic!("{refusal:?}"),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the call")]
fn refused(parts: Parts) -> Refusal {
    match judge(&parts) {
        Judgement::Upgrade(_) => panic!("it opened"),
        Judgement::Answer(refusal) => refusal,
    }
}

fn assert_upgrade_required(parts: Parts) {
    let refusal = refused(parts);
    assert_eq!(refusal.status, 426);
    assert!(refusal.websocket_version_header);
}
