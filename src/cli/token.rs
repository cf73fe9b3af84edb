//! `token`: make tokens for administrators and, for a try, for widgets.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{complain, say};
use crate::clock::utc;
use crate::config::parse_duration;
use crate::credential::{HashedToken, LONGEST_TTL, TokenAlgorithm, admin_token, sign_token};
use crate::seats::OrganizationId;

#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Make a token of the admin API: it is shown once, only its hash goes into the configuration
    New(NewTokenArguments),
    /// Sign a token that is good for one login, as the organization's own server would
    Widget(WidgetTokenArguments),
}

#[derive(Debug, Args)]
pub(super) struct NewTokenArguments {
    /// What its holder may do
    #[arg(long, value_enum)]
    role: RoleName,

    /// The organization of an admin or a viewer
    #[arg(
        long,
        value_name = "ORG",
        value_parser = OrganizationId::parse,
        required_if_eq_any = [("role", "admin"), ("role", "viewer")]
    )]
    org: Option<OrganizationId>,

    /// What the audit log calls its holder [default: the role]
    #[arg(long)]
    label: Option<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleName {
    /// Everything, for all organizations
    Operator,
    /// The work of one organization
    Admin,
    /// To look at one organization
    Viewer,
}

#[derive(Debug, Args)]
pub(super) struct WidgetTokenArguments {
    /// The organization to log in to
    #[arg(long, value_name = "ORG", value_parser = OrganizationId::parse)]
    org: OrganizationId,

    /// How long it is good, at most 10m
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = ttl)]
    ttl: Duration,

    /// The name of the key, as in the organization's token_key
    #[arg(long)]
    kid: String,

    /// The file of the key: the raw secret for HS256, or an Ed25519 private key in PEM for EdDSA
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
}

pub(super) fn run(command: &TokenCommand) -> ExitCode {
    let done = match command {
        TokenCommand::New(arguments) => new_token(arguments),
        TokenCommand::Widget(arguments) => widget_token(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn new_token(arguments: &NewTokenArguments) -> anyhow::Result<()> {
    if let (RoleName::Operator, Some(_)) = (arguments.role, &arguments.org) {
        anyhow::bail!("an operator works for all organizations; leave --org out");
    }
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *random).context("the system gives no random numbers")?;
    let token = Zeroizing::new(admin_token(*random));
    let hash = HashedToken::of(&token).to_string();
    let role = match arguments.role {
        RoleName::Operator => "operator",
        RoleName::Admin => "admin",
        RoleName::Viewer => "viewer",
    };
    let label = arguments.label.as_deref().unwrap_or(role);
    let org = arguments.org.as_ref().map(OrganizationId::as_str);
    if arguments.json {
        say(serde_json::json!({ "role": role, "org": org, "label": label, "token": *token, "hash": hash }));
        return Ok(());
    }
    say(format!("Admin token, shown this once:\n\n  {}\n", *token));
    let org = org.map(|org| format!("  org = \"{org}\"\n")).unwrap_or_default();
    let label = serde_json::Value::from(label);
    say(format!(
        "In the configuration:\n\n  [[admin_token]]\n  label = {label}\n  role = \"{role}\"\n{org}  hash = \"{hash}\""
    ));
    Ok(())
}

fn widget_token(arguments: &WidgetTokenArguments) -> anyhow::Result<()> {
    let file = &arguments.key_file;
    let key = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let key = Zeroizing::new(key);
    let algorithm = if key.starts_with(b"-----BEGIN ") {
        TokenAlgorithm::EdDsa
    } else {
        TokenAlgorithm::Hs256
    };
    let mut random = [0; 16];
    getrandom::fill(&mut random).context("the system gives no random numbers")?;
    let number = uuid::Builder::from_random_bytes(random).into_uuid();
    let token = sign(arguments, (algorithm, &key), number).with_context(|| file.display().to_string())?;
    say(&*token);
    Ok(())
}

fn sign(
    arguments: &WidgetTokenArguments,
    key: (TokenAlgorithm, &[u8]),
    number: Uuid,
) -> anyhow::Result<Zeroizing<String>> {
    let number = number.to_string();
    let token = sign_token(&arguments.kid, key, &arguments.org, &number, utc(), arguments.ttl)?;
    Ok(Zeroizing::new(token))
}

fn ttl(text: &str) -> Result<Duration, String> {
    let ttl = parse_duration(text).map_err(|error| error.to_string())?;
    if ttl > LONGEST_TTL || ttl.subsec_nanos() != 0 {
        return Err("a token is good for whole seconds, at most \"10m\"".to_owned());
    }
    Ok(ttl)
}
