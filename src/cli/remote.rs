//! Commands that ask a running server over its admin API.

mod client;
mod times;

pub(super) use client::Client;
pub(super) use times::moment;

use super::fleet::values::admin_url;
use super::fleet::{secret, trust};
use super::{complain, say};
use anyhow::Context as _;
use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use hyper::Uri;
use serde_json::Value;
use std::path::PathBuf;
use std::process::ExitCode;

/// Which server, and what opens it.
#[derive(Debug, Args)]
pub(super) struct Remote {
    /// The admin listener: http://HOST:PORT or https://…
    #[arg(
        long,
        value_name = "URL",
        env = "MIRABRIDGE_SEATS_URL",
        default_value = "http://127.0.0.1:7381",
        value_parser = admin_url
    )]
    url: Uri,

    /// A file with a token of the admin API
    #[arg(
        long,
        value_name = "FILE",
        env = "MIRABRIDGE_SEATS_TOKEN_FILE",
        default_value = "data/admin-token"
    )]
    token_file: PathBuf,

    /// The authorities whose certificates count for https://
    #[arg(
        long,
        value_name = "FILE",
        default_value = "/etc/ssl/certs/ca-certificates.crt"
    )]
    ca_file: PathBuf,

    /// Print JSON for programs
    #[arg(long)]
    pub(super) json: bool,
}

impl Remote {
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        let why = "the first start of a server writes one and logs where; `--token-file` names another";
        let token = secret(&self.token_file).context(why)?;
        let is_encrypted = self.url.scheme_str() == Some("https");
        let trust = is_encrypted.then(|| trust(&self.ca_file)).transpose()?;
        Ok(Client::new(self.url.clone(), token, trust))
    }

    /// Prints an answer, or what people want to see of it.
    pub(super) fn show(&self, answer: &Value, people: impl FnOnce(&Value) -> String) {
        if self.json {
            say(answer);
        } else {
            say(people(answer));
        }
    }
}

/// Runs `work` and says what went wrong.
pub(super) fn run(work: impl Future<Output = anyhow::Result<()>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(work));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// A table with these columns; numbers stand to the right.
pub(super) fn table(columns: &[&str], rows: impl Iterator<Item = Vec<Value>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(columns);
    let (mut count, mut numbers) = (0, Vec::new());
    for row in rows {
        count += 1;
        numbers = row.iter().map(Value::is_number).collect();
        table.add_row(row.iter().map(text));
    }
    if count == 0 {
        return "nothing".to_owned();
    }
    for (column, is_number) in table.column_iter_mut().zip(numbers) {
        if is_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// A value for people. What others wrote can neither move the cursor nor turn the line around.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.chars().filter(|letter| is_plain(*letter)).collect(),
        Value::Array(all) => all.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

fn is_plain(letter: char) -> bool {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !letter.is_control() && !turns
}

/// Some fields of an object.
pub(super) fn fields(item: &Value, names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| item[*name].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_can_neither_move_the_cursor_nor_turn_the_line_around() {
        let wrote = Value::from("Z\u{fc}rich \u{202e}evil\u{2066}\u{1b}[2J\n");

        assert_eq!(text(&wrote), "Z\u{fc}rich evil[2J");
    }
}
