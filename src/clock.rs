//! The only place that reads the time.

use crate::seats::{Moment, Served, Timestamp};
use crate::stall::{Reading, ServedTime, Tick};
use parking_lot::Mutex;
use rustix::time::{ClockId, clock_gettime};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::Notify;

/// How often the ticker looks for stalls.
const TICK: Duration = Duration::from_millis(50);

/// The clock of this server. Copies share the same time.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    time: Mutex<ServedTime>,
    origin: AtomicU64,
    reach: AtomicU64,
    /// Everybody counts as heard at least then.
    heard_floor: AtomicU64,
    long_stall: Notify,
    /// A hand-moved clock ignores the machine's.
    by_hand: bool,
}

impl Clock {
    /// A clock whose served time begins with [`Clock::release`]. A thread of its own ticks, so
    /// that a long queue of tasks is not taken for a stall.
    pub fn start() -> Self {
        let clock = Self::over(ServedTime::held_at(reading()), false);
        let inner = Arc::downgrade(&clock.0);
        std::thread::Builder::new()
            .name("clock".to_owned())
            .spawn(move || tick_until_dropped(&inner))
            .expect("a thread can be started at the start of the process");
        clock
    }

    /// A clock that only [`Clock::advance`] moves.
    pub fn by_hand() -> Self {
        Self::over(
            ServedTime::held_at(Reading {
                monotonic: 0,
                boottime: 0,
            }),
            true,
        )
    }

    fn over(time: ServedTime, by_hand: bool) -> Self {
        let (origin, reach) = time.origin_and_reach();
        Self(Arc::new(Inner {
            time: Mutex::new(time),
            origin: AtomicU64::new(origin),
            reach: AtomicU64::new(reach.as_nanos()),
            heard_floor: AtomicU64::new(0),
            long_stall: Notify::new(),
            by_hand,
        }))
    }

    /// Moves a clock that is moved by hand.
    pub fn advance(&self, duration: Duration) {
        self.0.reach.fetch_add(
            u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
            Ordering::AcqRel,
        );
    }

    /// Served time.
    pub fn served(&self) -> Served {
        // The reach is read first: whoever sees a new one sees the origin that belongs to it.
        let reach = self.0.reach.load(Ordering::Acquire);
        if self.0.by_hand {
            return Served::from_nanos(reach);
        }
        let origin = self.0.origin.load(Ordering::Acquire);
        Served::from_nanos(nanos(ClockId::Monotonic).saturating_sub(origin).min(reach))
    }

    /// Both clocks.
    pub fn moment(&self) -> Moment {
        Moment {
            served: self.served(),
            utc: utc(),
        }
    }

    /// Monotonic time in nanoseconds, stalls included: for the record, never for a deadline.
    pub fn monotonic(&self) -> u64 {
        if self.0.by_hand {
            return self.0.reach.load(Ordering::Acquire);
        }
        nanos(ClockId::Monotonic)
    }

    /// Lets time be served: at the start, and when everybody was heard after a long stall.
    pub fn release(&self) {
        let mut time = self.0.time.lock();
        time.release(reading());
        self.0.publish(&time);
    }

    /// Waits until a long stall is over. Time stands still from then on until it is released.
    pub async fn long_stall(&self) {
        self.0.long_stall.notified().await;
    }

    /// From here on everybody counts as heard at this moment.
    pub fn everybody_was_heard(&self) {
        self.0
            .heard_floor
            .store(self.served().as_nanos(), Ordering::Release);
    }

    /// Nobody was silent before this.
    pub fn heard_floor(&self) -> Served {
        Served::from_nanos(self.0.heard_floor.load(Ordering::Acquire))
    }

    /// The runtime's instant at which `served` comes if there is no stall until then.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn instant_of(&self, served: Served) -> tokio::time::Instant {
        // A century is longer than any wait, and short enough to be added to any instant.
        let wait = served
            .since(self.served())
            .min(Duration::from_secs(3_155_760_000));
        tokio::time::Instant::now() + wait
    }
}

/// Rate limits go by served time, too: a stall of the server fills nobody's budget.
impl governor::clock::Clock for Clock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_nanos(self.served().as_nanos())
    }
}

impl Inner {
    fn publish(&self, time: &ServedTime) {
        let (origin, reach) = time.origin_and_reach();
        self.origin.store(origin, Ordering::Release);
        self.reach.store(reach.as_nanos(), Ordering::Release);
    }
}

fn tick_until_dropped(clock: &Weak<Inner>) {
    loop {
        std::thread::sleep(TICK);
        let Some(inner) = clock.upgrade() else { return };
        let mut time = inner.time.lock();
        let tick = time.tick(reading());
        inner.publish(&time);
        drop(time);
        match tick {
            Tick::OnTime => {}
            Tick::Stalled(stall) => tracing::warn!(stall_ms = millis(stall), "this server stood still"),
            Tick::LongStalled(stall) => {
                tracing::warn!(
                    stall_ms = millis(stall),
                    "this server stood still for long; all graces begin anew"
                );
                inner.long_stall.notify_one();
            }
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn reading() -> Reading {
    Reading {
        monotonic: nanos(ClockId::Monotonic),
        boottime: nanos(ClockId::Boottime),
    }
}

fn nanos(id: ClockId) -> u64 {
    let time = clock_gettime(id);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The calendar's time.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn utc() -> Timestamp {
    let since_1970 = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}

/// The runtime's instant `wait` from here.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn instant_in(wait: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + wait
}

/// A running measurement.
#[derive(Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// What has passed.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn served_time_begins_with_the_release() {
        let clock = Clock::start();
        std::thread::sleep(Duration::from_millis(120));
        assert_eq!(clock.served(), Served::START);
        clock.release();
        let watch = Stopwatch::start();
        while clock.served() < Served::from_nanos(200_000_000) {
            assert!(
                watch.elapsed() < Duration::from_secs(20),
                "served time does not move"
            );
            std::thread::yield_now();
        }
        assert!(
            watch.elapsed() >= Duration::from_millis(145),
            "served time is ahead"
        );
    }
}
