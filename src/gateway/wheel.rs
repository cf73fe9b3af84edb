//! Wakes seats at rest when something is due: a wheel for each worker, a task for each wheel, and no timer
//! for each connection.

use crate::clock::Clock;
use crate::registry::Slot;
use crate::seats::{ConnectionNumber, Served};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Who is due within so many nanoseconds is woken at once, so much too late at most.
const NOTCH: u64 = 10_000_000;

/// The wheels of all workers. Dropping them stops them.
pub(super) struct Wheels {
    wheels: Box<[Arc<Wheel>]>,
    turning: Vec<AbortHandle>,
}

#[derive(Default)]
struct Wheel {
    /// Whom to wake, by the notch in which it is due.
    notches: Mutex<BTreeMap<u64, Vec<Arc<Slot>>>>,
    earlier: Notify,
}

impl Wheels {
    /// Turns in tasks of this runtime, by `clock`.
    pub(super) fn start(clock: &Clock) -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let wheels: Box<[_]> = (0..workers).map(|_| Arc::<Wheel>::default()).collect();
        let turn = |wheel: &Arc<Wheel>| {
            let (wheel, clock) = (Arc::clone(wheel), clock.clone());
            tokio::spawn(async move { wheel.turn(&clock).await }).abort_handle()
        };
        Self {
            turning: wheels.iter().map(turn).collect(),
            wheels,
        }
    }

    /// Wakes whoever reads at `slot` when `due` comes, or a little later.
    pub(super) fn ring_at(&self, number: ConnectionNumber, due: Served, slot: &Arc<Slot>) {
        if due != Served::NEVER && slot.is_to_ring_at(due) {
            let wheels = self.wheels.len() as u64;
            self.wheels[(number.0 % wheels) as usize].add(due, slot);
        }
    }
}

impl Wheel {
    fn add(&self, due: Served, slot: &Arc<Slot>) {
        let notch = due.as_nanos() / NOTCH;
        let mut notches = self.notches.lock();
        let is_first = notches.first_key_value().is_none_or(|(first, _)| notch < *first);
        notches.entry(notch).or_default().push(Arc::clone(slot));
        drop(notches);
        if is_first {
            self.earlier.notify_one();
        }
    }

    async fn turn(&self, clock: &Clock) {
        loop {
            let next = self
                .notches
                .lock()
                .first_key_value()
                .map(|(notch, _)| end_of(*notch));
            let due = clock.instant_of(next.unwrap_or(Served::NEVER));
            tokio::select! {
                () = self.earlier.notified() => {}
                () = tokio::time::sleep_until(due) => self.ring_until(clock.served()),
            }
        }
    }

    fn ring_until(&self, now: Served) {
        while let Some((notch, slots)) = self.take_first(now) {
            slots.iter().for_each(|slot| slot.ring(end_of(notch)));
        }
    }

    /// The first notch, if it is over.
    fn take_first(&self, now: Served) -> Option<(u64, Vec<Arc<Slot>>)> {
        let mut notches = self.notches.lock();
        let first = notches.first_entry()?;
        (end_of(*first.key()) <= now).then(|| first.remove_entry())
    }
}

fn end_of(notch: u64) -> Served {
    Served::from_nanos((notch + 1).saturating_mul(NOTCH))
}

impl Drop for Wheels {
    fn drop(&mut self) {
        self.turning.iter().for_each(AbortHandle::abort);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{Deliveries, Mailbox};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Wake, Waker};
    use std::time::Duration;

    #[derive(Default)]
    struct Reader(AtomicUsize);

    impl Wake for Reader {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Scene {
        clock: Clock,
        wheels: Wheels,
        mailbox: Mailbox,
        reader: Arc<Reader>,
    }

    impl Scene {
        fn begin() -> Self {
            let clock = Clock::by_hand();
            let mailbox = Arc::<Deliveries>::default().open(ConnectionNumber(1));
            let reader = Arc::<Reader>::default();
            let waker = Waker::from(Arc::clone(&reader));
            assert!(mailbox.poll_notice(&mut Context::from_waker(&waker)).is_pending());
            Self {
                wheels: Wheels::start(&clock),
                clock,
                mailbox,
                reader,
            }
        }

        fn ring_at(&self, seconds: u64) {
            let due = Served::START + Duration::from_secs(seconds);
            self.wheels
                .ring_at(self.mailbox.number(), due, self.mailbox.slot());
        }

        async fn woken_after(&self, pause: Duration) -> usize {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            self.clock.advance(pause);
            tokio::time::advance(pause).await;
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            self.reader.0.load(Ordering::Relaxed)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_woken_once_at_the_earliest_of_its_times() {
        let scene = Scene::begin();
        scene.ring_at(20);
        scene.ring_at(10);
        scene.ring_at(15);
        assert_eq!(scene.woken_after(Duration::from_millis(9_990)).await, 0);
        assert_eq!(scene.woken_after(Duration::from_millis(30)).await, 1);
        assert_eq!(
            scene.woken_after(Duration::from_secs(20)).await,
            1,
            "it asks again"
        );
        scene.ring_at(40);
        assert_eq!(scene.woken_after(Duration::from_secs(11)).await, 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_gone_is_not_kept_for_a_time_to_come() {
        let scene = Scene::begin();
        scene.ring_at(20);
        assert_eq!(Arc::strong_count(&scene.reader), 2);
        drop(scene.mailbox);
        assert_eq!(
            Arc::strong_count(&scene.reader),
            1,
            "a waker keeps a task's memory"
        );
    }
}
