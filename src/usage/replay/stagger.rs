//! Starts that are spread: everybody begins and ends later, each by its own quarters of an hour.

use super::QUARTER_MS;
use super::path::{Path, Step, What};
use rand::RngExt;
use rand::rngs::SmallRng;

const DAY_MS: i64 = 86_400_000;

/// By how many quarters each person is moved. Who begins at the same time of the day is mostly the same
/// on each day, and so is its delay: how many there are of each is drawn once for all days.
pub(super) fn delays(path: &Path, stagger: u32, rng: &mut SmallRng) -> Vec<u8> {
    const QUARTERS: usize = 96;
    if stagger == 0 {
        return Vec::new();
    }
    let most = u8::try_from(stagger).unwrap_or(u8::MAX);
    let slot = |at: i64| usize::try_from(at.div_euclid(QUARTER_MS)).unwrap_or(0) % QUARTERS;
    let mut begins: Vec<Option<i64>> = vec![None; path.people as usize];
    let mut slots = vec![(0_u32, 0_u32, i64::MIN); QUARTERS];
    for step in path.steps.iter().filter(|step| step.what == What::Login) {
        let begin = &mut begins[step.person as usize];
        if begin.is_none() {
            *begin = Some(step.at);
            let (logins, days, latest) = &mut slots[slot(step.at)];
            *logins += 1;
            let day = step.at.div_euclid(DAY_MS);
            *days += u32::from(day != *latest);
            *latest = day;
        }
    }
    let teams: Vec<Vec<u8>> = slots
        .iter()
        .map(|(logins, days, _)| {
            let people = (logins / (*days).max(1)).max(1);
            (0..people).map(|_| rng.random_range(0..=most)).collect()
        })
        .collect();
    begins
        .iter()
        .map(|begin| match begin {
            Some(at) => {
                let team = &teams[slot(*at)];
                team[rng.random_range(0..team.len())]
            }
            None => rng.random_range(0..=most),
        })
        .collect()
}

/// The steps of each delay are in order already: they are merged.
pub(super) fn staggered(steps: &[Step], delays: &[u8], stagger: u32, mut each: impl FnMut(Step)) {
    let next = |from: usize, delay: usize| {
        let rest = steps[from..].iter();
        let ahead = rest
            .take_while(|step| usize::from(delays[step.person as usize]) != delay)
            .count();
        from + ahead
    };
    let mut heads: Vec<usize> = (0..=stagger as usize).map(|delay| next(0, delay)).collect();
    loop {
        let due = |(delay, head): (usize, &usize)| {
            let step = steps.get(*head)?;
            Some((step.at + delay as i64 * QUARTER_MS, delay))
        };
        let Some((at, delay)) = heads.iter().enumerate().filter_map(due).min() else {
            return;
        };
        each(Step {
            at,
            ..steps[heads[delay]]
        });
        heads[delay] = next(heads[delay] + 1, delay);
    }
}
