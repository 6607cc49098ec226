//! The order shop: reads orders, runs each through a saga, and checks the books.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use order_shop::cli::{Cli, diagrams};
use order_shop::shop::books::Books;
use order_shop::shop::report;
use order_shop::shop::run::Shop;

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Cli::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether the books balance.
async fn run(cli: &Cli) -> Result<bool> {
    if cli.graph {
        print!("{}", diagrams());
        return Ok(true);
    }
    let (catalog, orders, bad) = cli.read()?;
    for line in &bad {
        eprintln!("{}: {line}", cli.orders_name());
    }
    let shop = Shop::open(catalog, cli.seed, cli.fault_rate);
    let bar = progress(orders.len() as u64);
    let day = shop
        .run(orders, cli.concurrency, |order| {
            bar.set_message(order.order.clone());
            bar.inc(1);
        })
        .await;
    bar.finish_and_clear();

    println!("{}", report::outcomes(&day));
    if !bad.is_empty() {
        println!("{} bad lines were left out.\n", bad.len());
    }
    if let Some(order) = report::rolled_back(&day) {
        println!("{order}");
    }
    let books = Books::of(&shop, &day);
    print!("{}", report::books(&books));
    Ok(books.balance())
}

fn progress(orders: u64) -> ProgressBar {
    let template = "{bar:40.green} {pos}/{len} orders, {elapsed}, {msg}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(orders).with_style(style)
}
