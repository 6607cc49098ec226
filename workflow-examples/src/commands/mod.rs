//! What the binary does, a file for each command.

mod out;
mod run;
mod stop;

use anyhow::Result;

use crate::cli::{Cli, Command, diagrams};

/// The exit code of a run that was stopped by Ctrl-C.
const STOPPED: u8 = 130;

/// Does what the arguments say, and gives the exit code.
///
/// # Errors
/// When it cannot be done; the error says why, and what to do.
pub async fn execute(cli: Cli) -> Result<u8> {
    match cli.command {
        Some(Command::Graph) => {
            out::print(&diagrams());
            Ok(0)
        }
        None if cli.run.graph => {
            out::print(&diagrams());
            Ok(0)
        }
        None if cli.run.in_process => run::in_process(&cli.run).await,
        None => run::durable(&cli.run).await,
    }
}
