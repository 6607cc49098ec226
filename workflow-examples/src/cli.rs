//! The command line of the order shop.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};
use workflow_runtime::ExecutionStatus;

use crate::shop::catalog::Catalog;
use crate::shop::domain::Order;
use crate::shop::orders::{self, BadLine};
use crate::shop::place::Place;

const SAMPLE_ORDERS: &str = include_str!("../data/orders.jsonl");
const SAMPLE_PRODUCTS: &str = include_str!("../data/products.json");

/// Runs every order of a file through one workflow, with services that fail, and checks the books afterwards.
///
/// Each order is validated, its goods are reserved while taxes are calculated and the card is authorized, a label is
/// made, the money is taken and the parcel leaves. Whatever fails on the way, everything before it is undone.
///
/// Every order is an execution in one SQLite file and outlives the process: stop it (Ctrl-C), kill it (`kill -9`), run it
/// again, and it goes on where it was. Banks, warehouse and carrier are simulated in a second file beside the first one,
/// as they would not forget anything either.
#[derive(Debug, Parser)]
#[command(name = "order-shop", version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct Cli {
    /// Something else than running orders
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Running orders
    #[command(flatten)]
    pub run: RunArgs,
}

/// What else there is to do. All of it works beside a shop that is open, and without one.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List executions, the newest first
    List(ListArgs),
    /// Show one execution: every node with its state, attempts and times, and what was undone
    Show(OneArgs),
    /// Stop an execution and undo what it has done
    Cancel(OneArgs),
    /// Undo an execution that has completed
    ///
    /// A restock can be undone at any time. An order cannot once it was paid: that is its pivot, and there is no way back.
    Undo(OneArgs),
    /// Try again to undo what could not be undone in an execution that failed
    Retry(OneArgs),
    /// Send the approval for which a restock waits
    Signal(SignalArgs),
    /// Buy goods of the supplier; what costs more than 250 EUR waits for an approval
    Restock(RestockArgs),
    /// Check the books, as far as they go
    Books(FileArgs),
    /// Print a workflow, as a tree and as a Mermaid flowchart
    Graph(GraphArgs),
}

/// Which executions to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only those of this workflow: place_order or restock
    #[arg(long, value_name = "NAME")]
    pub workflow: Option<String>,

    /// Only those that are running, waiting, compensating, parked, completed, compensated or failed; may be repeated
    #[arg(long, value_name = "STATUS")]
    pub status: Vec<ExecutionStatus>,

    /// Only those whose id begins so
    #[arg(long, value_name = "TEXT")]
    pub prefix: Option<String>,

    /// How many on a page
    #[arg(long, value_name = "NUMBER", default_value = "20")]
    pub limit: NonZeroUsize,

    /// Go on after this one, the last of the page before
    #[arg(long, value_name = "ID")]
    pub after: Option<String>,

    /// The shop's file
    #[command(flatten)]
    pub file: FileArgs,
}

/// Which execution.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// The id of the execution, such as order-0042; for an order it is its number
    pub id: String,

    /// The shop's file
    #[command(flatten)]
    pub file: FileArgs,
}

/// Which approval.
#[derive(Debug, Args)]
pub struct SignalArgs {
    /// The id of the restock
    pub id: String,

    /// Who approves of it
    #[arg(long, value_name = "NAME")]
    pub by: String,

    /// Say no instead of yes
    #[arg(long)]
    pub refuse: bool,

    /// The shop's file
    #[command(flatten)]
    pub file: FileArgs,
}

/// What to buy.
#[derive(Debug, Args)]
pub struct RestockArgs {
    /// Which product
    pub sku: String,

    /// How many pieces
    #[arg(value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub pieces: u32,

    /// The id of the execution; the same id twice is one purchase [default: restock- and the next number]
    #[arg(long)]
    pub id: Option<String>,

    /// The shop's file
    #[command(flatten)]
    pub file: FileArgs,
}

/// Which workflow.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// The workflow
    #[arg(default_value = "place_order", value_parser = ["place_order", "restock"])]
    pub workflow: String,
}

/// How to run orders.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The orders, one JSON object a line [default: a sample of 240 orders]
    #[arg(value_name = "ORDERS.jsonl")]
    pub orders: Option<PathBuf>,

    /// The products and their stock, a JSON array [default: a sample of 42 products]
    #[arg(long, value_name = "FILE")]
    pub products: Option<PathBuf>,

    /// The shop's file
    #[command(flatten)]
    pub file: FileArgs,

    /// Forget what is in the file, and in the world beside it, and begin anew
    #[arg(long)]
    pub fresh: bool,

    /// Run without an engine and without a file; what is unfinished when the process dies is lost
    #[arg(long, conflicts_with_all = ["db", "fresh"])]
    pub in_process: bool,

    /// Which calls to services go wrong
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// How many calls to services go wrong, from 0 to 0.9
    ///
    /// Half of them fail before anything happened; the others lose the answer of a call that did its work, or are
    /// never answered.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = share)]
    pub fault_rate: f64,

    /// How many orders run at a time
    #[arg(long, value_name = "NUMBER", default_value = "16")]
    pub concurrency: NonZeroUsize,

    /// Print the workflow, and run nothing: as `order-shop graph`
    #[arg(long)]
    pub graph: bool,
}

/// Where the shop is.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// The SQLite file with all executions; the outside world lives beside it, in FILE.world.db
    #[arg(long, value_name = "FILE.db", default_value = "order-shop.db")]
    pub db: PathBuf,
}

impl FileArgs {
    /// The shop in that file.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new(&self.db)
    }
}

const EXAMPLES: &str = "\
Examples:
  order-shop                                     the sample, with a tenth of all calls failing
  order-shop --fresh --fault-rate 0.4 --seed 7   the same once more, on a bad day
  order-shop my.jsonl --products products.json --db my.db
                                                 orders and products of your own
  order-shop list --status failed                what a person must look at
  order-shop show order-0042                     what became of one order
  order-shop restock HOM-MUG-BLU 100             goods that somebody has to approve of
  order-shop graph                               what the workflow looks like

Exit codes:
  0    the books balance, whatever happened to single orders
  1    stock, money or parcels do not add up, or a person must look at an execution
  2    what was asked for cannot be done, and why is said
  130  stopped by Ctrl-C; run the same command again to go on";

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=0.9).contains(&share) { Ok(share) } else { Err("not between 0 and 0.9".to_owned()) }
}

impl RunArgs {
    /// Reads products and orders, and tells which lines are no orders.
    ///
    /// # Errors
    /// When a file cannot be read, or the products make no sense.
    pub fn read(&self) -> Result<(Catalog, Vec<Order>, Vec<BadLine>)> {
        let products = text(self.products.as_deref(), SAMPLE_PRODUCTS)?;
        let catalog = Catalog::from_json(&products).with_context(|| name(self.products.as_deref()))?;
        let text = text(self.orders.as_deref(), SAMPLE_ORDERS)?;
        let (orders, bad) = orders::read(&text, &catalog);
        Ok((catalog, orders, bad))
    }

    /// What to call the file of the orders in messages.
    #[must_use]
    pub fn orders_name(&self) -> String {
        name(self.orders.as_deref())
    }
}

fn text(path: Option<&Path>, sample: &str) -> Result<String> {
    match path {
        None => Ok(sample.to_owned()),
        Some(path) => std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn name(path: Option<&Path>) -> String {
    path.map_or_else(|| "the sample".to_owned(), |path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_sample_has_no_bad_lines() -> Result<()> {
        let (catalog, orders, bad) = Cli::parse_from(["order-shop"]).run.read()?;
        assert_eq!((orders.len(), bad), (240, vec![]));
        assert_eq!(catalog.products().count(), 42);
        Ok(())
    }
}
