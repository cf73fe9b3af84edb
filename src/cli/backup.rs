//! `backup`: a copy of the store without live sessions.

use super::{complain, say};
use crate::store;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// What `backup` is told.
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The new file; put it into an empty data folder as seats.db to restore it
    file: PathBuf,

    /// Folder of the database
    #[arg(
        long,
        value_name = "DIR",
        env = "MIRABRIDGE_SEATS_DATA_DIR",
        default_value = "data"
    )]
    data_dir: PathBuf,
}

pub(super) fn run(arguments: &BackupArguments) -> ExitCode {
    match store::backup(&arguments.data_dir, &arguments.file) {
        Ok(()) => {
            say(format_args!(
                "{}: copied without live sessions",
                arguments.file.display()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(format_args!("error: {:#}", anyhow::Error::from(error)));
            ExitCode::FAILURE
        }
    }
}
