//! What administrators set, as it is on disk after the last commit, with the changes of the group
//! that is being written. Its values are texts of whoever sets them.

use super::cell::checksum;
use crate::seats::{OrganizationId, Timestamp};
use std::collections::BTreeMap;

/// Where a setting stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingKey {
    /// What kind of thing it is about.
    pub kind: String,
    /// Which one of its kind.
    pub name: String,
}

/// Settings that change in one step, and who changed them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What each setting is from here on; `None`: it is not there any more.
    pub settings: Vec<(SettingKey, Option<String>)>,
    /// What the audit log says of it.
    pub audit: Vec<AuditEntry>,
}

/// A line of the audit log. Never a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When it was decided.
    pub at: Timestamp,
    /// The label of the token.
    pub label: String,
    /// The method of the request.
    pub method: String,
    /// The route that it matched, never the path.
    pub route: String,
    /// Whose organization is concerned.
    pub organization: Option<OrganizationId>,
    /// What whoever asked gave as a reason.
    pub reason: Option<String>,
}

/// Some lines of the audit log, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// Only lines with a lower number.
    pub before: Option<u32>,
    /// Only those of this organization.
    pub organization: Option<OrganizationId>,
    /// At most so many.
    pub limit: u32,
}

/// The row of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) value: String,
}

/// A row that changes: its number, and what it holds after the change.
pub(super) type ChangedRow<'a> = (u32, Option<(&'a SettingKey, &'a str)>);

/// The end of the audit log that a group writes.
#[derive(Default)]
pub(super) struct AuditTail<'a> {
    /// What stands behind this line was never acknowledged.
    pub(super) after: u32,
    pub(super) entries: &'a [AuditEntry],
}

/// All settings.
#[derive(Default)]
pub(super) struct Settings {
    rows: BTreeMap<SettingKey, Row>,
    next: u32,
    /// The number of the last line of the audit log.
    audited: u32,
    /// What the group touches: rows by their numbers, and what the keys held before.
    touched: BTreeMap<u32, SettingKey>,
    before: Vec<(SettingKey, Option<Row>)>,
    audit: Vec<AuditEntry>,
}

impl Settings {
    pub(super) fn of(rows: BTreeMap<SettingKey, Row>, audited: u32) -> Self {
        let next = rows
            .values()
            .map(|row| row.number)
            .max()
            .map_or(1, |most| most + 1);
        Self {
            rows,
            next,
            audited,
            ..Self::default()
        }
    }

    /// All settings, in the order of their keys.
    pub(super) fn all(&self) -> Vec<(SettingKey, String)> {
        let pairs = self.rows.iter();
        pairs.map(|(key, row)| (key.clone(), row.value.clone())).collect()
    }

    /// Takes a change into the group.
    pub(super) fn take(&mut self, change: &Change) {
        for (key, value) in &change.settings {
            let before = self.rows.get(key).cloned();
            let number = match &before {
                Some(row) => row.number,
                None => {
                    self.next += 1;
                    self.next - 1
                }
            };
            match value {
                Some(value) => {
                    let value = value.clone();
                    self.rows.insert(key.clone(), Row { number, value });
                }
                None => drop(self.rows.remove(key)),
            }
            self.touched.insert(number, key.clone());
            self.before.push((key.clone(), before));
        }
        self.audit.extend_from_slice(&change.audit);
    }

    /// The rows that the group changes.
    pub(super) fn changed(&self) -> Vec<ChangedRow<'_>> {
        let content = |number: u32, key: &SettingKey| {
            let (key, row) = self.rows.get_key_value(key)?;
            (row.number == number).then_some((key, row.value.as_str()))
        };
        let touched = self.touched.iter();
        touched
            .map(|(number, key)| (*number, content(*number, key)))
            .collect()
    }

    /// What the group adds to the audit log.
    pub(super) fn tail(&self) -> Option<AuditTail<'_>> {
        (!self.audit.is_empty()).then_some(AuditTail {
            after: self.audited,
            entries: &self.audit,
        })
    }

    /// Where the acknowledged audit log ends.
    pub(super) fn acknowledged_tail(&self) -> AuditTail<'_> {
        AuditTail {
            after: self.audited,
            entries: &[],
        }
    }

    /// The group is on disk.
    pub(super) fn settle(&mut self) {
        self.audited += u32::try_from(self.audit.len()).unwrap_or(u32::MAX);
        self.forget_group();
    }

    /// The group is not on disk.
    pub(super) fn undo(&mut self) {
        while let Some((key, row)) = self.before.pop() {
            match row {
                Some(row) => drop(self.rows.insert(key, row)),
                None => drop(self.rows.remove(&key)),
            }
        }
        self.forget_group();
    }

    fn forget_group(&mut self) {
        self.touched.clear();
        self.before.clear();
        self.audit.clear();
    }

    /// What has to change on a disk that holds `found`, so that it holds what was acknowledged.
    pub(super) fn differing<'a>(&'a self, found: &'a BTreeMap<SettingKey, Row>) -> Vec<ChangedRow<'a>> {
        let is_kept = |row: &Row| self.rows.values().any(|kept| kept.number == row.number);
        let gone = found.values().filter(|row| !is_kept(row));
        let changed = self
            .rows
            .iter()
            .filter(|(key, row)| found.get(*key) != Some(*row));
        gone.map(|row| (row.number, None))
            .chain(changed.map(|(key, row)| (row.number, Some((key, row.value.as_str())))))
            .collect()
    }
}

/// The checksum of a setting's row.
pub(super) fn setting_checksum(number: u32, key: &SettingKey, value: &str) -> [u8; 8] {
    joined(number, &[&key.kind, &key.name, value])
}

/// The checksum of a line of the audit log.
pub(super) fn audit_checksum(number: u32, entry: &AuditEntry) -> [u8; 8] {
    let organization = entry.organization.as_ref().map_or("", OrganizationId::as_str);
    let at = entry.at.0.to_string();
    let mut parts = vec![
        at.as_str(),
        &entry.label,
        &entry.method,
        &entry.route,
        organization,
    ];
    parts.extend(entry.reason.as_deref());
    joined(number, &parts)
}

fn joined(number: u32, parts: &[&str]) -> [u8; 8] {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    checksum(number, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> SettingKey {
        SettingKey {
            kind: "kind".to_owned(),
            name: name.to_owned(),
        }
    }

    fn change(settings: &[(&str, Option<&str>)]) -> Change {
        let settings = settings.iter();
        Change {
            settings: settings
                .map(|(name, value)| (key(name), value.map(str::to_owned)))
                .collect(),
            audit: Vec::new(),
        }
    }

    fn texts(settings: &Settings) -> Vec<(String, String)> {
        let all = settings.all().into_iter();
        all.map(|(key, value)| (key.name, value)).collect()
    }

    #[test]
    fn a_group_that_is_undone_leaves_what_was_there() {
        let mut settings = Settings::default();
        settings.take(&change(&[("a", Some("1")), ("b", Some("2"))]));
        settings.settle();
        let before = texts(&settings);

        settings.take(&change(&[("a", None), ("c", Some("3"))]));
        settings.take(&change(&[("a", Some("4")), ("b", Some("5"))]));
        settings.undo();

        assert_eq!(texts(&settings), before);
        assert!(settings.changed().is_empty());
    }

    #[test]
    fn a_row_that_is_made_again_has_another_number_and_the_old_one_goes() {
        let mut settings = Settings::of(BTreeMap::new(), 0);
        settings.take(&change(&[("a", Some("1"))]));
        settings.settle();
        settings.take(&change(&[("a", None)]));
        settings.take(&change(&[("a", Some("2"))]));

        let changed = settings.changed();

        assert_eq!(changed.len(), 2);
        assert_eq!(
            (changed[0], changed[1].1.map(|(_, value)| value)),
            ((1, None), Some("2"))
        );
    }

    #[test]
    fn a_disk_that_holds_something_else_is_told_what_differs() {
        let row = |number, value: &str| Row {
            number,
            value: value.to_owned(),
        };
        let kept = [(key("a"), row(1, "1")), (key("b"), row(2, "2"))];
        let found = [
            (key("a"), row(1, "1")),
            (key("b"), row(2, "?")),
            (key("c"), row(3, "3")),
        ];
        let settings = Settings::of(kept.into(), 7);
        let found = found.into();

        let differing = settings.differing(&found);

        let values: Vec<_> = differing
            .iter()
            .map(|(number, row)| (*number, row.map(|(_, value)| value)))
            .collect();
        assert_eq!(values, [(3, None), (2, Some("2"))]);
        assert_eq!(settings.acknowledged_tail().after, 7);
    }
}
