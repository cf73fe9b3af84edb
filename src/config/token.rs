//! The tables `admin_token`.

use std::collections::BTreeMap;

use super::organization::label;
use super::section::{Field, Section};
use super::settings::{AdminTokenSettings, Role};
use super::sources::Source;
use crate::credential::HashedToken;
use crate::seats::OrganizationId;

/// All admin tokens of the file. Whether their organizations exist is for the relations to say.
pub(super) fn read_all(root: &mut Section<'_>) -> Vec<AdminTokenSettings> {
    let mut labels: BTreeMap<String, Source> = BTreeMap::new();
    let sections = root.sections("admin_token");
    sections
        .into_iter()
        .filter_map(|section| read(section, &mut labels))
        .collect()
}

fn read(mut section: Section<'_>, labels: &mut BTreeMap<String, Source>) -> Option<AdminTokenSettings> {
    let label = section
        .required("label", "label = \"ops\"")
        .and_then(|field| unique(&field, labels));
    if let Some(label) = &label {
        section.rename(format!("admin_token.{label}"));
    }
    let role = section.required("role", "role = \"operator\"");
    let organization = section.field("org");
    let hash = section
        .required("hash", "hash = \"sha256:…\"")
        .and_then(|field| field.parsed(HashedToken::parse));
    let role = role.and_then(|field| read_role(&section, &field, organization.as_ref()));
    section.finish();
    Some(AdminTokenSettings {
        label: label?,
        role: role?,
        hash: hash?,
    })
}

fn unique(field: &Field<'_>, labels: &mut BTreeMap<String, Source>) -> Option<String> {
    let label = label(field)?;
    if let Some(first) = labels.get(&label) {
        field.report(format!(
            "`{label}` is the label of another token already, at {first}"
        ));
        return None;
    }
    labels.insert(label.clone(), field.source());
    Some(label)
}

fn read_role(section: &Section<'_>, role: &Field<'_>, organization: Option<&Field<'_>>) -> Option<Role> {
    let of_one: fn(OrganizationId) -> Role = match role.text()? {
        "operator" => {
            if let Some(organization) = organization {
                organization.report("an operator works for all organizations; leave this out");
            }
            return Some(Role::Operator);
        }
        "admin" => Role::Admin,
        "viewer" => Role::Viewer,
        _ => {
            role.report("this is \"operator\", \"admin\" or \"viewer\"");
            return None;
        }
    };
    let Some(organization) = organization else {
        section.report(
            "org",
            "this is missing; admin and viewer belong to one, as in org = \"acme\"".to_owned(),
        );
        return None;
    };
    organization.parsed(OrganizationId::parse).map(of_one)
}
