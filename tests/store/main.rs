//! What the store promises, over the real binary: crashes, faults, restarts, traces.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test measures from outside and says what it met"
)]
#![expect(unreachable_pub, reason = "a test binary has no outside")]

mod advice;
mod agent;
mod allowed;
mod board;
mod contents;
mod crash;
mod damage;
mod disk;
mod erasure;
mod everywhere;
mod files;
mod formats;
mod fsync;
mod full;
mod keys;
mod privacy;
mod reader;
mod report;
mod restart;
mod scenario;
mod search;
mod server;
mod storm;
mod strace;
mod usage;
mod verdict;
mod wire;

/// `few`, or with `scripts/test --long` `many`.
fn scale(few: usize, many: usize) -> usize {
    if std::env::var_os("MIRABRIDGE_LONG").is_some() {
        many
    } else {
        few
    }
}

/// At most `most`, the same at each run, from every group as many as from the others.
fn sample<T>(mut groups: Vec<Vec<T>>, most: usize) -> Vec<T> {
    use rand::seq::SliceRandom as _;
    let mut rng = <rand::rngs::SmallRng as rand::SeedableRng>::seed_from_u64(7);
    groups.iter_mut().for_each(|group| group.shuffle(&mut rng));
    let mut chosen = Vec::new();
    while chosen.len() < most && groups.iter().any(|group| !group.is_empty()) {
        chosen.extend(groups.iter_mut().filter_map(Vec::pop));
    }
    chosen.truncate(most);
    chosen
}
