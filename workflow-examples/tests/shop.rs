//! The order shop as its user sees it: arguments in, text and exit code out.
#![allow(unreachable_pub, reason = "the support of several tests")]

mod support;

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Parser;
use order_shop::cli::Cli;
use order_shop::shop::books::Books;
use order_shop::shop::domain::Line;
use order_shop::shop::run::Shop;
use order_shop::shop::world::World;

use support::{Folder, bad_lines, orders};

#[test]
fn the_sample_run_balances_and_shows_all_kinds_of_outcomes() -> Result<()> {
    let text = Folder::new()?.balanced(&[])?;
    assert_eq!(orders(&text, "all orders")?, 240);
    assert!(orders(&text, "completed")? > 120, "{text}");
    for cause in ["out of stock", "card declined", "parcel too heavy", "address not served"] {
        assert!(orders(&text, &format!("rolled back: {cause}"))? > 0, "{text}");
    }
    assert!(text.contains("undone by cancel_shipment") && text.contains("undone by release"), "{text}");
    Ok(())
}

#[test]
fn without_faults_nothing_is_rolled_back_for_a_service() -> Result<()> {
    let text = Folder::new()?.balanced(&["--in-process", "--fault-rate", "0", "--concurrency", "1"])?;
    assert!(!text.contains("a service"), "{text}");
    Ok(())
}

#[test]
fn on_bad_days_the_books_balance_too() -> Result<()> {
    for seed in ["1", "2", "3", "4"] {
        let arguments = ["--in-process", "--fault-rate", "0.3", "--seed", seed, "--concurrency", "64"];
        let text = Folder::new()?.balanced(&arguments)?;
        assert_eq!(orders(&text, "all orders")?, 240);
    }
    Ok(())
}

#[test]
fn bad_lines_are_reported_with_number_and_reason_and_the_rest_goes_on() -> Result<()> {
    let file = bad_lines();
    let ran = Folder::new()?.run(&[file.to_str().context("a path that is no text")?, "--fault-rate", "0"])?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let (text, errors) = (ran.text, ran.errors);
    assert_eq!(orders(&text, "completed")?, 2);
    assert!(text.contains("7 bad lines were left out."), "{text}");
    let reported: Vec<_> =
        errors.lines().filter_map(|line| line.strip_prefix(&format!("{}: ", file.display()))).collect();
    assert_eq!(
        reported,
        [
            "line 2: not JSON: expected ident at column 2",
            "line 3: not an order: missing field `card` at column 158",
            "line 4: the quantity of TEA-SEN-100 is negative: -3",
            "line 6: unknown product XYZ-000",
            "line 7: there is an order good-1 already",
            "line 8: not an order: invalid type: string \"two\", expected i64 at column 84",
            "line 9: an order without lines",
        ]
    );
    Ok(())
}

#[test]
fn the_graph_is_printed_as_a_tree_and_as_mermaid() -> Result<()> {
    let folder = Folder::new()?;
    let text = folder.run(&["graph"])?.text;
    assert_eq!(folder.run(&["--graph"])?.text, text);
    for part in ["place_order (timeout 10m)", "├─ validate", "capture [pivot]", "undo: cancel_shipment", "flowchart TD"]
    {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    Ok(())
}

#[test]
fn mistakes_on_the_command_line_end_with_2() -> Result<()> {
    for (arguments, reason) in [
        (&["nowhere.jsonl"] as &[_], "cannot read nowhere.jsonl"),
        (&["--products", "nowhere.json"], "cannot read nowhere.json"),
        (&["--fault-rate", "1.5"], "not between 0 and 0.9"),
        (&["--concurrency", "0"], "invalid value '0'"),
        (&["--in-process", "--fresh"], "cannot be used with"),
        (&["--db", "nowhere/shop.db"], "the directory `nowhere` does not exist"),
    ] {
        let ran = Folder::new()?.run(arguments)?;
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.errors.contains(reason), "{ran:?}");
    }
    Ok(())
}

/// A day on which nothing fails, with the books closed afterwards.
async fn day(meddle: impl AsyncFnOnce(&Shop) -> Result<()>) -> Result<Books> {
    let file = bad_lines();
    let (catalog, orders, _) = Cli::parse_from([Path::new("order-shop"), &file]).run.read()?;
    let shop = Shop::open(catalog.clone(), World::in_memory(&catalog), 1, 0.0);
    let day = shop.run(orders, NonZeroUsize::MIN, |_| ()).await;
    meddle(&shop).await?;
    Ok(Books::of(&catalog, &shop.world.state()?, &day))
}

fn wrong(books: &Books) -> Vec<&str> {
    books.entries.iter().filter(|entry| !entry.balances()).map(|entry| entry.what.as_str()).collect()
}

#[tokio::test]
async fn the_books_notice_a_forgotten_reservation() -> Result<()> {
    let books = day(async |shop| {
        shop.app.inventory.reserve("forgotten", vec![Line { sku: "HOM-MUG-BLU".into(), quantity: 1 }]).await?;
        Ok(())
    })
    .await?;
    assert!(!books.balance());
    assert_eq!(
        wrong(&books),
        [
            "pieces: sold and on the shelf, of those there were",
            "pieces of HOM-MUG-BLU",
            "reservations, one for each completed order",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn the_books_notice_money_that_was_given_back_without_reason() -> Result<()> {
    let books = day(async |shop| {
        let entry = shop.world.state()?.ledger.journal.pop().context("nothing was paid")?;
        shop.app.payments.void(&entry.key).await?;
        Ok(())
    })
    .await?;
    assert_eq!(wrong(&books), ["money in the shop's account", "money taken from customers"]);
    Ok(())
}
