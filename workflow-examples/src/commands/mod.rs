//! What the binary does, a file for each command.

mod books;
mod counter;
mod graph;
mod list;
mod out;
mod request;
mod restock;
mod run;
mod show;
mod stop;
mod why;

use anyhow::Result;

use crate::cli::{Cli, Command};

/// The exit code of a run that was stopped by Ctrl-C.
const STOPPED: u8 = 130;

/// Does what the arguments say, and gives the exit code.
///
/// # Errors
/// When it cannot be done; the error says why, and what to do.
pub async fn execute(cli: Cli) -> Result<u8> {
    match &cli.command {
        Some(Command::List(arguments)) => list::list(arguments).await,
        Some(Command::Show(arguments)) => show::show(arguments).await,
        Some(Command::Cancel(arguments)) => request::cancel(arguments).await,
        Some(Command::Undo(arguments)) => request::undo(arguments).await,
        Some(Command::Retry(arguments)) => request::retry(arguments).await,
        Some(Command::Signal(arguments)) => request::signal(arguments).await,
        Some(Command::Restock(arguments)) => restock::restock(arguments).await,
        Some(Command::Books(file)) => books::books(file).await,
        Some(Command::Graph(arguments)) => Ok(graph::graph(&arguments.workflow)),
        None if cli.run.graph => Ok(graph::graph("place_order")),
        None if cli.run.in_process => run::in_process(&cli.run).await,
        None => run::durable(&cli.run).await,
    }
}
