//! Whatever stands in a configuration file: settings that keep their promises, or problems that name a place.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mirabridge_seats::config::{MOST_SEATS, Overrides, read};
use std::path::Path;

fuzz_target!(|text: &str| {
    // No file that a text names is opened: what it holds is not the subject here.
    if text.contains("file") || text.contains("certificate") {
        return;
    }
    match read(Path::new("f.toml"), text, &Overrides::default()) {
        Ok(settings) => {
            for organization in &settings.organizations {
                assert!(organization.allocation.base <= MOST_SEATS);
                assert!(organization.grace.as_secs() >= 5, "shorter than a page reload");
            }
            assert!(settings.liveness.silence_limit > 2 * settings.liveness.heartbeat);
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(!problem.to_string().is_empty());
            }
        }
    }
});
