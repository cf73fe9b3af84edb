//! The tables of settings and of the audit log, row by row.

use super::error::StoreError;
use super::settings::{
    AuditEntry, AuditQuery, AuditTail, ChangedRow, Row, SettingKey, audit_checksum, setting_checksum,
};
use crate::seats::{OrganizationId, Timestamp};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;

/// Writes the settings that change.
pub(super) fn write_settings(connection: &Connection, rows: &[ChangedRow<'_>]) -> rusqlite::Result<()> {
    for (number, content) in rows {
        match content {
            Some((key, value)) => {
                let sql = "INSERT OR REPLACE INTO setting (number, kind, name, value, checksum) VALUES (?1, ?2, ?3, ?4, ?5)";
                let sum = setting_checksum(*number, key, value);
                connection
                    .prepare_cached(sql)?
                    .execute((number, &key.kind, &key.name, value, sum))?;
            }
            None => {
                connection
                    .prepare_cached("DELETE FROM setting WHERE number = ?1")?
                    .execute([number])?;
            }
        }
    }
    Ok(())
}

/// Writes the end of the audit log, after the last line that was acknowledged.
pub(super) fn write_audit(connection: &Connection, tail: &AuditTail<'_>) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM audit WHERE number > ?1", [tail.after])?;
    let sql = "INSERT INTO audit (number, at, label, method, route, organization, reason, checksum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for (number, entry) in (tail.after + 1..).zip(tail.entries) {
        connection.prepare_cached(sql)?.execute((
            number,
            entry.at.0,
            &entry.label,
            &entry.method,
            &entry.route,
            entry.organization.as_ref().map(OrganizationId::as_str),
            &entry.reason,
            audit_checksum(number, entry),
        ))?;
    }
    Ok(())
}

/// Reads and checks all settings.
pub(super) fn read_settings(
    connection: &Connection,
    path: &Path,
) -> Result<BTreeMap<SettingKey, Row>, StoreError> {
    let engine = |error: rusqlite::Error| StoreError::damaged(path, error.to_string());
    let mut settings = BTreeMap::new();
    let mut statement = connection
        .prepare("SELECT number, kind, name, value, checksum FROM setting")
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    while let Some(row) = rows.next().map_err(engine)? {
        let number: u32 = row.get(0).map_err(engine)?;
        let key = SettingKey {
            kind: row.get(1).map_err(engine)?,
            name: row.get(2).map_err(engine)?,
        };
        let (value, sum): (String, Vec<u8>) = (row.get(3).map_err(engine)?, row.get(4).map_err(engine)?);
        let is_whole = sum == setting_checksum(number, &key, &value);
        if !is_whole || settings.insert(key, Row { number, value }).is_some() {
            return Err(StoreError::damaged(path, format!("row {number} of setting")));
        }
    }
    Ok(settings)
}

/// Checks the audit log as a whole and tells the number of its last line. Its oldest lines may be
/// deleted; behind the first that is there no line is missing.
pub(super) fn check_audit(connection: &Connection, path: &Path) -> Result<u32, StoreError> {
    let engine = |error: rusqlite::Error| StoreError::damaged(path, error.to_string());
    let mut statement = connection
        .prepare("SELECT number, at, label, method, route, organization, reason, checksum FROM audit ORDER BY number")
        .map_err(engine)?;
    let mut rows = statement.query([]).map_err(engine)?;
    let mut last = None;
    while let Some(row) = rows.next().map_err(engine)? {
        let (number, entry, sum) = line(row).map_err(engine)?;
        let follows = last.is_none_or(|last: u32| number == last + 1) && number > 0;
        if !follows || sum != audit_checksum(number, &entry) {
            return Err(StoreError::damaged(path, format!("row {number} of audit")));
        }
        last = Some(number);
    }
    Ok(last.unwrap_or(0))
}

/// Some lines of the audit log, the newest first, with their numbers.
pub(super) fn audit(connection: &Connection, query: &AuditQuery) -> rusqlite::Result<Vec<(u32, AuditEntry)>> {
    let before = query.before.unwrap_or(u32::MAX);
    let organization = query.organization.as_ref().map(OrganizationId::as_str);
    let sql = "SELECT number, at, label, method, route, organization, reason, checksum FROM audit
        WHERE number < ?1 AND (?2 IS NULL OR organization = ?2) ORDER BY number DESC LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map((before, organization, query.limit), line)?;
    rows.map(|row| row.map(|(number, entry, _)| (number, entry)))
        .collect()
}

fn line(row: &rusqlite::Row<'_>) -> rusqlite::Result<(u32, AuditEntry, Vec<u8>)> {
    let organization: Option<String> = row.get(5)?;
    let entry = AuditEntry {
        at: Timestamp(row.get(1)?),
        label: row.get(2)?,
        method: row.get(3)?,
        route: row.get(4)?,
        organization: organization.and_then(|id| OrganizationId::parse(&id).ok()),
        reason: row.get(6)?,
    };
    Ok((row.get(0)?, entry, row.get(7)?))
}
