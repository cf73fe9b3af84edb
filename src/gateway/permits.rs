//! The right to be here: counted guards for handshakes and connections.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::OwnedSemaphorePermit;

/// A place among the connections that have not sent their first message.
#[must_use = "the place is free again when this is dropped"]
pub struct HandshakePermit {
    _place: OwnedSemaphorePermit,
    _address: Option<AddressPlace>,
}

impl HandshakePermit {
    pub(super) fn new(place: OwnedSemaphorePermit, address: Option<AddressPlace>) -> Self {
        Self {
            _place: place,
            _address: address,
        }
    }
}

/// How many connections are open. Copies count the same.
#[derive(Clone, Default)]
pub struct OpenConnections(Arc<AtomicUsize>);

impl OpenConnections {
    /// The connections that are open at this moment.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// One more, unless there are `most` already.
    pub(super) fn admit(&self, most: usize) -> Option<ConnectionPermit> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < most).then_some(count + 1)
            })
            .ok()
            .map(|_| ConnectionPermit(Arc::clone(&self.0)))
    }
}

/// A place among the open connections.
#[must_use = "the connection does not count any more when this is dropped"]
pub struct ConnectionPermit(Arc<AtomicUsize>);

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How many handshakes each address has under way. Addresses are kept as a hash under a key
/// that this process draws at random, and only while a handshake lasts.
#[derive(Default)]
pub(super) struct Addresses {
    key: RandomState,
    places: Mutex<HashMap<u64, usize>>,
}

impl Addresses {
    /// A place for `address`, unless it has `most` already.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, most: usize) -> Option<AddressPlace> {
        let hash = self.key.hash_one(household(address));
        let mut places = self.places.lock();
        let taken = places.get(&hash).copied().unwrap_or(0);
        if taken >= most {
            return None;
        }
        places.insert(hash, taken + 1);
        Some(AddressPlace {
            addresses: Arc::clone(self),
            hash,
        })
    }
}

/// One handshake of an address.
pub(super) struct AddressPlace {
    addresses: Arc<Addresses>,
    hash: u64,
}

impl Drop for AddressPlace {
    fn drop(&mut self) {
        let mut places = self.addresses.places.lock();
        if let Some(taken) = places.get_mut(&self.hash) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.hash);
            }
        }
    }
}

/// What one household has: an IPv4 address, or the /64 of an IPv6 address.
pub fn household(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_place_is_given_once_and_comes_back() {
        let open = OpenConnections::default();
        let first = open.admit(1).unwrap();
        assert!(open.admit(1).is_none());
        drop(first);
        assert!(open.admit(1).is_some());
        assert_eq!(open.count(), 0);
    }

    #[test]
    fn a_household_shares_its_places_and_leaves_nothing_behind() {
        let addresses = Arc::new(Addresses::default());
        let place = addresses.admit("2001:db8::1".parse().unwrap(), 1).unwrap();
        assert!(addresses.admit("2001:db8::2".parse().unwrap(), 1).is_none());
        assert!(addresses.admit("2001:db8:0:1::1".parse().unwrap(), 1).is_some());
        drop(place);
        assert!(addresses.places.lock().is_empty());
    }

    #[test]
    fn a_mapped_address_is_the_same_address() {
        let addresses = Arc::new(Addresses::default());
        let _place = addresses.admit("192.0.2.1".parse().unwrap(), 1).unwrap();
        assert!(addresses.admit("::ffff:192.0.2.1".parse().unwrap(), 1).is_none());
    }
}
