//! `serve`: run the server.

mod descriptors;
mod first_token;
mod record;
mod running;
mod server;
mod sockets;
mod watch;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, ValueEnum};

use super::{BAD_USE, Cli, complain};
use crate::config::{self, LogFormat, Overrides};
use crate::seats::OrganizationId;
use sockets::Sockets;

/// What `serve` is told on the command line and in the environment.
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Configuration file; what is wrong with it is said line by line
    #[arg(long, value_name = "FILE", env = "MIRABRIDGE_SEATS_CONFIG")]
    config: Option<PathBuf>,

    /// An organization and its number of seats; repeatable, and wins over the file
    #[arg(
        long,
        value_name = "ORG=N",
        env = "MIRABRIDGE_SEATS_SEATS",
        value_delimiter = ',',
        value_parser = organization_and_seats
    )]
    seats: Vec<(OrganizationId, u32)>,

    /// Where widgets connect [default: 127.0.0.1:7380]
    #[arg(long, value_name = "ADDR", env = "MIRABRIDGE_SEATS_LISTEN")]
    listen: Option<SocketAddr>,

    /// Where the dashboard, the admin API and the metrics are [default: 127.0.0.1:7381]
    #[arg(long, value_name = "ADDR", env = "MIRABRIDGE_SEATS_ADMIN_LISTEN")]
    admin_listen: Option<SocketAddr>,

    /// Folder of the database, created if it does not exist [default: data]
    #[arg(long, value_name = "DIR", env = "MIRABRIDGE_SEATS_DATA_DIR")]
    data_dir: Option<PathBuf>,

    /// Keep nothing: sessions, history and settings are gone at exit
    #[arg(long, env = "MIRABRIDGE_SEATS_IN_MEMORY", value_parser = BoolishValueParser::new())]
    in_memory: bool,

    /// Where the first operator token is written [default: admin-token in the data folder]
    #[arg(long, value_name = "FILE", env = "MIRABRIDGE_SEATS_ADMIN_TOKEN_FILE")]
    admin_token_file: Option<PathBuf>,

    /// Let webhooks go to private addresses
    #[arg(long, env = "MIRABRIDGE_SEATS_ALLOW_PRIVATE_WEBHOOKS", value_parser = BoolishValueParser::new())]
    allow_private_webhooks: bool,

    /// Let organizations without key, token or origin be reached from other machines
    #[arg(long, env = "MIRABRIDGE_SEATS_ALLOW_OPEN_ORGANIZATIONS", value_parser = BoolishValueParser::new())]
    allow_open_organizations: bool,

    /// Let the admin listener be reached from other machines without TLS
    #[arg(long, env = "MIRABRIDGE_SEATS_ALLOW_PLAIN_ADMIN", value_parser = BoolishValueParser::new())]
    allow_plain_admin: bool,

    /// For tests: let a grace be shorter than a page reload, from 100ms
    #[arg(long, env = "MIRABRIDGE_SEATS_ALLOW_SHORT_GRACE", value_parser = BoolishValueParser::new())]
    allow_short_grace: bool,

    /// How long a seat is kept after its connection is lost [default: 60s]
    #[arg(long, value_name = "TIME", env = "MIRABRIDGE_SEATS_GRACE", value_parser = config::parse_duration)]
    grace: Option<Duration>,

    /// The form of the log on standard error [default: text]
    #[arg(long, value_name = "FORMAT", env = "MIRABRIDGE_SEATS_LOG_FORMAT")]
    log_format: Option<Format>,

    /// The least level that is logged: error, warn, info, debug or trace [default: info]
    #[arg(long, value_name = "LEVEL", env = "MIRABRIDGE_SEATS_LOG_LEVEL")]
    log_level: Option<tracing::Level>,

    #[arg(skip)]
    from_environment: Vec<&'static str>,
}

/// The flags that have environment variables, with the ids of their arguments.
const FLAGS: [(&str, &str); 14] = [
    ("--config", "config"),
    ("--seats", "seats"),
    ("--listen", "listen"),
    ("--admin-listen", "admin_listen"),
    ("--data-dir", "data_dir"),
    ("--in-memory", "in_memory"),
    ("--admin-token-file", "admin_token_file"),
    ("--allow-private-webhooks", "allow_private_webhooks"),
    ("--allow-open-organizations", "allow_open_organizations"),
    ("--allow-plain-admin", "allow_plain_admin"),
    ("--allow-short-grace", "allow_short_grace"),
    ("--grace", "grace"),
    ("--log-format", "log_format"),
    ("--log-level", "log_level"),
];

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl ServeArguments {
    /// Takes what cannot be told from the values alone.
    pub(super) fn settle(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        let is_from_environment = |id: &str| matches.value_source(id) == Some(ValueSource::EnvVariable);
        let flags = FLAGS.iter().filter(|(_, id)| is_from_environment(id));
        self.from_environment = flags.map(|(flag, _)| *flag).collect();
        self.settle_store(matches)
    }

    /// Decides between a data folder and none. A flag wins over the environment; within one of
    /// the two, asking for both is an error. `conflicts_with` cannot tell flag from environment.
    fn settle_store(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        if !self.in_memory || self.data_dir.is_none() {
            return Ok(());
        }
        let is_flag = |id| matches.value_source(id) == Some(ValueSource::CommandLine);
        match (is_flag("in_memory"), is_flag("data_dir")) {
            (true, false) => self.data_dir = None,
            (false, true) => self.in_memory = false,
            (true, true) | (false, false) => {
                let message = "a data folder and --in-memory exclude each other; leave one of them out";
                return Err(Cli::command().error(ErrorKind::ArgumentConflict, message));
            }
        }
        Ok(())
    }
}

impl From<ServeArguments> for Overrides {
    fn from(arguments: ServeArguments) -> Self {
        Self {
            from_environment: arguments.from_environment,
            config: arguments.config,
            seats: arguments.seats,
            listen: arguments.listen,
            admin_listen: arguments.admin_listen,
            data_dir: arguments.data_dir,
            in_memory: arguments.in_memory,
            admin_token_file: arguments.admin_token_file,
            allow_private_webhooks: arguments.allow_private_webhooks,
            allow_open_organizations: arguments.allow_open_organizations,
            allow_plain_admin: arguments.allow_plain_admin,
            allow_short_grace: arguments.allow_short_grace,
            grace: arguments.grace,
            log_format: arguments.log_format.map(|format| match format {
                Format::Text => LogFormat::Text,
                Format::Json => LogFormat::Json,
            }),
            log_level: arguments.log_level,
        }
    }
}

pub(super) fn run(arguments: ServeArguments) -> ExitCode {
    let mut overrides = Overrides::from(arguments);
    let sockets = Sockets::inherited().and_then(|sockets| sockets.settle(&mut overrides).map(|()| sockets));
    let sockets = match sockets {
        Ok(sockets) => sockets,
        Err(error) => {
            complain(format_args!("error: the sockets that were handed over: {error}"));
            return ExitCode::FAILURE;
        }
    };
    // Before the file is read, so that no change is missed.
    let watch = watch::Watch::over(overrides.config.clone());
    match config::load(&overrides) {
        Ok(settings) => running::run(&settings, &overrides, sockets, watch),
        Err(problems) => {
            problems.iter().for_each(complain);
            ExitCode::from(BAD_USE)
        }
    }
}

fn organization_and_seats(text: &str) -> Result<(OrganizationId, u32), String> {
    let (id, seats) = text
        .split_once('=')
        .ok_or("write the organization and its seats, as in acme=50")?;
    let id = OrganizationId::parse(id).map_err(|error| error.to_string())?;
    let seats = seats.parse().ok().filter(|seats| *seats <= config::MOST_SEATS);
    let seats = seats.ok_or_else(|| format!("seats are a whole number from 0 to {}", config::MOST_SEATS))?;
    Ok((id, seats))
}
