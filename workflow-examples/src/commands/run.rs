//! Running orders: on the engine, or in process.

use std::fmt::Write as _;

use anyhow::Result;
use futures_util::future::{Either, select};
use indicatif::{ProgressBar, ProgressStyle};
use workflow_runtime::store::Summary;

use super::out::print;
use super::{STOPPED, stop};
use crate::cli::RunArgs;
use crate::shop::books::Books;
use crate::shop::catalog::Catalog;
use crate::shop::day::Day;
use crate::shop::domain::Order;
use crate::shop::durable::{DurableShop, Progress};
use crate::shop::place::Place;
use crate::shop::report;
use crate::shop::run::Shop;
use crate::shop::world::{State, World};

/// Every order is lost that is under way when the process dies.
pub(super) async fn in_process(arguments: &RunArgs) -> Result<u8> {
    let (catalog, orders, bad) = read(arguments)?;
    let world = World::in_memory(&catalog);
    let shop = Shop::open(catalog.clone(), world, arguments.seed, arguments.fault_rate);
    let bar = progress(orders.len() as u64);
    let day = shop.run(orders, arguments.concurrency, |order| advance(&bar, order)).await;
    bar.finish_and_clear();
    Ok(close(&catalog, &day, &shop.world.state()?, bad))
}

/// Every order is an execution in a file, and goes on with the next process.
pub(super) async fn durable(arguments: &RunArgs) -> Result<u8> {
    let (catalog, orders, bad) = read(arguments)?;
    let place = arguments.file.place();
    if arguments.fresh {
        place.clear()?;
    }
    let shop = DurableShop::open(&place, catalog.clone(), arguments.seed, arguments.fault_rate).await?;
    let all = orders.len();
    match shop.engine.recovered() {
        0 => {}
        1 => print("Recovered one execution that an earlier process had left unfinished.\n"),
        more => print(&format!("Recovered {more} executions that an earlier process had left unfinished.\n")),
    }
    let bar = progress(all as u64);
    let day = Box::pin(through(&shop, orders, arguments, &bar));
    let (done, left) = match select(day, std::pin::pin!(stop::requested())).await {
        Either::Left((done, _)) => done?,
        Either::Right(((), day)) => {
            drop(day);
            bar.finish_and_clear();
            return stopped(&shop, &place).await;
        }
    };
    bar.finish_and_clear();
    shop.engine.shutdown().await?;
    for why in &done.refused {
        eprintln!("{why}");
    }
    if done.before > 0 {
        let which = if done.before == all { format!("All {all} orders") } else { format!("{} orders", done.before) };
        print(&format!(
            "{which} had been handled before, and stay as they are: see {}. `--fresh` begins anew.\n",
            place.name()
        ));
    }
    let day = Day::of(&shop.engine, &shop.store).await?;
    let code = close(&catalog, &day, &shop.shop.world.state()?, bad + done.refused.len());
    for left in &left {
        print(&format!(
            "{} {} is {}: `order-shop show {}` tells more.\n",
            left.workflow, left.id, left.status, left.id
        ));
    }
    Ok(code)
}

async fn through(
    shop: &DurableShop,
    orders: Vec<Order>,
    arguments: &RunArgs,
    bar: &ProgressBar,
) -> Result<(Progress, Vec<Summary>)> {
    let done = shop.run(orders, arguments.concurrency, |order| advance(bar, order)).await?;
    bar.set_message("closing the books");
    Ok((done, shop.settle().await?))
}

/// The orderly end: steps that run finish, and everything else waits in the file.
async fn stopped(shop: &DurableShop, place: &Place) -> Result<u8> {
    eprintln!("Stopping: what runs finishes its step. Ctrl-C again stops at once.");
    shop.engine.shutdown().await?;
    let (through, left) = (shop.ended().await?, shop.unfinished().await?.len());
    print(&format!(
        "Stopped. {through} executions are through and {left} wait half-way in {}. Run the same command again to go on.\n",
        place.name()
    ));
    Ok(STOPPED)
}

/// The orders, and how many lines were none.
fn read(arguments: &RunArgs) -> Result<(Catalog, Vec<Order>, usize)> {
    let (catalog, orders, bad) = arguments.read()?;
    for line in &bad {
        eprintln!("{}: {line}", arguments.orders_name());
    }
    Ok((catalog, orders, bad.len()))
}

/// Prints what the day has brought; the exit code says whether the books balance.
pub(super) fn close(catalog: &Catalog, day: &Day, world: &State, bad: usize) -> u8 {
    let mut text = report::outcomes(day);
    text.push('\n');
    if bad > 0 {
        _ = writeln!(text, "{bad} bad lines were left out.\n");
    }
    if let Some(order) = report::rolled_back(day) {
        _ = writeln!(text, "{order}");
    }
    let books = Books::of(catalog, world, day);
    text.push_str(&report::books(&books));
    print(&text);
    u8::from(!books.balance())
}

fn advance(bar: &ProgressBar, order: &str) {
    bar.set_message(order.to_owned());
    bar.inc(1);
}

fn progress(orders: u64) -> ProgressBar {
    let template = "{bar:40.green} {pos}/{len} orders, {elapsed}, {msg}";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(orders).with_style(style)
}
