//! The tokens of administrators: those of the configuration, or one that is made at the first start.

use crate::config::{AdminTokenSettings, Role, Settings};
use crate::credential::{HashedToken, admin_token};
use anyhow::Context as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The configured tokens, or one operator token that is made at the first start and kept in a
/// file that only its owner can read.
pub(super) fn tokens(settings: &Settings) -> anyhow::Result<(Option<PathBuf>, Vec<AdminTokenSettings>)> {
    if !settings.admin_tokens.is_empty() {
        return Ok((None, settings.admin_tokens.clone()));
    }
    let file = match (&settings.server.admin_token_file, &settings.server.data_dir) {
        (Some(file), _) => file.clone(),
        (None, Some(folder)) => folder.join("admin-token"),
        (None, None) => {
            std::env::temp_dir().join(format!("mirabridge-seats-{}.admin-token", std::process::id()))
        }
    };
    let kept = settings.server.data_dir.is_some() || settings.server.admin_token_file.is_some();
    let token = match std::fs::read_to_string(&file) {
        Ok(token) if kept && !token.trim().is_empty() => token.trim().to_owned(),
        Ok(_) | Err(_) => {
            let mut random = [0; 32];
            getrandom::fill(&mut random).context("the system gives no random numbers")?;
            let token = admin_token(random);
            write_private(&file, &token).with_context(|| format!("cannot write {}", file.display()))?;
            token
        }
    };
    tracing::info!(file = %file.display(), "the operator's token is in this file");
    let operator = AdminTokenSettings {
        label: "operator".to_owned(),
        role: Role::Operator,
        hash: HashedToken::of(&token),
    };
    Ok((Some(file), vec![operator]))
}

fn write_private(file: &Path, token: &str) -> std::io::Result<()> {
    // A file that somebody else put there is not written to.
    match std::fs::remove_file(file) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    writeln!(file, "{token}")
}
