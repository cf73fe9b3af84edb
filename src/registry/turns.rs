//! Logins wait for the recorder in a bounded queue: organizations in turn, each in order of
//! arrival, so that the flood of one does not stand before the login of another.

use crate::seats::OrganizationId;
use crate::store::NotRecorded;
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Lets a bounded number of logins go to the recorder at once.
pub(super) struct Turns(Arc<Mutex<Queue>>);

/// The right to be on the way to the recorder. Dropping it lets the next one go.
pub(super) struct Turn(Arc<Mutex<Queue>>);

struct Queue {
    free: usize,
    waiting: usize,
    most_waiting: usize,
    /// Those who wait, by organization; none is empty.
    lines: HashMap<OrganizationId, VecDeque<oneshot::Sender<Turn>>>,
    /// Whose turn is next.
    order: VecDeque<OrganizationId>,
}

impl Turns {
    /// At most `at_once` go, at most `most_waiting` wait.
    pub(super) fn new(at_once: usize, most_waiting: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            free: at_once,
            waiting: 0,
            most_waiting,
            lines: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Waits for a turn, or says that too many wait. Dropping the future leaves the line.
    pub(super) async fn wait(&self, id: &OrganizationId) -> Result<Turn, NotRecorded> {
        let called = {
            let mut queue = self.0.lock();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn(Arc::clone(&self.0)));
            }
            queue.leave_out_the_gone();
            if queue.waiting >= queue.most_waiting {
                return Err(NotRecorded);
            }
            queue.join(id)
        };
        called.await.map_err(|_| NotRecorded)
    }
}

impl Queue {
    fn join(&mut self, id: &OrganizationId) -> oneshot::Receiver<Turn> {
        let (call, called) = oneshot::channel();
        self.waiting += 1;
        if let Some(line) = self.lines.get_mut(id) {
            line.push_back(call);
        } else {
            self.lines.insert(id.clone(), VecDeque::from([call]));
            self.order.push_back(id.clone());
        }
        called
    }

    /// The next who waits, one of each organization in turn.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        loop {
            let id = self.order.pop_front()?;
            let line = self.lines.get_mut(&id)?;
            let call = line.pop_front();
            if line.is_empty() {
                self.lines.remove(&id);
            } else {
                self.order.push_back(id);
            }
            self.waiting -= usize::from(call.is_some());
            if let Some(call) = call.filter(|call| !call.is_closed()) {
                return Some(call);
            }
        }
    }

    /// Those who gave up do not count where the line is full.
    fn leave_out_the_gone(&mut self) {
        if self.waiting < self.most_waiting {
            return;
        }
        for line in self.lines.values_mut() {
            line.retain(|call| !call.is_closed());
        }
        self.lines.retain(|_, line| !line.is_empty());
        self.order.retain(|id| self.lines.contains_key(id));
        self.waiting = self.lines.values().map(VecDeque::len).sum();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        let Some(call) = queue.next() else {
            queue.free += 1;
            return;
        };
        drop(queue);
        // Whoever left in between drops the turn, which calls the next one.
        drop(call.send(Turn(Arc::clone(&self.0))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn organization(name: &str) -> OrganizationId {
        OrganizationId::parse(name).unwrap()
    }

    #[test]
    fn organizations_go_in_turn_whatever_the_length_of_their_lines() {
        let turns = Turns::new(1, 100);
        let (flood, small) = (organization("flood"), organization("small"));
        let going = turns.wait(&flood).now_or_never().unwrap().ok().unwrap();
        let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(turns.wait(&flood))).collect();
        assert!(waiting.iter_mut().all(|wait| wait.now_or_never().is_none()));
        let mut newcomer = Box::pin(turns.wait(&small));
        assert!((&mut newcomer).now_or_never().is_none());

        drop(going);
        let first = (&mut waiting[0]).now_or_never().expect("in order of arrival");
        assert!((&mut newcomer).now_or_never().is_none());
        drop(first);

        assert!(
            newcomer.now_or_never().is_some(),
            "the second turn is the newcomer's"
        );
    }

    #[test]
    fn a_full_line_is_refused_and_those_who_left_do_not_count() {
        let turns = Turns::new(1, 2);
        let id = organization("a");
        let _going = turns.wait(&id).now_or_never().unwrap().ok().unwrap();
        let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(turns.wait(&id))).collect();
        assert!(waiting.iter_mut().all(|wait| wait.now_or_never().is_none()));
        assert!(turns.wait(&id).now_or_never().expect("at once").is_err());

        waiting.pop();

        assert!(turns.wait(&id).now_or_never().is_none(), "there is room again");
    }

    #[test]
    fn a_turn_of_somebody_who_left_goes_to_the_next() {
        let turns = Turns::new(1, 5);
        let id = organization("a");
        let going = turns.wait(&id).now_or_never().unwrap().ok().unwrap();
        let mut first = Box::pin(turns.wait(&id));
        let mut second = Box::pin(turns.wait(&id));
        assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
        drop(going);
        drop(first);
        assert!(second.now_or_never().is_some());
    }
}
