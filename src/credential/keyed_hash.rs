//! Hashes under a key of this server, so that what is recorded tells nothing about what was sent.

use crate::seats::{AttemptHash, HandoffHash, OrganizationId, SecretHash, TokenHash};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Makes HMAC-SHA-256 hashes, cut to 128 bits.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// Hashes under `key`, 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The hash of a session's secret.
    pub fn secret(&self, secret: &[u8]) -> SecretHash {
        SecretHash(self.hash(&[b"secret", secret]))
    }

    /// The hash of a login attempt's number; another one for each organization.
    pub fn attempt(&self, organization: &OrganizationId, attempt: &[u8; 16]) -> AttemptHash {
        AttemptHash(self.hash(&[b"attempt", attempt, organization.as_str().as_bytes()]))
    }

    /// The hash of a signed token's number, its `jti`; another one for each organization.
    pub fn token(&self, organization: &OrganizationId, number: &str) -> TokenHash {
        // The organization comes last and has no zero byte, so that no two pairs are one text.
        TokenHash(self.hash(&[
            b"token",
            number.as_bytes(),
            b"\0",
            organization.as_str().as_bytes(),
        ]))
    }

    /// The hash of a hand-off code, however it is typed; another one for each organization.
    pub fn handoff(&self, organization: &OrganizationId, code: &str) -> HandoffHash {
        let typed: Vec<u8> = code
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| byte.to_ascii_uppercase())
            .collect();
        HandoffHash(self.hash(&[b"handoff", &typed, organization.as_str().as_bytes()]))
    }

    /// The hash of a place in a list, so that only this server can make one.
    pub fn cursor(&self, place: &[u8], list: &str) -> [u8; 16] {
        self.hash(&[b"cursor", place, list.as_bytes()])
    }

    fn hash(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        let whole = mac.finalize().into_bytes();
        let mut half = [0; 16];
        half.copy_from_slice(&whole[..16]);
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_differ_by_key_kind_and_organization() {
        let (one, two) = (KeyedHash::new(&[1; 32]), KeyedHash::new(&[2; 32]));
        let organization = |name| OrganizationId::parse(name).unwrap();

        assert!(one.secret(b"s") == one.secret(b"s"));
        assert!(one.secret(b"s") != two.secret(b"s"));
        assert_ne!(
            one.attempt(&organization("a"), &[7; 16]),
            one.attempt(&organization("b"), &[7; 16])
        );
        assert_ne!(
            one.attempt(&organization("a"), &[7; 16]).0,
            one.secret(&[7; 16]).0
        );
    }
}
