//! The waiting line, hand-off, endings that wait, maintenance.

use super::*;
use crate::seats::{
    AttemptHash, Cause, Command, Effect, Ending, Entry, Login, Outcome, Refusal, SecretHash, Timestamp,
};

const GRACE: Duration = Duration::from_secs(60);
const HOUR: u64 = 3600;

fn at(seconds: u64) -> Moment {
    Moment {
        served: Served::from_nanos(seconds * 1_000_000_000),
        utc: Timestamp(1_700_000_000_000 + seconds as i64 * 1000),
    }
}

fn pool(seats: u32, line: u32) -> Pool {
    let allocation = Allocation {
        line,
        ..Allocation::of(seats)
    };
    Pool::new(allocation, GRACE)
}

#[expect(clippy::needless_pass_by_value, reason = "reads better in the tests")]
fn ask(pool: &mut Pool, command: Command, moment: Moment) -> (Outcome, Vec<Effect>) {
    let mut effects = Vec::new();
    let outcome = decide(pool, &command, moment, &mut effects);
    effects.iter().for_each(|effect| pool.apply(effect));
    (outcome, effects)
}

fn login(n: u8) -> Login {
    Login {
        session: SessionId([n; 16]),
        secret: SecretHash([n; 16]),
        attempt: Some(AttemptHash([n; 16])),
        connection: ConnectionNumber(n.into()),
        entry: Entry::default(),
        wait: None,
        handoff: None,
    }
}

/// Waits, and counts as awake for an hour.
fn waiting(n: u8) -> Command {
    Command::Login(Login {
        wait: Some(at(HOUR).served),
        ..login(n)
    })
}

fn logout(n: u8) -> Command {
    Command::Logout {
        session: SessionId([n; 16]),
        connection: ConnectionNumber(n.into()),
    }
}

fn status(n: u8, on_call: bool) -> Command {
    Command::Status {
        session: SessionId([n; 16]),
        connection: ConnectionNumber(n.into()),
        on_call,
    }
}

fn granted(effects: &[Effect]) -> Vec<u64> {
    let connection = |effect: &Effect| match effect {
        Effect::SeatGranted { connection, .. } => Some(connection.0),
        _ => None,
    };
    effects.iter().filter_map(connection).collect()
}

#[test]
fn a_freed_seat_goes_to_the_head_of_the_line_in_the_same_step() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    assert_eq!(ask(&mut pool, waiting(2), at(0)).0, Outcome::Waiting { ahead: 0 });
    assert_eq!(ask(&mut pool, waiting(3), at(0)).0, Outcome::Waiting { ahead: 1 });

    let (outcome, effects) = ask(&mut pool, logout(1), at(1));

    assert_eq!((outcome, granted(&effects)), (Outcome::Released, vec![2]));
    let newcomer = ask(&mut pool, Command::Login(login(4)), at(1)).0;
    let Outcome::Refused(Refusal::SeatsExhausted(full)) = newcomer else {
        panic!("{newcomer:?}")
    };
    assert_eq!((full.in_use, full.waiting), (1, 1));
}

#[test]
fn a_seat_whose_grace_is_over_goes_to_the_line_before_a_newcomer() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    let heard = at(0).served;
    let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
    ask(
        &mut pool,
        Command::Lost {
            session,
            connection,
            heard,
        },
        at(0),
    );

    let (outcome, effects) = ask(&mut pool, Command::Login(login(3)), at(60));

    assert!(matches!(outcome, Outcome::Refused(_)));
    assert!(matches!(effects[0], Effect::SeatPurged { .. }));
    assert_eq!(granted(&effects), [2]);
}

#[test]
fn a_newcomer_stays_behind_a_line_that_is_too_long_for_one_step() {
    let mut pool = pool(1, 400);
    ask(&mut pool, Command::Login(login(1)), at(0));
    for n in 0..300_u64 {
        let mut id = [9; 16];
        id[..8].copy_from_slice(&n.to_ne_bytes());
        let waiter = Login {
            session: SessionId(id),
            attempt: None,
            connection: ConnectionNumber(1000 + n),
            wait: Some(at(HOUR).served),
            ..login(2)
        };
        ask(&mut pool, Command::Login(waiter), at(0));
    }
    let allocation = Allocation {
        base: 1000,
        ..pool.allocation().clone()
    };
    ask(&mut pool, Command::Allocate(allocation), at(1));

    let (outcome, effects) = ask(&mut pool, waiting(3), at(1));

    let served = granted(&effects).len();
    assert!(served > 0 && !granted(&effects).contains(&3));
    let ahead = count(300 - served);
    assert_eq!(outcome, Outcome::Waiting { ahead });
}

#[test]
fn who_sleeps_is_passed_over_and_keeps_its_place() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    let asleep = Login {
        wait: Some(at(30).served),
        ..login(2)
    };
    ask(&mut pool, Command::Login(asleep), at(0));
    ask(&mut pool, waiting(3), at(0));
    assert_eq!(granted(&ask(&mut pool, logout(1), at(30)).1), [3]);
    let (connection, awake_until) = (ConnectionNumber(2), at(90).served);

    ask(
        &mut pool,
        Command::WaiterHeard {
            connection,
            awake_until,
        },
        at(31),
    );

    assert_eq!(granted(&ask(&mut pool, logout(3), at(40)).1), [2]);
}

#[test]
fn the_line_is_bounded_and_only_for_those_who_want_to_wait() {
    let mut pool = pool(1, 1);
    ask(&mut pool, Command::Login(login(1)), at(0));
    assert!(matches!(
        ask(&mut pool, Command::Login(login(2)), at(0)).0,
        Outcome::Refused(_)
    ));
    ask(&mut pool, waiting(3), at(0));

    assert!(matches!(
        ask(&mut pool, waiting(4), at(0)).0,
        Outcome::Refused(Refusal::SeatsExhausted(_))
    ));
}

#[test]
fn the_same_attempt_takes_over_its_place_and_never_two_seats() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    ask(&mut pool, waiting(3), at(0));
    let again = Login {
        attempt: Some(AttemptHash([2; 16])),
        wait: Some(at(HOUR).served),
        ..login(9)
    };

    let (outcome, effects) = ask(&mut pool, Command::Login(again), at(1));

    assert_eq!(outcome, Outcome::Waiting { ahead: 0 });
    let older = Some(ConnectionNumber(2));
    assert!(matches!(effects[..], [Effect::LineJoined { superseded, .. }] if superseded == older));
    assert_eq!(granted(&ask(&mut pool, logout(1), at(2)).1), [9]);
    let third = Login {
        connection: ConnectionNumber(10),
        ..again
    };
    let (outcome, effects) = ask(&mut pool, Command::Login(third), at(3));
    assert!(matches!(outcome, Outcome::Seated { resumed: true, .. }));
    assert!(granted(&effects).is_empty());
}

#[test]
fn an_increase_that_begins_serves_the_line_by_the_next_look() {
    let mut pool = pool(1, 5);
    let increase = crate::seats::Increase {
        seats: 2,
        from: at(100).utc,
        until: at(200).utc,
    };
    let allocation = Allocation {
        increases: vec![increase],
        ..pool.allocation().clone()
    };
    ask(&mut pool, Command::Allocate(allocation), at(0));
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    assert!(pool.next_due(at(99).served).unwrap() <= at(100).served);

    assert!(granted(&ask(&mut pool, Command::Sweep { most: 9 }, at(99)).1).is_empty());
    assert_eq!(
        granted(&ask(&mut pool, Command::Sweep { most: 9 }, at(100)).1),
        [2]
    );
}

#[test]
fn a_hand_off_passes_the_seat_on_at_full_use_and_its_code_is_good_once() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(5), at(0));
    let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
    let code = HandoffHash([7; 16]);
    ask(
        &mut pool,
        Command::OfferHandoff {
            session,
            connection,
            code,
        },
        at(0),
    );
    let claim = |n: u8, code: u8| {
        Command::Login(Login {
            handoff: Some(HandoffHash([code; 16])),
            ..login(n)
        })
    };
    assert_eq!(
        ask(&mut pool, claim(2, 8), at(1)).0,
        Outcome::Refused(Refusal::HandoffInvalid)
    );

    let (outcome, effects) = ask(&mut pool, claim(3, 7), at(59));

    assert!(matches!(outcome, Outcome::Seated { resumed: false, .. }));
    assert!(matches!(
        effects[..],
        [
            Effect::SeatReleased {
                cause: Cause::HandedOff,
                ..
            },
            Effect::SeatGranted { .. }
        ]
    ));
    assert_eq!(
        ask(&mut pool, claim(4, 7), at(59)).0,
        Outcome::Refused(Refusal::HandoffInvalid)
    );
}

#[test]
fn an_attempt_that_claims_a_hand_off_gives_up_its_place_in_the_line() {
    let mut pool = pool(1, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, waiting(2), at(0));
    let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
    let code = HandoffHash([7; 16]);
    ask(
        &mut pool,
        Command::OfferHandoff {
            session,
            connection,
            code,
        },
        at(0),
    );
    let again = Login {
        attempt: Some(AttemptHash([2; 16])),
        handoff: Some(code),
        ..login(9)
    };

    let (_, effects) = ask(&mut pool, Command::Login(again), at(1));

    assert_eq!(granted(&effects), [9]);
    let older = Some(ConnectionNumber(2));
    assert!(matches!(effects[0], Effect::LineJoined { superseded, .. } if superseded == older));
    assert_eq!(pool.line().len(), 0);
}

#[test]
fn a_code_is_over_after_a_minute_and_dies_with_a_newer_one_and_its_session() {
    let offer = |pool: &mut Pool, code: u8| {
        let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
        let code = HandoffHash([code; 16]);
        ask(
            pool,
            Command::OfferHandoff {
                session,
                connection,
                code,
            },
            at(0),
        );
    };
    let claim = |pool: &mut Pool, code: u8, moment| {
        let login = Login {
            handoff: Some(HandoffHash([code; 16])),
            ..login(2)
        };
        ask(pool, Command::Login(login), moment).0 == Outcome::Refused(Refusal::HandoffInvalid)
    };
    let mut pool = pool(5, 0);
    ask(&mut pool, Command::Login(login(1)), at(0));
    offer(&mut pool, 1);
    offer(&mut pool, 2);
    assert!(claim(&mut pool, 1, at(1)), "a newer code was made");
    assert!(claim(&mut pool, 2, at(60)), "a minute is over");
    offer(&mut pool, 3);
    ask(&mut pool, logout(1), at(1));
    assert!(claim(&mut pool, 3, at(1)), "the session is over");
}

#[test]
fn an_ending_after_the_call_comes_with_the_end_of_the_call_or_after_half_an_hour() {
    for (end_of_call, due) in [(Some(100), 100), (None, 1800)] {
        let mut pool = pool(2, 0);
        ask(&mut pool, Command::Login(login(1)), at(0));
        ask(&mut pool, status(1, true), at(0));
        let session = SessionId([1; 16]);
        let ending = Ending::AfterCall;
        ask(&mut pool, Command::EndLater { session, ending }, at(0));
        if let Some(seconds) = end_of_call {
            ask(&mut pool, status(1, false), at(seconds));
        }

        assert_eq!(pool.next_due(at(due).served), Some(at(due).served));
        assert_eq!(
            ask(&mut pool, Command::Sweep { most: 9 }, at(due - 1)).0,
            Outcome::Swept(0)
        );
        let (_, effects) = ask(&mut pool, Command::Sweep { most: 9 }, at(due));
        let cause = Cause::Terminated;
        let connection = Some(ConnectionNumber(1));
        assert_eq!(
            effects,
            [Effect::SeatReleased {
                session,
                cause,
                connection
            }]
        );
    }
}

#[test]
fn an_ending_of_who_is_in_grace_or_in_no_call_is_at_once() {
    let mut pool = pool(2, 0);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, Command::Login(login(2)), at(0));
    let (session, connection) = (SessionId([2; 16]), ConnectionNumber(2));
    let heard = at(0).served;
    ask(
        &mut pool,
        Command::Lost {
            session,
            connection,
            heard,
        },
        at(0),
    );

    for (n, ending) in [(1, Ending::AfterCall), (2, Ending::Notice(120))] {
        let session = SessionId([n; 16]);
        let end = Command::EndLater { session, ending };
        assert_eq!(ask(&mut pool, end, at(1)).0, Outcome::Released);
    }
}

#[test]
fn an_ending_with_notice_goes_on_from_the_resume_after_a_restart() {
    let mut before = pool(2, 0);
    ask(&mut before, Command::Login(login(1)), at(0));
    let session = SessionId([1; 16]);
    let ending = Ending::Notice(120);
    ask(&mut before, Command::EndLater { session, ending }, at(0));
    let record = before.session(session, at(0).served).unwrap().record;
    let mut pool = pool(2, 0).rebuilt([(record, None)], at(0).served, GRACE);
    assert_eq!(pool.ending_at(session), None);

    let (secret, connection) = (SecretHash([1; 16]), ConnectionNumber(9));
    ask(
        &mut pool,
        Command::Resume {
            session,
            secret,
            connection,
        },
        at(30),
    );

    assert_eq!(pool.ending_at(session), Some(at(150).served));
}

#[test]
fn an_ending_that_is_due_stays_due_whatever_the_widget_goes_on_to_say() {
    let mut pool = pool(2, 0);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, status(1, true), at(0));
    let session = SessionId([1; 16]);
    let ending = Ending::AfterCall;
    ask(&mut pool, Command::EndLater { session, ending }, at(0));
    ask(&mut pool, status(1, false), at(10));

    let (_, effects) = ask(&mut pool, status(1, false), at(11));

    assert!(effects.is_empty());
    assert_eq!(pool.ending_at(session), Some(at(10).served));
}

#[test]
fn a_later_ending_that_was_not_recorded_does_not_move_the_recorded_one() {
    let mut before = pool(2, 0);
    ask(&mut before, Command::Login(login(1)), at(0));
    let session = SessionId([1; 16]);
    let end = |seconds| Command::EndLater {
        session,
        ending: Ending::Notice(seconds),
    };
    ask(&mut before, end(120), at(0));
    let recorded = *before.session(session, at(0).served).unwrap();
    ask(&mut before, end(5), at(0));

    let known = [(recorded.record, Some(recorded.state))];
    let pool = before.rebuilt(known, at(1).served, GRACE);

    assert_eq!(pool.ending_at(session), Some(at(121).served));
}

#[test]
fn maintenance_refuses_logins_by_the_clock_and_lets_resumes_and_hand_offs_through() {
    let mut pool = pool(2, 5);
    ask(&mut pool, Command::Login(login(1)), at(0));
    let window = Window {
        from: at(10).utc,
        until: at(20).utc,
    };
    ask(&mut pool, Command::Maintain(vec![window]), at(0));
    let (session, connection) = (SessionId([1; 16]), ConnectionNumber(1));
    let code = HandoffHash([7; 16]);
    ask(
        &mut pool,
        Command::OfferHandoff {
            session,
            connection,
            code,
        },
        at(0),
    );

    let refused = ask(&mut pool, Command::Login(login(2)), at(10)).0;
    let (secret, connection) = (SecretHash([1; 16]), ConnectionNumber(9));
    let resumed = ask(
        &mut pool,
        Command::Resume {
            session,
            secret,
            connection,
        },
        at(11),
    )
    .0;
    let claim = Login {
        handoff: Some(code),
        ..login(3)
    };
    let handed_off = ask(&mut pool, Command::Login(claim), at(12)).0;
    let after = ask(&mut pool, Command::Login(login(4)), at(20)).0;

    let ends_in = Duration::from_secs(10);
    assert_eq!(refused, Outcome::Refused(Refusal::Maintenance { ends_in }));
    for outcome in [resumed, handed_off, after] {
        assert!(matches!(outcome, Outcome::Seated { .. }), "{outcome:?}");
    }
}
