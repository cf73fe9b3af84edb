use super::*;
use crate::seats::{Cause, ConnectionNumber, Entry, Full, Limit, Record, SecretHash, Timestamp};

const GRACE: Duration = Duration::from_secs(60);

/// An auditor of one seat with what it was told so far.
struct Told {
    auditor: Auditor,
    connected: u32,
    in_grace: u32,
}

fn served(seconds: u64) -> Served {
    Served::START + Duration::from_secs(seconds)
}

fn session(n: u8) -> SessionId {
    SessionId([n; 16])
}

fn granted(n: u8) -> Effect {
    Effect::SeatGranted {
        record: Record {
            session: session(n),
            secret: SecretHash([0; 16]),
            attempt: None,
            over_allocation: false,
            granted_at: Timestamp(0),
            ending: None,
            entry: Entry::default(),
        },
        connection: ConnectionNumber(n.into()),
        repeatable_until: served(60),
    }
}

fn lost_at(seconds: u64) -> Command {
    Command::Lost {
        session: session(1),
        connection: ConnectionNumber(1),
        heard: served(seconds),
    }
}

fn kept_until(seconds: u64) -> Effect {
    Effect::SeatLost {
        session: session(1),
        until: served(seconds),
    }
}

fn limit() -> Limit {
    Limit {
        total: 1,
        base: 1,
        increases: 0,
    }
}

impl Told {
    fn new() -> Self {
        Self {
            auditor: Auditor::new(1, GRACE),
            connected: 0,
            in_grace: 0,
        }
    }

    /// An effect at a second, after which the pool says it has so many seats.
    fn then(
        mut self,
        second: u64,
        command: Option<&Command>,
        effect: Effect,
        (connected, in_grace): (u32, u32),
    ) -> Self {
        (self.connected, self.in_grace) = (connected, in_grace);
        let numbers = Numbers {
            limit: limit(),
            connected,
            in_grace,
            unresponsive: 0,
            on_call: 0,
            waiting: 0,
        };
        let at = At::from_secs(second);
        self.auditor
            .judge(command, &[effect], &numbers, served(second), at);
        self
    }

    fn rules(self) -> Vec<Rule> {
        let (breaches, _) = self.auditor.finish();
        breaches.into_iter().map(|breach| breach.rule).collect()
    }
}

fn one_seated() -> Told {
    Told::new().then(0, None, granted(1), (1, 0))
}

fn one_lost() -> Told {
    one_seated().then(10, Some(&lost_at(10)), kept_until(70), (0, 1))
}

fn purged(seconds: u64) -> Effect {
    Effect::SeatPurged {
        session: session(1),
        due: served(seconds),
    }
}

fn refused() -> Effect {
    let full = Full {
        limit: limit(),
        in_use: 1,
        in_grace: 0,
        waiting: 0,
        next_release: None,
    };
    Effect::Refused {
        refusal: Refusal::SeatsExhausted(full),
        attempt: None,
    }
}

#[test]
fn a_session_that_is_lost_kept_and_purged_breaks_no_promise() {
    assert_eq!(one_lost().then(70, None, purged(70), (0, 0)).rules(), []);
}

#[test]
fn one_seat_too_many_is_seen() {
    let rules = one_seated().then(1, None, granted(2), (2, 0)).rules();
    assert_eq!(rules, [Rule::CapExceeded]);
}

#[test]
fn a_seat_that_is_freed_in_its_grace_is_seen() {
    let rules = one_lost().then(69, None, purged(69), (0, 0)).rules();
    assert_eq!(rules, [Rule::FreedEarly]);
    let rules = one_seated().then(10, Some(&lost_at(10)), kept_until(69), (0, 1));
    assert_eq!(rules.rules(), [Rule::FreedEarly]);
}

#[test]
fn a_grace_that_is_too_long_is_seen() {
    let rules = one_seated().then(10, Some(&lost_at(8)), kept_until(70), (0, 1));
    assert_eq!(rules.rules(), [Rule::FreedLate]);
}

#[test]
fn a_refusal_beside_a_free_seat_is_seen() {
    let rules = one_lost().then(70, None, refused(), (0, 0)).rules();
    assert!(rules.contains(&Rule::UnjustifiedRefusal), "{rules:?}");
}

#[test]
fn a_session_that_ends_unasked_is_seen() {
    let released = Effect::SeatReleased {
        session: session(1),
        cause: Cause::Logout,
        connection: None,
    };
    let rules = one_seated().then(5, None, released, (0, 0)).rules();
    assert_eq!(rules, [Rule::SessionLost]);
}

#[test]
fn a_number_that_the_effects_do_not_say_is_seen() {
    let rules = Told::new().then(0, None, granted(1), (0, 0)).rules();
    assert_eq!(rules, [Rule::NumberLies]);
}

#[test]
fn a_start_that_forgets_a_session_is_seen() {
    let mut told = one_lost();
    told.auditor.restarted();
    let restored = Effect::WouldBeRefused;
    assert_eq!(told.then(20, None, restored, (0, 0)).rules(), [Rule::SessionLost]);
}
