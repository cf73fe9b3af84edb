//! What the server is told before it starts: flags, environment and one TOML file, checked as a
//! whole. Every problem is reported at once, each with its line.
//!
//! It binds nothing and changes nothing; a reload is another [`load`].

mod description;
mod duration;
mod file;
mod organization;
mod overrides;
mod page;
mod problem;
mod relations;
mod scenario;
mod section;
mod server;
mod settings;
mod sources;
mod token;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::seats::{Allocation, OrganizationId};

pub use description::{Line, describe};
pub use duration::{InvalidDuration, parse_duration, parse_grace};
pub use organization::MOST_SEATS;
pub use overrides::{LogFormat, Overrides};
pub use problem::Problem;
pub use scenario::load_scenario;
pub use settings::{
    AdminTokenSettings, KeyMaterial, LimitSettings, LivenessSettings, LogSettings, OrganizationSettings,
    PlannedIncrease, Role, SelfService, ServerSettings, Settings, Switches, TlsSettings, TokenKeySettings,
    UnusableTls,
};
pub use sources::{Source, Sources};

use page::Page;
use section::Section;

/// Reads what the overrides and the file they name ask for. The order is flag or environment,
/// file, default. All problems are returned together, in the order of their lines.
pub fn load(overrides: &Overrides) -> Result<Settings, Vec<Problem>> {
    let text = match &overrides.config {
        Some(path) => {
            file::read_text(path).map_err(|error| vec![Problem::in_file(path, error.to_string())])?
        }
        None => String::new(),
    };
    let path = overrides.config.as_deref().unwrap_or(Path::new(""));
    read(path, &text, overrides)
}

/// The same for a file at `path` that holds `text`.
pub fn read(path: &Path, text: &str, overrides: &Overrides) -> Result<Settings, Vec<Problem>> {
    let page = Page::new(path, text);
    let document = page.parse()?;
    let mut root = Section::root(&page, document.get_ref());
    let switches = overrides.switches();

    let tls = server::tls(&mut root);
    let liveness = server::liveness(&mut root, overrides);
    let limits = server::limits(&mut root);
    let mut organizations = organization::read_all(&mut root, overrides, switches, liveness.grace);
    if overrides.say_nothing() {
        organizations.extend(demo(liveness));
    }
    organization::apply_seats(&page, &mut organizations, overrides, liveness.grace);
    let admin_tokens = token::read_all(&mut root);
    let server = server::server(&mut root, overrides, !admin_tokens.is_empty());
    root.finish();

    let (mut problems, broken, mut sources) = page.into_parts();
    sources.tell_environment(&overrides.from_environment);
    let settings = Settings {
        server,
        tls,
        liveness,
        limits,
        organizations,
        admin_tokens,
        switches,
        sources,
    };
    relations::check(&settings, &broken, &mut problems);
    if problems.is_empty() {
        return Ok(settings);
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

fn demo(liveness: LivenessSettings) -> [OrganizationSettings; 2] {
    let organization = |id, name: &str, seats| OrganizationSettings {
        name: name.to_owned(),
        allocation: Allocation::of(seats),
        waiting_line: Some(20),
        ..OrganizationSettings::new(
            OrganizationId::parse(id).expect("these ids have the right form"),
            liveness.grace,
        )
    };
    [
        organization("demo", "Demo", 5),
        organization("demo-two", "Demo two", 2),
    ]
}
