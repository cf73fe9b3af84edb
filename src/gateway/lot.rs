//! What is made outside of the rules: they have no randomness.

use crate::seats::SessionId;
use zeroize::Zeroizing;

/// What is made outside of the rules for one login.
pub(super) struct Lot {
    pub(super) session: SessionId,
    pub(super) secret: Zeroizing<[u8; 32]>,
    /// From 0 to 1.
    pub(super) phase: f64,
}

impl Lot {
    pub(super) fn draw() -> Self {
        let mut random = Zeroizing::new([0_u8; 52]);
        getrandom::fill(&mut *random).expect("the system gives random numbers");
        let (mut id, mut secret, mut phase) = ([0; 16], Zeroizing::new([0; 32]), [0; 4]);
        id.copy_from_slice(&random[..16]);
        secret.copy_from_slice(&random[16..48]);
        phase.copy_from_slice(&random[48..]);
        let session = SessionId(uuid::Builder::from_random_bytes(id).into_uuid().into_bytes());
        Self {
            session,
            secret,
            phase: f64::from(u32::from_ne_bytes(phase)) / f64::from(u32::MAX),
        }
    }
}
