//! What can be asked about executions in a file, with no shop open; and beside one that is.
#![allow(unreachable_pub, reason = "the support of several tests")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use support::{Folder, Ran};

const PRODUCTS: &str = r#"[{"sku":"MUG","name":"mug","price":1000,"stock":3},
    {"sku":"BUS","name":"double-decker bus","price":100000,"stock":1,"weight_grams":40000}]"#;

/// An order of so many mugs, or of a bus, which no van carries.
fn order(id: &str, sku: &str, quantity: u32) -> String {
    let address = r#"{"street":"Mill Lane 3","city":"Cork","country":"IE"}"#;
    let lines = format!(r#"[{{"sku":"{sku}","quantity":{quantity}}}]"#);
    format!(
        r#"{{"id":"{id}","customer":"Aoife","lines":{lines},"address":{address},"card":"4242424242424242"}}{}"#,
        "\n"
    )
}

/// A shop where these orders were run.
fn shop(orders: &[String]) -> Result<Folder> {
    let folder = Folder::new()?;
    fs::write(folder.path().join("products.json"), PRODUCTS)?;
    run(&folder, orders)?;
    Ok(folder)
}

fn run(folder: &Folder, orders: &[String]) -> Result<Ran> {
    fs::write(folder.path().join("orders.jsonl"), orders.concat())?;
    folder.run(&["orders.jsonl", "--products", "products.json", "--fault-rate", "0"])
}

/// What it prints when all goes well.
fn fine(folder: &Folder, arguments: &[&str]) -> Result<String> {
    let ran = folder.run(arguments)?;
    ensure!(ran.code == Some(0) && ran.errors.is_empty(), "{arguments:?}: {ran:?}");
    Ok(ran.text)
}

/// How it complains.
fn refused(folder: &Folder, arguments: &[&str]) -> Result<String> {
    let ran = folder.run(arguments)?;
    ensure!(ran.code == Some(2) && ran.text.is_empty(), "{arguments:?}: {ran:?}");
    Ok(ran.errors)
}

/// The ids in a list.
fn ids(list: &str) -> Vec<String> {
    let rows = list.lines().filter_map(|line| line.strip_prefix("│ ")).skip(1);
    rows.filter_map(|row| row.split_whitespace().next()).map(ToOwned::to_owned).collect()
}

#[test]
fn executions_are_listed_by_status_workflow_and_prefix_a_page_at_a_time() -> Result<()> {
    let orders: Vec<_> = (0..5).map(|n| order(&format!("mug-{n}"), "MUG", 1)).collect();
    let folder = shop(&orders)?;
    fine(&folder, &["restock", "MUG", "7", "--id", "more-mugs"])?;
    assert_eq!(ids(&fine(&folder, &["list"])?).len(), 6);
    assert_eq!(ids(&fine(&folder, &["list", "--status", "completed"])?).len(), 4, "three mugs were sold");
    assert_eq!(ids(&fine(&folder, &["list", "--status", "completed", "--status", "compensated"])?).len(), 6);
    assert_eq!(ids(&fine(&folder, &["list", "--workflow", "restock"])?), ["more-mugs"]);
    assert_eq!(ids(&fine(&folder, &["list", "--prefix", "mug-"])?).len(), 5);
    assert_eq!(fine(&folder, &["list", "--status", "failed"])?, "There is no such execution.\n");

    let (mut seen, mut after) = (Vec::new(), None::<String>);
    for page in 1..=3 {
        let mut arguments = vec!["list", "--limit", "2"];
        arguments.extend(after.iter().flat_map(|id| ["--after", id.as_str()]));
        let text = fine(&folder, &arguments)?;
        let found = ids(&text);
        assert_eq!(text.contains("There are more"), page < 3, "{text}");
        after = found.last().cloned();
        seen.extend(found);
    }
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (6, 6), "{seen:?}");
    Ok(())
}

#[test]
fn one_execution_is_shown_node_by_node() -> Result<()> {
    let folder = shop(&[order("bus", "BUS", 1), order("mugs", "MUG", 2)])?;
    let text = fine(&folder, &["show", "bus"])?;
    for part in [
        "place_order bus: compensated\ncreated  ",
        r#"input    [{"id":"bus","#,
        "error    workflow `place_order` failed at `if#1/0/create_shipment`: the parcel weighs 40000 g",
        "├─ validate: done (",
        "│  ├─ reserve: done (",
        " ms), undone by release\n",
        "│  └─ create_shipment: FAILED: the parcel weighs 40000 g, more than 30000 g (",
        "├─ capture: not reached\n",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    let text = fine(&folder, &["show", "mugs"])?;
    assert!(text.contains(r#"result   {"order":"mugs","#), "{text}");
    assert!(text.contains("├─ capture: done ("), "{text}");
    Ok(())
}

#[test]
fn a_step_that_was_skipped_is_shown_so() -> Result<()> {
    let folder = Folder::new()?;
    fs::write(
        folder.path().join("products.json"),
        r#"[{"sku":"EBK","name":"e-book","price":100,"stock":9,"digital":true}]"#,
    )?;
    run(&folder, &[order("book", "EBK", 1)])?;
    let text = fine(&folder, &["show", "book"])?;
    assert!(text.contains("└─ create_shipment: skipped") && text.contains("└─ dispatch: skipped"), "{text}");
    Ok(())
}

#[test]
fn a_large_purchase_waits_for_an_approval() -> Result<()> {
    let folder = shop(&[])?;
    assert_eq!(fine(&folder, &["restock", "MUG", "5"])?, "restock-1 is completed.\n");
    let waits = "restock-2 waits for `if#1/0/Approval`: `order-shop signal restock-2 --by NAME` gives it";
    assert!(fine(&folder, &["restock", "MUG", "60"])?.starts_with(waits));
    let text = fine(&folder, &["show", "restock-2"])?;
    assert!(
        text.contains("│  ├─ Approval: waiting until ") && text.contains("waits    for `if#1/0/Approval`"),
        "{text}"
    );
    folder.balanced(&["books"])?;
    assert_eq!(fine(&folder, &["signal", "restock-2", "--by", "Ada"])?, "restock-2 is completed.\n");
    let text = fine(&folder, &["show", "restock-2"])?;
    assert!(text.contains(r#""approved":"Ada""#) && text.contains("Approval: arrived ("), "{text}");
    folder.balanced(&["books"])?;
    Ok(())
}

#[test]
fn a_refused_purchase_is_called_off() -> Result<()> {
    let folder = shop(&[])?;
    fine(&folder, &["restock", "MUG", "60"])?;
    let text = fine(&folder, &["signal", "restock-1", "--by", "Ada", "--refuse"])?;
    let expected = "restock-1 is compensated: workflow `restock` failed at `if#1/0/grant`: Ada said no; undone: buy.\n";
    assert_eq!(text, expected);
    folder.balanced(&["books"])?;
    Ok(())
}

#[test]
fn what_waits_can_be_cancelled_and_asking_again_changes_nothing() -> Result<()> {
    let folder = shop(&[])?;
    fine(&folder, &["restock", "MUG", "60"])?;
    let cancelled = "restock-1 is compensated: workflow `restock` was cancelled; undone: buy.\n";
    for _ in 0..2 {
        assert_eq!(fine(&folder, &["cancel", "restock-1"])?, cancelled);
    }
    let late = refused(&folder, &["signal", "restock-1", "--by", "Ada"])?;
    assert!(late.contains("the execution `restock-1` has ended: it is compensated"), "{late}");
    folder.balanced(&["books"])?;
    Ok(())
}

#[test]
fn what_is_completed_can_be_undone_unless_its_pivot_has_succeeded() -> Result<()> {
    let folder = shop(&[order("mugs", "MUG", 2)])?;
    fine(&folder, &["restock", "MUG", "5"])?;
    let waiting = fine(&folder, &["restock", "MUG", "60"])?;
    assert!(waiting.starts_with("restock-2 waits"), "{waiting}");
    let undone =
        "restock-1 is compensated: workflow `restock` was undone after it had completed; undone: shelve, pay, buy.\n";
    for _ in 0..2 {
        assert_eq!(fine(&folder, &["undo", "restock-1"])?, undone);
    }
    let paid = refused(&folder, &["undo", "mugs"])?;
    assert!(paid.contains("the pivot of `mugs` has succeeded"), "{paid}");
    let early = refused(&folder, &["undo", "restock-2"])?;
    assert!(early.contains("`restock-2` is waiting") && early.contains("`cancel` stops one that runs"), "{early}");
    folder.balanced(&["books"])?;
    Ok(())
}

#[test]
fn what_cannot_be_undone_fails_and_can_be_tried_again() -> Result<()> {
    let folder = shop(&[])?;
    fine(&folder, &["restock", "MUG", "5"])?;
    run(&folder, &[order("mugs", "MUG", 6)])?;
    let ran = folder.run(&["undo", "restock-1"])?;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let sold = "NOT undone: `shelve`: out of stock: MUG (wanted 5, 2 left)";
    assert!(ran.text.contains(sold) && ran.text.contains("`order-shop retry restock-1` tries again"), "{ran:?}");
    assert_eq!(ids(&fine(&folder, &["list", "--status", "failed"])?), ["restock-1"]);
    let shown = fine(&folder, &["show", "restock-1"])?;
    assert!(shown.contains("NOT undone by unshelve: out of stock"), "{shown}");
    assert!(shown.contains("pay: done (") && shown.contains(", undone by refund\n"), "the others are undone\n{shown}");
    let books = folder.run(&["books"])?;
    assert!(books.code == Some(1) && books.text.contains("THE BOOKS DO NOT BALANCE."), "{books:?}");

    fine(&folder, &["restock", "MUG", "5"])?;
    assert!(fine(&folder, &["retry", "restock-1"])?.starts_with("restock-1 is compensated"));
    folder.balanced(&["books"])?;
    Ok(())
}

#[test]
fn the_same_id_is_the_same_purchase() -> Result<()> {
    let folder = shop(&[])?;
    for _ in 0..2 {
        fine(&folder, &["restock", "MUG", "5", "--id", "once"])?;
    }
    let other = refused(&folder, &["restock", "MUG", "6", "--id", "once"])?;
    assert!(other.contains("the id `once` belongs to an execution with another input"), "{other}");
    assert_eq!(ids(&fine(&folder, &["list"])?), ["once"]);
    Ok(())
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() -> Result<()> {
    let folder = shop(&[order("mugs", "MUG", 2)])?;
    let verbs = ["show", "cancel", "undo", "retry"];
    for verb in verbs {
        let unknown = refused(&folder, &[verb, "nobody"])?;
        assert!(
            unknown.contains("there is no execution `nobody` in order-shop.db: `order-shop list` shows"),
            "{unknown}"
        );
        let missing = refused(&folder, &[verb, "mugs", "--db", "other.db"])?;
        assert!(missing.contains("there is no other.db: run `order-shop` first"), "{missing}");
    }
    for (arguments, why) in [
        (&["cancel", "mugs"] as &[_], "the execution `mugs` has ended: it is completed"),
        (&["retry", "mugs"], "the execution `mugs` has ended: it is completed"),
        (&["signal", "mugs", "--by", "Ada"], "`mugs` is an execution of `place_order`, which waits for no signal"),
        (&["signal", "nobody", "--by", "Ada"], "there is no execution `nobody`"),
        (&["restock", "CUP", "1"], "unknown product CUP"),
        (&["restock", "MUG", "0"], "0 is not in 1..=10000"),
        (&["list", "--status", "lost"], "`lost` is no status"),
        (&["list", "--after", "nobody"], "there is no execution `nobody`"),
        (&["list", "--db", "products.json"], "it is not a SQLite database"),
        (&["graph", "place"], "[possible values: place_order, restock]"),
    ] {
        let said = refused(&folder, arguments)?;
        assert!(said.contains(why), "{arguments:?}: {said}");
    }
    assert!(!folder.path().join("other.db").exists());
    assert_eq!(ids(&fine(&folder, &["list"])?), ["mugs"]);
    Ok(())
}

/// An order that another process works on is cancelled through its inbox. Whether a request comes in time, the order
/// decides: so it is asked of one after the other, until one was.
#[test]
fn beside_an_open_shop_all_of_it_works_too() -> Result<()> {
    let folder = Folder::new()?;
    let bad_day = ["--fault-rate", "0.9", "--concurrency", "8"];
    let mut open = folder.command(&bad_day).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let started = Instant::now();
    let (mut cancelled, mut bought) = (None, false);
    while cancelled.is_none() {
        ensure!(started.elapsed() < Duration::from_secs(60), "no order could be cancelled");
        let Ok(list) = fine(&folder, &["list", "--status", "running"]) else { continue };
        // Before its first order the shop may not have opened the world.
        if !bought && !ids(&list).is_empty() {
            assert!(fine(&folder, &["restock", "HOM-MUG-BLU", "100"])?.starts_with("restock-1 waits"));
            let ran = folder.run(&["signal", "restock-1", "--by", "Ada"])?;
            assert!(ran.text.starts_with("restock-1 is "), "{ran:?}");
            bought = true;
        }
        let Some(order) = ids(&list).into_iter().find(|id| id.starts_with("order-")) else { continue };
        let ran = folder.run(&["cancel", &order])?;
        cancelled = ran.text.contains("was cancelled").then_some(order);
    }
    open.kill()?;
    open.wait()?;
    let order = cancelled.context("one was cancelled")?;
    assert!(fine(&folder, &["show", &order])?.contains("workflow `place_order` was cancelled"));
    Ok(())
}
