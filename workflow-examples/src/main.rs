//! The order shop: reads orders, runs each through a saga that survives the process, and checks the books.

use std::process::ExitCode;

use clap::Parser;
use order_shop::cli::Cli;
use order_shop::commands;

#[tokio::main]
async fn main() -> ExitCode {
    match commands::execute(Cli::parse()).await {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
