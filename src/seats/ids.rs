//! What things are called: organizations by name, sessions by a random number, people never.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// The name of an organization: 1 to 64 characters out of `a-z 0-9 - _`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationId(Arc<str>);

/// A text that names no organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an organization's id has 1 to 64 characters out of a-z 0-9 - _")]
pub struct InvalidOrganizationId;

impl OrganizationId {
    /// The most characters that an id may have.
    pub const MAX_LENGTH: usize = 64;

    /// Takes `text` as an id if it has the form of one.
    pub fn parse(text: &str) -> Result<Self, InvalidOrganizationId> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
        if text.is_empty() || text.len() > Self::MAX_LENGTH || !text.bytes().all(allowed) {
            return Err(InvalidOrganizationId);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for OrganizationId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The random id of a session, a UUID of version 4. It is all that is known of an agent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub [u8; 16]);

impl fmt::Debug for SessionId {
    /// Hides the id, so that it stands in no log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId")
    }
}

/// A keyed hash of a session's secret, 128 bits.
#[derive(Clone, Copy)]
pub struct SecretHash(pub [u8; 16]);

impl PartialEq for SecretHash {
    /// Takes the same time whatever the bytes are.
    fn eq(&self, other: &Self) -> bool {
        u128::from_ne_bytes(self.0) ^ u128::from_ne_bytes(other.0) == 0
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

/// A keyed hash of the random number of a login attempt, 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptHash(pub [u8; 16]);

impl fmt::Debug for AttemptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptHash")
    }
}

/// A keyed hash of a signed token's number, 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenHash(pub [u8; 16]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash")
    }
}

/// A keyed hash of a hand-off code, 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HandoffHash(pub [u8; 16]);

impl fmt::Debug for HandoffHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HandoffHash")
    }
}

/// The number of a connection, never used twice by one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionNumber(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_id_has_1_to_64_plain_characters() {
        assert!(OrganizationId::parse("acme-2_b").is_ok());
        assert!(OrganizationId::parse(&"a".repeat(64)).is_ok());
        for wrong in ["", "Acme", "a b", "ä", "a/b", &"a".repeat(65)] {
            assert!(OrganizationId::parse(wrong).is_err(), "{wrong}");
        }
    }
}
