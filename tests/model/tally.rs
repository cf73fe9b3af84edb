//! What the histories met. A random test that met too little has shown nothing.

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) histories: u64,
    pub(crate) longer_histories: u64,
    pub(crate) longer_histories_with_a_full_pool: u64,
    /// In the history that runs: all seats were in use at some time.
    pub(crate) was_full: u64,
    pub(crate) logins: u64,
    pub(crate) refused_for_seats: u64,
    pub(crate) over_allocation: u64,
    pub(crate) logins_that_purged: u64,
    pub(crate) repeated_before_the_commit: u64,
    pub(crate) repeated_after_the_commit: u64,
    pub(crate) repeated_too_late: u64,
    pub(crate) resumes: u64,
    pub(crate) resumes_in_the_last_second: u64,
    pub(crate) resumes_one_nanosecond_before: u64,
    pub(crate) resumes_at_the_end: u64,
    pub(crate) old_secrets_refused: u64,
    pub(crate) superseded: u64,
    pub(crate) late_goodbyes_ignored: u64,
    pub(crate) lost_with_an_unanswered_grant: u64,
    pub(crate) ended_with_an_unanswered_grant: u64,
    pub(crate) swept: u64,
    pub(crate) graces_renewed: u64,
    pub(crate) over_after_a_lowered_limit: u64,
    pub(crate) restarts_with_sessions_in_grace: u64,
    pub(crate) failed_commits_with_an_unanswered_grant: u64,
    pub(crate) failed_commits_that_undid_an_ending: u64,
}

/// A history of so many steps is one of the longer ones.
const LONGER: u64 = 100;

impl Tally {
    pub(crate) fn add(&mut self, history: &Self, steps: u64) {
        self.histories += 1;
        if steps >= LONGER {
            self.longer_histories += 1;
            self.longer_histories_with_a_full_pool += history.was_full.min(1);
        }
        for ((_, sum), (_, more)) in self.met().into_iter().zip(history.copy().met()) {
            *sum += *more;
        }
    }

    /// Asserts that there was enough of everything, per history that ran.
    pub(crate) fn expect_enough(&mut self) {
        let (full, longer) = (self.longer_histories_with_a_full_pool, self.longer_histories);
        assert!(
            full * 2 >= longer,
            "the pool was full in {full} of {longer} longer histories"
        );
        let least = self.histories / 20;
        for (name, met) in self.met() {
            assert!(
                *met >= least,
                "{name}: met {met} times, at least {least} are wanted"
            );
        }
    }

    /// All that a history counts, by name.
    fn met(&mut self) -> [(&'static str, &mut u64); 23] {
        [
            ("was full", &mut self.was_full),
            ("logins", &mut self.logins),
            ("refused for seats", &mut self.refused_for_seats),
            ("over allocation", &mut self.over_allocation),
            ("logins that purged", &mut self.logins_that_purged),
            ("repeated before the commit", &mut self.repeated_before_the_commit),
            ("repeated after the commit", &mut self.repeated_after_the_commit),
            ("repeated too late", &mut self.repeated_too_late),
            ("resumes", &mut self.resumes),
            ("resumes in the last second", &mut self.resumes_in_the_last_second),
            (
                "resumes 1 ns before the end",
                &mut self.resumes_one_nanosecond_before,
            ),
            ("resumes at the end", &mut self.resumes_at_the_end),
            ("old secrets refused", &mut self.old_secrets_refused),
            ("superseded", &mut self.superseded),
            ("late goodbyes ignored", &mut self.late_goodbyes_ignored),
            ("lost, grant unanswered", &mut self.lost_with_an_unanswered_grant),
            (
                "ended, grant unanswered",
                &mut self.ended_with_an_unanswered_grant,
            ),
            ("swept", &mut self.swept),
            ("graces renewed", &mut self.graces_renewed),
            ("over after a lowered limit", &mut self.over_after_a_lowered_limit),
            (
                "restarts with sessions in grace",
                &mut self.restarts_with_sessions_in_grace,
            ),
            (
                "failed commits, grant unanswered",
                &mut self.failed_commits_with_an_unanswered_grant,
            ),
            (
                "failed commits, ending undone",
                &mut self.failed_commits_that_undid_an_ending,
            ),
        ]
    }

    fn copy(&self) -> Self {
        Self { ..*self }
    }
}
