//! What stands in a token: nothing beyond the contract, since a token must not name a person.

use std::time::Duration;

use serde::Deserialize;

use super::{BadToken, LEEWAY, LONGEST_TTL};
use crate::seats::{OrganizationId, Timestamp};

const AUDIENCE: &str = "mirabridge-seats";
/// The most bytes of `jti` and `iss`.
const LONGEST_TEXT: usize = 255;

/// The header. An extension that has to be understood (`crit`) is one that is not allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) alg: String,
    pub(super) kid: String,
    #[serde(rename = "typ")]
    _typ: Option<Jwt>,
}

/// `typ`, if it is there.
#[derive(Deserialize)]
enum Jwt {
    #[serde(rename = "JWT", alias = "jwt")]
    Jwt,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    aud: Audience,
    org: String,
    exp: f64,
    pub(super) jti: String,
    nbf: Option<f64>,
    iat: Option<f64>,
    iss: Option<String>,
}

/// One, as a text or as a list (RFC 7519, section 4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List([String; 1]),
}

impl Claims {
    /// Until when the token is good at most, leeway included.
    pub(super) fn judge(&self, organization: &OrganizationId, now: Timestamp) -> Result<Timestamp, BadToken> {
        let (Audience::One(audience) | Audience::List([audience])) = &self.aud;
        if audience != AUDIENCE || self.org != organization.as_str() {
            return Err(BadToken::NotForHere);
        }
        let issuer = self.iss.as_deref().unwrap_or_default();
        if self.jti.is_empty() || self.jti.len() > LONGEST_TEXT || issuer.len() > LONGEST_TEXT {
            return Err(BadToken::Malformed);
        }
        // Seconds since 1970 are exact in an f64 for longer than anybody lives.
        let now = now.0 as f64 / 1000.0;
        let (leeway, longest) = (LEEWAY as f64, LONGEST_TTL.as_secs_f64());
        if self.exp + leeway <= now {
            return Err(BadToken::Expired);
        }
        if self.exp > now + longest + leeway {
            return Err(BadToken::TooLong);
        }
        if [self.nbf, self.iat]
            .into_iter()
            .flatten()
            .any(|from| from > now + leeway)
        {
            return Err(BadToken::NotYet);
        }
        Ok(Timestamp((self.exp.ceil() as i64 + LEEWAY) * 1000))
    }
}

/// The claims of a token that is made here.
pub(super) fn to_sign(
    organization: &OrganizationId,
    number: &str,
    now: Timestamp,
    ttl: Duration,
) -> serde_json::Value {
    serde_json::json!({
        "aud": AUDIENCE,
        "org": organization.as_str(),
        "iat": now.seconds(),
        "exp": now.seconds() + i64::try_from(ttl.as_secs()).unwrap_or(0),
        "jti": number,
    })
}
