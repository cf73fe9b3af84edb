//! Widget keys and admin tokens: made from 256 random bits, kept as a hash.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "sha256:";

/// The SHA-256 of a credential's text: all that configuration and store know of it.
///
/// One round without salt is enough, since the text holds 256 random bits.
#[derive(Clone, Copy)]
pub struct HashedToken([u8; 32]);

/// A text that is not `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sha256: and 64 lower-case hexadecimal digits")]
pub struct InvalidHash;

impl HashedToken {
    /// Reads `sha256:` and 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidHash> {
        let digits = text.strip_prefix(PREFIX).ok_or(InvalidHash)?.as_bytes();
        let (pairs, []) = digits.as_chunks::<2>() else {
            return Err(InvalidHash);
        };
        let pairs: &[[u8; 2]; 32] = pairs.try_into().map_err(|_| InvalidHash)?;
        let mut hash = [0; 32];
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = nibble(*high)? << 4 | nibble(*low)?;
        }
        Ok(Self(hash))
    }

    /// The hash of a credential's text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

/// In a time that does not depend on where they differ.
impl PartialEq for HashedToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for HashedToken {}

impl fmt::Display for HashedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(PREFIX)?;
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for HashedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("HashedToken")
    }
}

/// The text of a new widget key.
pub fn widget_key(random: [u8; 32]) -> String {
    format!("wk_{}", BASE64_URL_SAFE_NO_PAD.encode(random))
}

/// The text of a new admin token.
pub fn admin_token(random: [u8; 32]) -> String {
    format!("at_{}", BASE64_URL_SAFE_NO_PAD.encode(random))
}

fn nibble(digit: u8) -> Result<u8, InvalidHash> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(InvalidHash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH_OF_ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn a_hash_reads_back_and_matches_its_text_only() {
        let hash = HashedToken::parse(HASH_OF_ABC).unwrap();

        assert_eq!(hash.to_string(), HASH_OF_ABC);
        assert_eq!(hash, HashedToken::of("abc"));
        assert!(hash == HashedToken::of("abc"));
        assert!(hash != HashedToken::of("abd"));
        assert!(hash != HashedToken::of(""));
    }

    #[test]
    fn other_spellings_of_a_hash_are_refused() {
        let digits = &HASH_OF_ABC[7..];
        for text in [
            "",
            "sha256:",
            digits,
            &HASH_OF_ABC[..70],
            &HASH_OF_ABC.to_uppercase(),
            &format!("sha256:{}", digits.to_uppercase()),
            &format!("{HASH_OF_ABC}0"),
            &format!("{HASH_OF_ABC}00"),
            &format!("sha256: {}", &digits[1..]),
            &format!("sha512:{digits}"),
        ] {
            assert_eq!(HashedToken::parse(text), Err(InvalidHash), "{text}");
        }
    }

    #[test]
    fn a_credential_says_its_kind_and_holds_all_its_randomness() {
        assert_eq!(widget_key([0; 32]), format!("wk_{}", "A".repeat(43)));
        assert_eq!(admin_token([255; 32]), format!("at_{}8", "_".repeat(42)));
    }
}
