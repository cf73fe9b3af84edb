//! Random histories of one pool against a naive reference that is written from the contract's words.
//!
//! `MIRABRIDGE_HISTORIES` sets how many; `MIRABRIDGE_SEED` repeats the one that failed.

use mirabridge_seats::seats;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

mod model {
    pub(crate) mod allocations;
    pub(crate) mod random;
    pub(crate) mod recorder;
    pub(crate) mod reference;
    pub(crate) mod steps;
    pub(crate) mod tally;
    pub(crate) mod witness;
    pub(crate) mod world;
}

use model::random::Random;
use model::tally::Tally;
use model::world::World;

const HISTORIES: u64 = 10_000;
const FIRST_SEED: u64 = 0x5EA7_5EA7_5EA7_5EA7;

#[test]
fn every_history_of_a_pool_is_what_the_contract_says() {
    let mut tally = Tally::default();
    if let Some(seed) = setting("MIRABRIDGE_SEED") {
        live(seed, &mut tally);
        return;
    }

    let histories = setting("MIRABRIDGE_HISTORIES").unwrap_or(HISTORIES);
    let mut seeds = Random::new(FIRST_SEED);
    for number in 0..histories {
        let seed = seeds.next();
        let lived = catch_unwind(AssertUnwindSafe(|| live(seed, &mut tally)));
        if let Err(panic) = lived {
            eprintln!("history {number} failed; MIRABRIDGE_SEED={seed} repeats it");
            resume_unwind(panic);
        }
    }

    println!("{tally:#?}");
    tally.expect_enough();
}

fn live(seed: u64, tally: &mut Tally) {
    let mut random = Random::new(seed);
    let steps = 60 + random.below(91);
    let mut world = World::new(random);
    for _ in 0..steps {
        world.step();
    }
    world.settle();
    tally.add(&world.tally, steps);
}

fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().expect("a whole number"))
}
