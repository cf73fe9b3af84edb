//! Bytes that are nearly right.

use super::random::Random;
use std::env;

/// How many rounds a fuzz test makes; more with `scripts/test --long`.
pub(super) fn rounds(usual: u64) -> u64 {
    setting("MIRABRIDGE_FUZZ_FACTOR").unwrap_or(1) * usual
}

/// Runs `round` with a source of its own for each seed, and says which seed repeats a failure.
pub(super) async fn each_round(rounds: u64, mut round: impl AsyncFnMut(&mut Random)) {
    if let Some(seed) = setting("MIRABRIDGE_SEED") {
        return round(&mut Random::new(seed)).await;
    }
    let mut seeds = Random::new(0x05EA_7F22);
    for _ in 0..rounds {
        let seed = seeds.next();
        let repeat = Repeat(seed);
        round(&mut Random::new(seed)).await;
        std::mem::forget(repeat);
    }
}

/// Said when a round panics.
struct Repeat(u64);

impl Drop for Repeat {
    #[expect(clippy::print_stderr, reason = "a failed test says how to repeat it")]
    fn drop(&mut self) {
        eprintln!("MIRABRIDGE_SEED={} repeats this", self.0);
    }
}

fn setting(name: &str) -> Option<u64> {
    Some(env::var(name).ok()?.parse().expect("a whole number"))
}

/// Changes a few bytes of `text`: some are gone, some twice, some replaced by a piece of `pieces`.
pub(super) fn mutate(random: &mut Random, text: &mut Vec<u8>, pieces: &[&[u8]]) {
    for _ in 0..=random.below(3) {
        let start = place(random, text.len());
        let end = (start + place(random, 12)).min(text.len());
        match random.below(5) {
            0 => drop(text.drain(start..end)),
            1 => {
                let again = text[start..end].to_vec();
                text.splice(start..start, again);
            }
            2 => {
                text.insert(start, random.next().to_le_bytes()[0]);
            }
            3 => {
                let piece = random.pick(pieces).expect("a piece");
                text.splice(start..end, piece.iter().copied());
            }
            _ => text[start..end].iter_mut().for_each(|byte| *byte ^= 0x20),
        }
    }
}

/// From 0 to `length`.
pub(super) fn place(random: &mut Random, length: usize) -> usize {
    usize::try_from(random.below(length as u64 + 1)).expect("it was a length")
}
