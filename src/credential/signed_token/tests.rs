use super::*;
use serde_json::{Value, json};

const SECRET: &[u8; 32] = b"0123456789abcdef0123456789abcdef";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA8d7FEHpDc8xzymxn6ayIbStXzrgzJw+0pWFhWGz1RaU=
-----END PUBLIC KEY-----
";
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBX7e9TWt5Q7EuyXkmPHpJshUlpZimd2fC7P2L6/Adxf
-----END PRIVATE KEY-----
";
const NOW: Timestamp = Timestamp(1_800_000_000_000);

fn acme() -> OrganizationId {
    OrganizationId::parse("acme").unwrap()
}

fn keys() -> [TokenKey; 2] {
    [
        TokenKey::read("old".to_owned(), TokenAlgorithm::Hs256, SECRET).unwrap(),
        TokenKey::read("new".to_owned(), TokenAlgorithm::EdDsa, PUBLIC.as_bytes()).unwrap(),
    ]
}

fn claims() -> Value {
    json!({"aud":"mirabridge-seats","org":"acme","exp":1_800_000_060,"jti":"1"})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn signed(header: &Value, claims: &Value) -> String {
    signed_with(SECRET, header, claims)
}

fn signed_with(secret: &[u8], header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(secret);
    let signature = crypto::sign(text.as_bytes(), &key, Algorithm::HS256).unwrap();
    format!("{text}.{signature}")
}

fn hs256() -> Value {
    json!({"alg":"HS256","typ":"JWT","kid":"old"})
}

fn judge(token: &str) -> Result<TokenUse, BadToken> {
    TokenKey::judge(&keys(), token, &acme(), NOW)
}

fn judge_claims(claims: &Value) -> Result<TokenUse, BadToken> {
    judge(&signed(&hs256(), claims))
}

#[test]
fn what_is_signed_here_is_taken_here_with_both_algorithms() {
    let ttl = Duration::from_secs(60);
    for (kid, algorithm, key, position) in [
        ("old", TokenAlgorithm::Hs256, SECRET.as_slice(), 0),
        ("new", TokenAlgorithm::EdDsa, PRIVATE.as_bytes(), 1),
    ] {
        let token = sign_token(kid, (algorithm, key), &acme(), "number", NOW, ttl).unwrap();

        let taken = judge(&token).unwrap();

        assert_eq!(*taken.number, "number");
        assert_eq!(taken.until, Timestamp(1_800_000_090_000));
        assert_eq!(taken.key, position);
    }
}

#[test]
fn what_the_contract_leaves_open_may_be_there() {
    assert!(judge_claims(&claims()).is_ok());
    for (name, value) in [
        ("nbf", json!(1_800_000_000)),
        ("iat", json!(1_799_999_990.5)),
        ("iss", json!("https://acme.example")),
        ("aud", json!(["mirabridge-seats"])),
    ] {
        assert!(judge_claims(&with(name, value)).is_ok(), "{name}");
    }
}

#[test]
fn any_other_claim_is_refused_whatever_it_says() {
    for name in ["sub", "name", "email", "given_name", "azp", "x", "Org", "seats"] {
        for value in [json!("ann@acme.example"), json!(null), json!({})] {
            assert_eq!(
                judge_claims(&with(name, value)),
                Err(BadToken::Malformed),
                "{name}"
            );
        }
    }
    let twice = r#"{"aud":"mirabridge-seats","org":"acme","org":"acme","exp":1800000060,"jti":"1"}"#;
    let text = format!(
        "{}.{}",
        BASE64_URL_SAFE_NO_PAD.encode(hs256().to_string()),
        BASE64_URL_SAFE_NO_PAD.encode(twice)
    );
    let signature = crypto::sign(
        text.as_bytes(),
        &EncodingKey::from_secret(SECRET),
        Algorithm::HS256,
    )
    .unwrap();
    assert_eq!(judge(&format!("{text}.{signature}")), Err(BadToken::Malformed));
}

#[test]
fn a_claim_that_is_missing_or_of_the_wrong_kind_is_refused() {
    for name in ["aud", "org", "exp", "jti"] {
        assert_eq!(judge_claims(&without(name)), Err(BadToken::Malformed), "{name}");
        for value in [json!(true), json!([]), json!(null)] {
            assert_eq!(
                judge_claims(&with(name, value)),
                Err(BadToken::Malformed),
                "{name}"
            );
        }
    }
    for (name, value) in [
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
        ("iss", json!("x".repeat(256))),
        ("exp", json!("1800000060")),
        ("aud", json!(["mirabridge-seats", "other"])),
    ] {
        assert_eq!(
            judge_claims(&with(name, value)),
            Err(BadToken::Malformed),
            "{name}"
        );
    }
}

#[test]
fn a_token_of_another_organization_or_for_another_service_is_refused() {
    for (name, value) in [
        ("org", "acme-two"),
        ("org", "ACME"),
        ("aud", "mirabridge"),
        ("aud", ""),
    ] {
        assert_eq!(judge_claims(&with(name, json!(value))), Err(BadToken::NotForHere));
    }
}

#[test]
fn times_are_judged_with_thirty_seconds_of_leeway() {
    let at = |seconds: i64| json!(1_800_000_000 + seconds);
    for (name, seconds, judgement) in [
        ("exp", -29, Ok(())),
        ("exp", -30, Err(BadToken::Expired)),
        ("exp", -100_000, Err(BadToken::Expired)),
        ("exp", 630, Ok(())),
        ("exp", 631, Err(BadToken::TooLong)),
        ("nbf", 30, Ok(())),
        ("nbf", 31, Err(BadToken::NotYet)),
        ("iat", 30, Ok(())),
        ("iat", 31, Err(BadToken::NotYet)),
    ] {
        let judged = judge_claims(&with(name, at(seconds))).map(drop);
        assert_eq!(judged, judgement, "{name} {seconds}");
    }
    for endless in [json!(1e300), json!(-1e300), json!(i64::MAX)] {
        assert!(judge_claims(&with("exp", endless)).is_err());
    }
}

#[test]
fn a_signature_counts_only_with_the_algorithm_and_the_key_that_are_configured() {
    for (header, judgement) in [
        (json!({"alg":"none","kid":"old"}), BadToken::WrongAlgorithm),
        (json!({"alg":"None","kid":"old"}), BadToken::WrongAlgorithm),
        (json!({"alg":"hs256","kid":"old"}), BadToken::WrongAlgorithm),
        (json!({"alg":"HS384","kid":"old"}), BadToken::WrongAlgorithm),
        (json!({"alg":"EdDSA","kid":"old"}), BadToken::WrongAlgorithm),
        (json!({"alg":"HS256","kid":"new"}), BadToken::WrongAlgorithm),
        (json!({"alg":"EdDSA","kid":"new"}), BadToken::WrongSignature),
        (json!({"alg":"HS256","kid":"older"}), BadToken::UnknownKey),
        (json!({"alg":"HS256"}), BadToken::Malformed),
        (json!({"kid":"old"}), BadToken::Malformed),
        (
            json!({"alg":"HS256","kid":"old","crit":["b64"],"b64":false}),
            BadToken::Malformed,
        ),
        (json!({"alg":"HS256","kid":"old","jwk":{}}), BadToken::Malformed),
        (
            json!({"alg":"HS256","kid":"old","typ":"at+jwt"}),
            BadToken::Malformed,
        ),
    ] {
        assert_eq!(judge(&signed(&header, &claims())), Err(judgement), "{header}");
    }
    // The public key as a secret: the classic confusion of algorithms.
    let confused = signed_with(PUBLIC.as_bytes(), &json!({"alg":"HS256","kid":"new"}), &claims());
    assert_eq!(judge(&confused), Err(BadToken::WrongAlgorithm));
    let foreign = signed_with(&[7; 32], &hs256(), &claims());
    assert_eq!(judge(&foreign), Err(BadToken::WrongSignature));
}

#[test]
fn what_is_no_token_is_refused() {
    let good = signed(&hs256(), &claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        signed,
        &format!("{signed}."),
        &format!("{good}."),
        &format!("{good}A"),
        &format!("{good}="),
        &format!(" {good}"),
        &format!("{signed}.{}", &signature[1..]),
        &format!("{header}..{signature}"),
        &good.replace('.', ".."),
        "\u{0}.\u{0}.\u{0}",
    ] {
        assert!(judge(text).is_err(), "{text}");
    }
}

#[test]
fn a_changed_token_is_refused_at_every_character() {
    let good = signed(&hs256(), &claims());
    for position in 0..good.len() {
        let mut changed = good.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        // The last character of the signature has bits that are not used; they must be zero.
        let changed = String::from_utf8(changed).unwrap();
        assert!(judge(&changed).is_err(), "character {position}");
    }
}

#[test]
fn bytes_that_are_no_key_are_refused_and_keys_are_not_shown() {
    let read = |algorithm, bytes: &[u8]| TokenKey::read("k".to_owned(), algorithm, bytes).map(drop);
    assert_eq!(
        read(TokenAlgorithm::Hs256, &[1; 31]),
        Err(InvalidTokenKey::ShortSecret)
    );
    for bytes in [SECRET.as_slice(), PRIVATE.as_bytes(), &PUBLIC.as_bytes()[..60]] {
        assert_eq!(
            read(TokenAlgorithm::EdDsa, bytes),
            Err(InvalidTokenKey::NoPublicKey)
        );
    }
    assert_eq!(format!("{:?}", keys()[0]), "TokenKey");
}
