//! Signed tokens: a page's own server vouches for one login. JWT (RFC 7519), read strictly.

mod claims;

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use zeroize::Zeroizing;

use crate::seats::{OrganizationId, Timestamp};
use claims::{Claims, Header};

/// The longest time from making a token to its end.
pub const LONGEST_TTL: Duration = Duration::from_secs(600);
/// What an issuer's clock may differ from ours, in seconds.
const LEEWAY: i64 = 30;
/// An HS256 secret is at least as long as its hash (RFC 7518, section 3.2), in bytes.
const SHORTEST_SECRET: usize = 32;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// Ed25519.
    EdDsa,
}

/// A key that tokens are checked with.
pub struct TokenKey {
    kid: String,
    algorithm: TokenAlgorithm,
    key: DecodingKey,
}

/// Bytes that are no key of the algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTokenKey {
    /// A secret that could be guessed.
    #[error("an HS256 secret has at least 32 bytes")]
    ShortSecret,
    /// Not a public key of Ed25519 in PEM.
    #[error("for EdDSA this is an Ed25519 public key in PEM, which begins with -----BEGIN PUBLIC KEY-----")]
    NoPublicKey,
}

/// A token that could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnsignableToken {
    /// A secret that could be guessed.
    #[error("an HS256 secret has at least 32 bytes")]
    ShortSecret,
    /// Not a private key of Ed25519 in PEM.
    #[error("for EdDSA this is an Ed25519 private key in PEM (PKCS #8)")]
    NoPrivateKey,
}

/// Why a token is not taken. For the log of whoever runs the server; says nothing of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Not three parts of base64url and JSON, or a header or a claim that is not of the contract.
    #[error("it is malformed, or has a header or a claim that is not allowed")]
    Malformed,
    /// No key of this organization has its `kid`.
    #[error("its kid is no key of this organization")]
    UnknownKey,
    /// Its `alg` is not that of the key.
    #[error("its alg is not that of the key")]
    WrongAlgorithm,
    /// The signature does not fit.
    #[error("its signature is wrong")]
    WrongSignature,
    /// `aud` or `org` name somebody else.
    #[error("its aud or org is not this one")]
    NotForHere,
    /// Its time is over.
    #[error("it is expired")]
    Expired,
    /// `nbf` or `iat` lie ahead.
    #[error("it is not valid yet")]
    NotYet,
    /// `exp` is too far ahead.
    #[error("its exp is more than ten minutes ahead")]
    TooLong,
}

/// A token that was taken.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenUse {
    /// Its number, `jti`.
    pub number: Zeroizing<String>,
    /// Nobody takes it after this, in whole seconds.
    pub until: Timestamp,
    /// Which of the keys it was signed with.
    pub key: usize,
}

impl TokenAlgorithm {
    /// The algorithm that a header's `alg` names.
    pub fn named(text: &str) -> Option<Self> {
        match text {
            "HS256" => Some(Self::Hs256),
            "EdDSA" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// Its name in a header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::EdDsa => "EdDSA",
        }
    }

    const fn jwt(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

impl TokenKey {
    /// Reads the raw secret for HS256, the public key in PEM for EdDSA.
    pub fn read(kid: String, algorithm: TokenAlgorithm, material: &[u8]) -> Result<Self, InvalidTokenKey> {
        let key = match algorithm {
            TokenAlgorithm::Hs256 if material.len() < SHORTEST_SECRET => {
                return Err(InvalidTokenKey::ShortSecret);
            }
            TokenAlgorithm::Hs256 => DecodingKey::from_secret(material),
            TokenAlgorithm::EdDsa if !material.starts_with(b"-----BEGIN PUBLIC KEY-----") => {
                return Err(InvalidTokenKey::NoPublicKey);
            }
            TokenAlgorithm::EdDsa => {
                DecodingKey::from_ed_pem(material).map_err(|_| InvalidTokenKey::NoPublicKey)?
            }
        };
        Ok(Self { kid, algorithm, key })
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Judges `token`, which came at `now` for `organization`, whose keys are `keys`.
    pub fn judge(
        keys: &[Self],
        token: &str,
        organization: &OrganizationId,
        now: Timestamp,
    ) -> Result<TokenUse, BadToken> {
        let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(BadToken::Malformed)?;
        let header: Header = read_part(header)?;
        let position = keys.iter().position(|key| key.kid == header.kid);
        let position = position.ok_or(BadToken::UnknownKey)?;
        let key = &keys[position];
        if header.alg != key.algorithm.name() {
            return Err(BadToken::WrongAlgorithm);
        }
        let fits = crypto::verify(signature, signed.as_bytes(), &key.key, key.algorithm.jwt());
        if !fits.unwrap_or(false) {
            return Err(BadToken::WrongSignature);
        }
        let claims: Claims = read_part(claims)?;
        let until = claims.judge(organization, now)?;
        let number = Zeroizing::new(claims.jti);
        Ok(TokenUse {
            number,
            until,
            key: position,
        })
    }
}

impl fmt::Debug for TokenKey {
    /// Hides the key, so that it stands in no log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey")
    }
}

/// Makes a token with the number `number` that is good for one login to `organization` until `ttl`
/// after `now`. The key is the raw secret for HS256, the private key in PEM for EdDSA.
pub fn sign_token(
    kid: &str,
    (algorithm, key): (TokenAlgorithm, &[u8]),
    organization: &OrganizationId,
    number: &str,
    now: Timestamp,
    ttl: Duration,
) -> Result<String, UnsignableToken> {
    let key = match algorithm {
        TokenAlgorithm::Hs256 if key.len() < SHORTEST_SECRET => return Err(UnsignableToken::ShortSecret),
        TokenAlgorithm::Hs256 => EncodingKey::from_secret(key),
        TokenAlgorithm::EdDsa => EncodingKey::from_ed_pem(key).map_err(|_| UnsignableToken::NoPrivateKey)?,
    };
    let header = serde_json::json!({ "alg": algorithm.name(), "typ": "JWT", "kid": kid });
    let claims = claims::to_sign(organization, number, now, ttl);
    let part = |value: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signature =
        crypto::sign(signed.as_bytes(), &key, algorithm.jwt()).map_err(|_| UnsignableToken::NoPrivateKey)?;
    Ok(format!("{signed}.{signature}"))
}

fn read_part<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, BadToken> {
    let bytes = Zeroizing::new(
        BASE64_URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| BadToken::Malformed)?,
    );
    serde_json::from_slice(&bytes).map_err(|_| BadToken::Malformed)
}

#[cfg(test)]
mod tests;
