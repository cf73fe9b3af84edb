use super::*;

const GRACE: Grace = Grace::exactly(Duration::from_secs(60));

fn ms(milliseconds: u64) -> At {
    At::from_millis(milliseconds)
}

/// A request that was sent at a second and answered 10 ms later.
fn at(second: u64) -> Span {
    Span::new(ms(second * 1000), ms(second * 1000 + 10))
}

fn session(number: u8) -> SessionId {
    SessionId([number; 16])
}

/// Agents by number, and what they see.
struct Run(Referee);

impl Run {
    fn new() -> Self {
        Self(Referee::new(
            Allowances::default(),
            Others::Seen {
                connected: 0,
                in_grace: 0,
            },
        ))
    }

    fn see(&mut self, observation: Observation) -> &mut Self {
        self.0.observe(observation);
        self
    }

    fn login(&mut self, agent: u8, second: u64) -> &mut Self {
        self.login_as(agent, session(agent), second)
    }

    fn login_as(&mut self, agent: u8, session: SessionId, second: u64) -> &mut Self {
        let (attempt, span) = (Attempt(u128::from(agent)), at(second));
        self.see(Observation::LoginSent {
            attempt,
            at: span.from,
        });
        self.see(Observation::Granted {
            attempt,
            session,
            span,
            grace: GRACE,
            over_allocation: false,
        })
    }

    fn refused(&mut self, agent: u8, second: u64, numbers: (u64, u64, u64)) -> &mut Self {
        let (attempt, span) = (Attempt(u128::from(agent)), at(second));
        let (limit, in_use, in_grace) = numbers;
        let numbers = Some(RefusalNumbers {
            limit,
            in_use,
            in_grace,
        });
        self.see(Observation::LoginSent {
            attempt,
            at: span.from,
        });
        self.see(Observation::Refused {
            attempt,
            span,
            code: RefusalCode::SeatsExhausted,
            numbers,
        })
    }

    fn lost(&mut self, agent: u8, second: u64, how: Loss) -> &mut Self {
        self.see(Observation::Lost {
            session: session(agent),
            span: at(second),
            how,
        })
    }

    fn resumed(&mut self, agent: u8, second: u64) -> &mut Self {
        let session = session(agent);
        self.see(Observation::Resumed {
            asked: session,
            session,
            span: at(second),
        })
    }

    fn gone(&mut self, agent: u8, proof: u64, second: u64) -> &mut Self {
        let (session, code) = (session(agent), RefusalCode::SessionGone);
        self.see(Observation::ResumeRefused {
            session,
            proof: at(proof).from,
            span: at(second),
            code,
        })
    }

    fn logout(&mut self, agent: u8, second: u64) -> &mut Self {
        let (session, span) = (session(agent), at(second));
        self.see(Observation::LogoutSent {
            session,
            at: span.from,
        });
        self.see(Observation::LoggedOut { session, span })
    }

    /// Numbers in the order limit, in use, connected, in grace.
    fn sample(&mut self, second: u64, numbers: [u64; 4]) -> &mut Self {
        let [limit, in_use, connected, in_grace] = numbers;
        let free = limit.saturating_sub(in_use);
        let numbers = SampleNumbers {
            limit,
            in_use,
            connected,
            in_grace,
            free,
        };
        self.see(Observation::Sample {
            span: at(second),
            numbers,
        })
    }

    fn rules(&mut self) -> Vec<Rule> {
        self.verdict().breaches.iter().map(|breach| breach.rule).collect()
    }

    fn verdict(&mut self) -> Verdict {
        let fresh = Referee::new(Allowances::default(), Others::Unknown);
        std::mem::replace(&mut self.0, fresh).finish(At::from_secs(1000))
    }
}

/// Two agents at a limit of two, with a heartbeat of answers so that nothing looks like a stall.
fn full() -> Run {
    let mut run = Run::new();
    run.sample(0, [2, 0, 0, 0]).login(1, 1).login(2, 1);
    run
}

#[test]
fn a_day_as_it_should_be_has_no_breach() {
    let mut run = full();
    run.refused(3, 2, (2, 2, 0))
        .lost(1, 10, Loss::CloseFrame(1001))
        .sample(11, [2, 2, 1, 1]);
    run.resumed(1, 12)
        .lost(1, 20, Loss::Dropped)
        .refused(3, 79, (2, 2, 1))
        .login(3, 80)
        .gone(1, 20, 81);
    run.logout(2, 82).login(2, 83).sample(84, [2, 2, 2, 0]);

    let verdict = run.verdict();

    assert_eq!(verdict.breaches, []);
    assert_eq!((verdict.limit, verdict.peak_in_use), (Some(2), 2));
}

#[test]
fn a_third_agent_at_a_limit_of_two_is_one_too_many() {
    assert_eq!(full().login(3, 2).rules(), [Rule::CapExceeded]);
}

#[test]
fn a_seat_that_is_given_away_within_its_grace_was_freed_early() {
    assert_eq!(
        full().lost(1, 10, Loss::Dropped).login(3, 50).rules(),
        [Rule::FreedEarly]
    );
    assert_eq!(
        full().lost(1, 10, Loss::Dropped).gone(1, 10, 69).rules(),
        [Rule::FreedEarly]
    );
}

#[test]
fn a_seat_may_be_given_away_when_its_grace_is_over() {
    assert_eq!(full().lost(1, 10, Loss::Dropped).login(3, 70).rules(), []);
    assert_eq!(full().lost(1, 10, Loss::Dropped).gone(1, 10, 70).rules(), []);
}

#[test]
fn what_happens_at_the_edge_of_the_grace_is_not_judged() {
    let edge = Span::new(ms(69_995), ms(70_005));
    let mut run = full();
    run.lost(1, 10, Loss::Dropped);
    let (attempt, session) = (Attempt(3), session(3));
    run.see(Observation::LoginSent {
        attempt,
        at: edge.from,
    });
    run.see(Observation::Granted {
        attempt,
        session,
        span: edge,
        grace: GRACE,
        over_allocation: false,
    });
    assert_eq!(run.rules(), []);
}

#[test]
fn a_seat_that_is_held_a_second_after_its_grace_was_freed_late() {
    let mut run = full();
    assert_eq!(
        run.lost(1, 10, Loss::Dropped).refused(3, 71, (2, 2, 1)).rules(),
        []
    );
    let mut run = full();
    assert!(
        run.lost(1, 10, Loss::Dropped)
            .refused(3, 72, (2, 2, 1))
            .rules()
            .contains(&Rule::FreedLate)
    );
    let mut run = full();
    assert!(
        run.lost(1, 10, Loss::Dropped)
            .sample(72, [2, 2, 1, 1])
            .rules()
            .contains(&Rule::FreedLate)
    );
    let mut run = full();
    assert_eq!(
        run.lost(1, 10, Loss::Dropped).resumed(1, 72).rules(),
        [Rule::FreedLate]
    );
}

#[test]
fn a_silent_loss_may_keep_its_seat_until_it_is_found() {
    let mut run = Run::new();
    let short = Grace::exactly(Duration::from_secs(10));
    let (attempt, session) = (Attempt(1), session(1));
    run.see(Observation::LoginSent {
        attempt,
        at: at(1).from,
    });
    run.see(Observation::Granted {
        attempt,
        session,
        span: at(1),
        grace: short,
        over_allocation: false,
    });
    run.lost(1, 2, Loss::Silence).refused(2, 47, (1, 1, 0));
    assert_eq!(run.rules(), []);
}

#[test]
fn the_server_s_own_downtime_lengthens_a_grace() {
    let mut run = full();
    run.lost(1, 10, Loss::Dropped)
        .lost(2, 30, Loss::Broken)
        .see(Observation::Interrupted);
    run.refused(3, 40, (2, 2, 2)).refused(3, 100, (2, 2, 2));
    assert_eq!(run.rules(), []);
}

#[test]
fn a_session_that_is_gone_after_a_reload_was_freed_on_close() {
    let mut run = full();
    assert_eq!(
        run.lost(1, 10, Loss::CloseFrame(1001)).gone(1, 10, 12).rules(),
        [Rule::FreedOnClose]
    );
}

#[test]
fn a_session_that_is_gone_after_a_drop_was_lost() {
    assert_eq!(
        full().lost(1, 10, Loss::Dropped).gone(1, 10, 12).rules(),
        [Rule::SessionLost]
    );
}

#[test]
fn a_session_that_is_gone_after_it_was_resumed_beside_was_ended_by_the_old_goodbye() {
    let mut run = full();
    assert_eq!(
        run.resumed(1, 10)
            .lost(1, 12, Loss::Dropped)
            .gone(1, 12, 13)
            .rules(),
        [Rule::OldGoodbye]
    );
}

#[test]
fn a_repeated_login_that_gets_another_session_takes_a_second_seat() {
    let mut run = Run::new();
    run.login(1, 1)
        .lost(1, 2, Loss::Dropped)
        .login_as(1, session(9), 3);
    assert_eq!(run.rules(), [Rule::SecondSeat]);
}

#[test]
fn a_resume_that_gets_another_session_takes_a_second_seat() {
    let mut run = Run::new();
    run.login(1, 1).lost(1, 2, Loss::Dropped);
    run.see(Observation::Resumed {
        asked: session(1),
        session: session(9),
        span: at(3),
    });
    assert_eq!(run.rules(), [Rule::SecondSeat]);
}

#[test]
fn a_lost_answer_may_hold_a_seat_and_need_not() {
    let mut run = full();
    run.logout(1, 5).see(Observation::LoginSent {
        attempt: Attempt(7),
        at: at(10).from,
    });
    run.see(Observation::LoginUnanswered {
        attempt: Attempt(7),
        at: at(10).to,
    });
    run.refused(3, 69, (2, 2, 1)).login(4, 70);
    assert_eq!(run.rules(), []);
}

#[test]
fn a_refusal_while_a_seat_is_free_is_not_justified() {
    let mut run = full();
    assert!(
        run.logout(1, 10)
            .refused(3, 11, (2, 2, 0))
            .rules()
            .contains(&Rule::UnjustifiedRefusal)
    );
}

#[test]
fn a_refusal_during_a_logout_is_not_judged() {
    let mut run = full();
    run.refused(3, 10, (2, 2, 0)).logout(1, 10);
    assert_eq!(run.rules(), []);
}

#[test]
fn numbers_that_cannot_be_true_lie() {
    for wrong in [[2, 2, 1, 0], [2, 1, 1, 0], [2, 3, 3, 0], [2, 2, 1, 1]] {
        assert!(
            full().sample(5, wrong).rules().contains(&Rule::NumberLies),
            "{wrong:?}"
        );
    }
    for wrong in [(2, 1, 0), (3, 3, 0), (2, 2, 1)] {
        assert!(
            full().refused(3, 5, wrong).rules().contains(&Rule::NumberLies),
            "{wrong:?}"
        );
    }
}

#[test]
fn the_sessions_of_others_widen_what_is_possible() {
    let others = Others::Seen {
        connected: 1,
        in_grace: 0,
    };
    let mut run = Run(Referee::new(Allowances::default(), others));
    run.login(1, 1).refused(3, 200, (2, 2, 0));
    assert_eq!(run.rules(), []);
}

#[test]
fn the_lateness_is_from_the_end_of_the_grace_to_the_first_grant() {
    let mut run = full();
    run.lost(1, 10, Loss::Dropped);
    let asked = |from, to| Span::new(ms(from), ms(to));
    let refused = Observation::Refused {
        attempt: Attempt(3),
        span: asked(70_020, 70_025),
        code: RefusalCode::SeatsExhausted,
        numbers: None,
    };
    run.see(Observation::LoginSent {
        attempt: Attempt(3),
        at: ms(70_020),
    })
    .see(refused);
    let (attempt, session) = (Attempt(4), session(4));
    let span = asked(70_050, 70_060);
    run.see(Observation::Granted {
        attempt,
        session,
        span,
        grace: GRACE,
        over_allocation: false,
    });

    assert_eq!(run.verdict().purge_lateness, [Duration::from_millis(50)]);
}

#[test]
fn what_is_seen_after_the_end_of_the_run_is_not_judged() {
    assert_eq!(
        full()
            .refused(3, 1001, (2, 2, 0))
            .sample(1002, [2, 2, 2, 0])
            .rules(),
        []
    );
}
