//! Endings that wait, and maintenance.

use super::test_commands::*;
use super::*;
use crate::seats::{Cause, Command, Effect, Ending, Outcome, Refusal};

#[test]
fn an_ending_after_the_call_comes_with_the_end_of_the_call_or_after_half_an_hour() {
    for (end_of_call, due) in [(Some(100), 100), (None, 1800)] {
        let mut pool = pool(2, 0);
        ask(&mut pool, Command::Login(login(1)), at(0));
        ask(&mut pool, status(1, true), at(0));
        ask(&mut pool, end_later(1, Ending::AfterCall), at(0));
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
                session: session(1),
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
        assert_eq!(ask(&mut pool, end_later(n, ending), at(1)).0, Outcome::Released);
    }
}

#[test]
fn an_ending_with_notice_goes_on_from_the_resume_after_a_restart() {
    let mut before = pool(2, 0);
    ask(&mut before, Command::Login(login(1)), at(0));
    let session = session(1);
    ask(&mut before, end_later(1, Ending::Notice(120)), at(0));
    let record = before.session(session, at(0).served).unwrap().record;
    let mut pool = pool(2, 0).rebuilt([(record, None)], at(0).served, GRACE);
    assert_eq!(pool.ending_at(session), None);

    ask(&mut pool, resume(1, 9), at(30));

    assert_eq!(pool.ending_at(session), Some(at(150).served));
}

#[test]
fn an_ending_that_is_due_stays_due_whatever_the_widget_goes_on_to_say() {
    let mut pool = pool(2, 0);
    ask(&mut pool, Command::Login(login(1)), at(0));
    ask(&mut pool, status(1, true), at(0));
    ask(&mut pool, end_later(1, Ending::AfterCall), at(0));
    ask(&mut pool, status(1, false), at(10));

    let (_, effects) = ask(&mut pool, status(1, false), at(11));

    assert!(effects.is_empty());
    assert_eq!(pool.ending_at(session(1)), Some(at(10).served));
}

#[test]
fn a_later_ending_that_was_not_recorded_does_not_move_the_recorded_one() {
    let mut before = pool(2, 0);
    ask(&mut before, Command::Login(login(1)), at(0));
    let session = session(1);
    ask(&mut before, end_later(1, Ending::Notice(120)), at(0));
    let recorded = *before.session(session, at(0).served).unwrap();
    ask(&mut before, end_later(1, Ending::Notice(5)), at(0));

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
    ask(&mut pool, offer(1, 7), at(0));

    let refused = ask(&mut pool, Command::Login(login(2)), at(10)).0;
    let resumed = ask(&mut pool, resume(1, 9), at(11)).0;
    let handed_off = ask(&mut pool, claim(3, 7), at(12)).0;
    let after = ask(&mut pool, Command::Login(login(4)), at(20)).0;

    let ends_in = Duration::from_secs(10);
    assert_eq!(refused, Outcome::Refused(Refusal::Maintenance { ends_in }));
    for outcome in [resumed, handed_off, after] {
        assert!(matches!(outcome, Outcome::Seated { .. }), "{outcome:?}");
    }
}
