//! Draws from the distributions that people follow.

use std::f64::consts::TAU;
use std::time::Duration;

use rand::RngExt;
use rand::rngs::SmallRng;

/// A length of time from `least` up to `most`, each as likely as any other.
pub(super) fn between(rng: &mut SmallRng, least: Duration, most: Duration) -> Duration {
    least + most.saturating_sub(least).mul_f64(rng.random_range(0.0..1.0))
}

/// A draw from Normal(`mean`, `deviation`), by Box and Muller.
pub(super) fn normal(rng: &mut SmallRng, mean: f64, deviation: f64) -> f64 {
    let radius = (-2.0 * positive(rng).ln()).sqrt();
    mean + deviation * radius * (TAU * rng.random_range(0.0..1.0)).cos()
}

/// A draw from Exp with this mean.
pub(super) fn exponential(rng: &mut SmallRng, mean: f64) -> f64 {
    -mean * positive(rng).ln()
}

/// A draw from the lognormal distribution with this median; `sigma` is the deviation of its logarithm.
pub(super) fn lognormal(rng: &mut SmallRng, median: f64, sigma: f64) -> f64 {
    median * normal(rng, 0.0, sigma).exp()
}

/// The moments from `from` to `to` at which something happens that happens `per_hour` times an hour.
pub(super) fn moments(rng: &mut SmallRng, from: Duration, to: Duration, per_hour: f64) -> Vec<Duration> {
    let mut moments = Vec::new();
    if per_hour <= 0.0 {
        return moments;
    }
    let mut at = from;
    loop {
        at += Duration::from_secs_f64(exponential(rng, 3600.0 / per_hour).min(1e9));
        if at >= to {
            return moments;
        }
        moments.push(at);
    }
}

/// `moment` moved by so many minutes, not before the beginning of time.
pub(super) fn moved(moment: Duration, minutes: f64) -> Duration {
    let by = Duration::from_secs_f64(minutes.abs().min(1e6) * 60.0);
    if minutes < 0.0 {
        moment.saturating_sub(by)
    } else {
        moment + by
    }
}

/// More than zero, at most one.
fn positive(rng: &mut SmallRng) -> f64 {
    1.0 - rng.random_range(0.0..1.0)
}
