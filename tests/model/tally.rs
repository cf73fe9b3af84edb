//! What the histories met. A random test that met too little has shown nothing.

macro_rules! tally {
    ($($met:ident),* $(,)?) => {
        #[derive(Debug, Default, Clone)]
        pub(crate) struct Tally {
            pub(crate) histories: u64,
            pub(crate) longer_histories: u64,
            pub(crate) longer_histories_with_a_full_pool: u64,
            $(pub(crate) $met: u64,)*
        }

        impl Tally {
            /// All that a history counts, by name.
            fn met(&mut self) -> Vec<(&'static str, &mut u64)> {
                vec![$((stringify!($met), &mut self.$met)),*]
            }
        }
    };
}

tally! {
    // In the history that runs: all seats were in use at some time.
    was_full,
    // Logins.
    logins, refused_for_seats, over_allocation, logins_that_purged,
    repeated_before_the_commit, repeated_after_the_commit, repeated_too_late,
    // Presence.
    resumes, resumes_in_the_last_second, resumes_one_nanosecond_before, resumes_at_the_end,
    old_secrets_refused, superseded, late_goodbyes_ignored, lost_with_an_unanswered_grant,
    ended_with_an_unanswered_grant, swept, graces_renewed, over_after_a_lowered_limit,
    // The line.
    joined, refused_at_a_full_line, left_the_line, heard_in_time, woken, passed_over, newcomers_past_sleepers,
    served_by_a_logout, served_by_an_end, served_by_an_ending_that_was_due, served_by_a_purge,
    served_by_an_increase, served_before_a_newcomer,
    taken_over, taken_over_and_seated, seated_elsewhere_while_waiting,
    // Hand-off.
    claimed, claimed_at_full_use, claimed_in_grace, claimed_past_the_line, claimed_in_the_last_second,
    expired_codes, void_codes, unknown_codes, withdrawn_codes,
    // Endings that wait.
    ended_at_once_instead, ended_by_the_end_of_a_call, ended_after_half_an_hour, ended_after_a_notice,
    ended_in_grace_when_due, endings_counted_from_a_resume, endings_kept_by_a_failed_commit,
    // Maintenance.
    refused_for_maintenance, passed_maintenance, lines_that_stood_in_maintenance, served_after_maintenance,
    // The disk.
    restarts_with_sessions_in_grace, restarts_with_a_line, failed_commits_with_an_unanswered_grant,
    failed_commits_that_undid_an_ending, failed_commits_that_undid_a_plan, failed_commits_with_a_line,
    failed_commits_that_undid_a_hand_off,
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
        for ((_, sum), (_, more)) in self.met().into_iter().zip(history.clone().met()) {
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
        let least = self.histories / 100;
        for (name, met) in self.met() {
            assert!(
                *met >= least,
                "{name}: met {met} times, at least {least} are wanted"
            );
        }
    }
}
