//! What a widget or an administrator shows to be let in, and how it is compared.
//!
//! Everything here is pure: randomness and the text of a credential are arguments. Nothing keeps
//! a credential's text; only hashes are stored and compared.

mod handoff_code;
mod hashed;
mod keyed_hash;
mod origin;
mod signed_token;

pub use handoff_code::handoff_code;
pub use hashed::{HashedToken, InvalidHash, admin_token, widget_key};
pub use keyed_hash::KeyedHash;
pub use origin::{InvalidOrigin, OfferedOrigin, Origin, is_allowed};
pub use signed_token::{
    BadToken, InvalidTokenKey, LONGEST_TTL, TokenAlgorithm, TokenKey, TokenUse, UnsignableToken, sign_token,
};
