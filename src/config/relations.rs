//! What must hold between settings, checked in one place. Nothing is said about a setting that
//! could not be read, since its default is not what was meant.

use std::collections::BTreeSet;

use super::problem::Problem;
use super::settings::{AdminTokenSettings, OrganizationSettings, Role, Settings};

/// Adds what does not fit together to `problems`; `broken` names what could not be read.
pub(super) fn check(settings: &Settings, broken: &BTreeSet<String>, problems: &mut Vec<Problem>) {
    let mut relations = Relations {
        settings,
        broken,
        problems,
    };
    relations.silence_and_heartbeat();
    relations.admin_listener();
    for organization in &settings.organizations {
        relations.open_organization(organization);
    }
    for token in &settings.admin_tokens {
        relations.token_and_organization(token);
    }
}

struct Relations<'a> {
    settings: &'a Settings,
    broken: &'a BTreeSet<String>,
    problems: &'a mut Vec<Problem>,
}

impl Relations<'_> {
    fn silence_and_heartbeat(&mut self) {
        let liveness = &self.settings.liveness;
        if liveness.silence_limit > 2 * liveness.heartbeat {
            return;
        }
        // Whichever is written is to blame; the limit if both are.
        let names = ["liveness.silence_limit", "liveness.heartbeat"];
        let written = names.into_iter().find(|name| self.settings.sources.defines(name));
        self.report(
            &names,
            written.unwrap_or(names[0]),
            "",
            format!(
                "the silence limit of {:?} is not longer than two heartbeats of {:?}; \
                 raise silence_limit or lower heartbeat",
                liveness.silence_limit, liveness.heartbeat
            ),
        );
    }

    fn admin_listener(&mut self) {
        let address = self.settings.server.admin_listen;
        let is_plain = self.settings.tls.is_none() && !self.settings.switches.allow_plain_admin;
        if is_plain && !address.ip().is_loopback() {
            self.report(
                &["server.admin_listen", "tls", "tls.certificate", "tls.private_key"],
                "server.admin_listen",
                "",
                format!(
                    "{address} is reached from elsewhere, and admin tokens would travel in the clear; \
                     add [tls], listen on 127.0.0.1, or pass --allow-plain-admin"
                ),
            );
        }
    }

    fn open_organization(&mut self, organization: &OrganizationSettings) {
        let listen = self.settings.server.listen;
        if !organization.is_open()
            || listen.ip().is_loopback()
            || self.settings.switches.allow_open_organizations
        {
            return;
        }
        let name = format!("organization.{}", organization.id);
        let asked = ["keys", "token_key", "allowed_origins"].map(|key| format!("{name}.{key}"));
        self.report(
            &[&asked[0], &asked[1], &asked[2], "server.listen"],
            &name,
            "organization",
            format!(
                "`{}` is open to whoever reaches {listen}; give it keys, a token_key or allowed_origins, \
                 or pass --allow-open-organizations",
                organization.id
            ),
        );
    }

    fn token_and_organization(&mut self, token: &AdminTokenSettings) {
        let id = match &token.role {
            Role::Operator => return,
            Role::Admin(id) | Role::Viewer(id) => id,
        };
        if self
            .settings
            .organizations
            .iter()
            .any(|organization| organization.id == *id)
        {
            return;
        }
        let name = format!("admin_token.{}.org", token.label);
        let message = format!("there is no organization `{id}`; write the id of one that is in this file");
        self.report(&["organization.id"], &name, "admin_token.org", message);
    }

    /// Reports a problem at the setting `name`, shown as `key`, unless one of `involved` is broken.
    fn report(&mut self, involved: &[&str], name: &str, key: &str, message: String) {
        if involved.iter().any(|name| self.broken.contains(*name)) {
            return;
        }
        self.problems.push(Problem {
            source: self.settings.sources.of(name),
            key: if key.is_empty() { name } else { key }.to_owned(),
            message,
        });
    }
}
