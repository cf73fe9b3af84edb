//! The cell of one slot: a session in a blob of fixed length, or nothing but zeros.

use crate::seats::{
    AttemptHash, Ending, Entry, OneTimeToken, Record, SecretHash, SessionId, Timestamp, TokenHash,
};
use sha2::{Digest as _, Sha256};

/// The length of every cell. What is not named below is zero and is kept for what comes.
///
/// | bytes | what |
/// | --- | --- |
/// | 0 | 1: a session |
/// | 1 | bit 0: over the allocation; bit 1: has an attempt; bit 2: has a token; bit 3: came without an origin |
/// | 2 | how it is to end: 1 after its call, 2 with notice, 0 not planned |
/// | 4..8 | number of its organization |
/// | 8..16 | granted when, milliseconds since 1970 |
/// | 16..32 | its id |
/// | 32..48 | keyed hash of its secret |
/// | 48..64 | keyed hash of its attempt |
/// | 64..68 | seconds of notice |
/// | 68..84 | keyed hash of its token |
/// | 84..88 | until when the token was good, seconds since 1970 |
/// | 88..96 | checksum over the slot's number and all before |
pub(super) const CELL_BYTES: usize = 96;
const CHECKED: usize = CELL_BYTES - 8;

/// A session in its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// The number of its organization in the store.
    pub(super) organization: u32,
    /// What is recorded of it.
    pub(super) record: Record,
}

/// A cell that is neither free nor what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// The bytes of slot `slot`.
pub(super) fn encode(slot: u32, cell: Option<&Cell>) -> [u8; CELL_BYTES] {
    let mut bytes = [0; CELL_BYTES];
    let Some(Cell { organization, record }) = cell else {
        return bytes;
    };
    bytes[0] = 1;
    bytes[1] = u8::from(record.over_allocation)
        | u8::from(record.attempt.is_some()) << 1
        | u8::from(record.entry.token.is_some()) << 2
        | u8::from(record.entry.without_origin) << 3;
    bytes[4..8].copy_from_slice(&organization.to_le_bytes());
    bytes[8..16].copy_from_slice(&record.granted_at.0.to_le_bytes());
    bytes[16..32].copy_from_slice(&record.session.0);
    bytes[32..48].copy_from_slice(&record.secret.0);
    if let Some(AttemptHash(attempt)) = &record.attempt {
        bytes[48..64].copy_from_slice(attempt);
    }
    match record.ending {
        None => {}
        Some(Ending::AfterCall) => bytes[2] = 1,
        Some(Ending::Notice(seconds)) => {
            bytes[2] = 2;
            bytes[64..68].copy_from_slice(&seconds.to_le_bytes());
        }
    }
    if let Some(token) = &record.entry.token {
        bytes[68..84].copy_from_slice(&token.hash.0);
        let until = u32::try_from(token.until.seconds()).unwrap_or(u32::MAX);
        bytes[84..88].copy_from_slice(&until.to_le_bytes());
    }
    let sum = checksum(slot, &bytes[..CHECKED]);
    bytes[CHECKED..].copy_from_slice(&sum);
    bytes
}

/// Reads the bytes of slot `slot`.
pub(super) fn decode(slot: u32, bytes: &[u8]) -> Result<Option<Cell>, Damaged> {
    let bytes: &[u8; CELL_BYTES] = bytes.try_into().map_err(|_| Damaged)?;
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    if bytes[0] != 1 || checksum(slot, &bytes[..CHECKED]) != bytes[CHECKED..] {
        return Err(Damaged);
    }
    Ok(Some(Cell {
        organization: u32::from_le_bytes(part(bytes, 4)),
        record: Record {
            session: SessionId(part(bytes, 16)),
            secret: SecretHash(part(bytes, 32)),
            attempt: (bytes[1] & 2 != 0).then(|| AttemptHash(part(bytes, 48))),
            over_allocation: bytes[1] & 1 != 0,
            granted_at: Timestamp(i64::from_le_bytes(part(bytes, 8))),
            ending: match bytes[2] {
                0 => None,
                1 => Some(Ending::AfterCall),
                2 => Some(Ending::Notice(u32::from_le_bytes(part(bytes, 64)))),
                _ => return Err(Damaged),
            },
            entry: Entry {
                token: (bytes[1] & 4 != 0).then(|| OneTimeToken {
                    hash: TokenHash(part(bytes, 68)),
                    until: Timestamp(i64::from(u32::from_le_bytes(part(bytes, 84))) * 1000),
                }),
                without_origin: bytes[1] & 8 != 0,
            },
        },
    }))
}

/// A checksum of 64 bits, bound to a number: it finds damage, not forgery.
pub(super) fn checksum(number: u32, bytes: &[u8]) -> [u8; 8] {
    let mut hash = Sha256::new();
    hash.update(number.to_le_bytes());
    hash.update(bytes);
    let whole: [u8; 32] = hash.finalize().into();
    part(&whole, 0)
}

fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[from..from + N]);
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(attempt: Option<u8>) -> Cell {
        Cell {
            organization: 7,
            record: Record {
                session: SessionId([1; 16]),
                secret: SecretHash([2; 16]),
                attempt: attempt.map(|byte| AttemptHash([byte; 16])),
                over_allocation: true,
                granted_at: Timestamp(1_700_000_000_123),
                ending: attempt.map(|_| Ending::Notice(120)),
                entry: Entry {
                    token: attempt.map(|byte| OneTimeToken {
                        hash: TokenHash([byte ^ 1; 16]),
                        until: Timestamp(1_700_000_660_000),
                    }),
                    without_origin: attempt.is_some(),
                },
            },
        }
    }

    #[test]
    fn a_cell_reads_back_and_a_free_one_is_zero() {
        for cell in [cell(Some(3)), cell(None)] {
            assert_eq!(decode(9, &encode(9, Some(&cell))), Ok(Some(cell)));
        }
        assert_eq!(encode(9, None), [0; CELL_BYTES]);
        assert_eq!(decode(9, &[0; CELL_BYTES]), Ok(None));
    }

    #[test]
    fn damage_in_any_byte_and_a_cell_in_a_wrong_slot_are_found() {
        let whole = encode(9, Some(&cell(Some(3))));
        for byte in 0..CELL_BYTES {
            let mut damaged = whole;
            damaged[byte] ^= 0x10;
            assert_eq!(decode(9, &damaged), Err(Damaged), "byte {byte}");
            let mut free = [0; CELL_BYTES];
            free[byte] = 1;
            assert_eq!(decode(9, &free), Err(Damaged), "byte {byte} of a free cell");
        }
        assert_eq!(decode(8, &whole), Err(Damaged));
        assert_eq!(decode(9, &whole[..95]), Err(Damaged));
    }
}
