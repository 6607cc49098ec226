//! The shop outlives its process: stopped, killed, or run once more, it goes on with what is in its file.
#![allow(unreachable_pub, reason = "the support of several tests")]
#![cfg(unix)]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

use support::{Folder, Ran, bad_lines, orders};

/// Starts the shop on its sample, and lets it come to the point where some orders are through and others are not.
fn half_way(folder: &Folder, arguments: &[&str]) -> Result<Child> {
    let child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let started = Instant::now();
    while announced(folder.path()).unwrap_or(0) < 10 {
        ensure!(started.elapsed() < Duration::from_secs(60), "it does not get on");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(child)
}

/// How many orders the company has been told of.
fn announced(folder: &Path) -> Result<u32> {
    let file = folder.join("order-shop.world.db");
    ensure!(file.exists());
    let world = rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let sql = "SELECT count(*) FROM calls WHERE operation = 'announce' AND outcome = 'done'";
    Ok(world.query_row(sql, [], |row| row.get(0))?)
}

fn send(child: &Child, signal: Signal) -> Result<()> {
    Ok(kill_process(Pid::from_child(child), signal)?)
}

/// The number before `words`.
fn number(text: &str, words: &str) -> Result<u32> {
    let (before, _) = text.split_once(words).with_context(|| format!("no {words:?} in {text}"))?;
    Ok(before.split_whitespace().last().context("no number")?.parse()?)
}

#[test]
fn killed_half_way_it_goes_on_and_the_books_balance() -> Result<()> {
    let folder = Folder::new()?;
    let mut child = half_way(&folder, &[])?;
    child.kill()?;
    child.wait()?;
    let text = folder.balanced(&[])?;
    let (recovered, before) = (number(&text, " executions that an earlier")?, number(&text, " orders had been")?);
    assert!((2..=16).contains(&recovered), "{text}");
    assert!((10..230).contains(&before), "{text}");
    assert_eq!(orders(&text, "all orders")?, 240);
    Ok(())
}

#[test]
fn two_shops_on_one_file_share_the_orders_and_one_goes_on_when_the_other_is_killed() -> Result<()> {
    let folder = Folder::new()?;
    let mut one = half_way(&folder, &["--concurrency", "4"])?;
    let other = folder.command(&["--concurrency", "4"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    std::thread::sleep(Duration::from_millis(300));
    one.kill()?;
    one.wait()?;
    let other = Ran::of(other.wait_with_output()?)?;
    assert_eq!(other.code, Some(0), "{other:?}");
    assert_eq!(orders(&other.text, "all orders")?, 240);
    Ok(())
}

#[test]
fn shops_that_open_at_the_same_moment_make_their_files_once() -> Result<()> {
    for _ in 0..5 {
        let folder = Folder::new()?;
        fs::write(folder.path().join("none.jsonl"), "")?;
        let open = || folder.command(&["none.jsonl"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        for shop in [open()?, open()?, open()?, open()?] {
            let ran = Ran::of(shop.wait_with_output()?)?;
            assert_eq!(ran.code, Some(0), "{ran:?}");
        }
    }
    Ok(())
}

#[test]
fn stopped_by_ctrl_c_it_says_how_to_go_on_and_goes_on() -> Result<()> {
    let folder = Folder::new()?;
    let child = half_way(&folder, &[])?;
    send(&child, Signal::INT)?;
    let stopped = Ran::of(child.wait_with_output()?)?;
    assert_eq!(stopped.code, Some(130), "{stopped:?}");
    let (through, left) = (number(&stopped.text, " executions are through")?, number(&stopped.text, " wait half-way")?);
    assert!(stopped.text.contains("Run the same command again to go on."), "{stopped:?}");
    let text = folder.balanced(&[])?;
    assert_eq!(number(&text, " orders had been")?, through);
    if left > 1 {
        assert_eq!(number(&text, " executions that an earlier")?, left, "{text}");
    }
    assert_eq!(orders(&text, "all orders")?, 240);
    Ok(())
}

#[test]
fn ctrl_c_twice_stops_at_once_and_nothing_is_lost() -> Result<()> {
    let folder = Folder::new()?;
    // With every second call in trouble, some step is always silent for a quarter of a second.
    let child = half_way(&folder, &["--fault-rate", "0.5", "--concurrency", "64"])?;
    send(&child, Signal::INT)?;
    std::thread::sleep(Duration::from_millis(20));
    send(&child, Signal::INT)?;
    let stopped = Ran::of(child.wait_with_output()?)?;
    assert_eq!(stopped.code, Some(130), "{stopped:?}");
    assert!(stopped.errors.contains("Stopped at once."), "{stopped:?}");
    folder.balanced(&[])?;
    Ok(())
}

#[test]
fn run_once_more_it_says_that_everything_was_handled() -> Result<()> {
    let folder = Folder::new()?;
    let file = bad_lines();
    let arguments = [file.to_str().context("a path that is no text")?, "--fault-rate", "0"];
    let first = folder.balanced(&arguments)?;
    assert!(!first.contains("handled before"), "{first}");
    let again = folder.balanced(&arguments)?;
    assert!(again.contains("All 2 orders had been handled before, and stay as they are"), "{again}");
    assert_eq!(orders(&again, "completed")?, 2);
    let fresh = folder.balanced(&[&arguments[..], &["--fresh"]].concat())?;
    let books = |text: &str| text.split_once("the books").map(|(_, books)| books.to_owned());
    assert_eq!(books(&fresh), books(&first));
    assert!(!fresh.contains("handled before"), "{fresh}");
    Ok(())
}

#[test]
fn an_order_that_was_placed_with_other_contents_is_refused_and_the_rest_goes_on() -> Result<()> {
    let folder = Folder::new()?;
    let file = folder.path().join("orders.jsonl");
    let text = fs::read_to_string(bad_lines())?;
    fs::write(&file, &text)?;
    folder.balanced(&["orders.jsonl", "--fault-rate", "0"])?;
    fs::write(&file, text.replace(r#""HOM-MUG-GRN","quantity":2"#, r#""HOM-MUG-GRN","quantity":1"#))?;
    let ran = folder.run(&["orders.jsonl", "--fault-rate", "0"])?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let refused = "order good-1: the id `good-1` belongs to an execution with another input: choose another id";
    assert!(ran.errors.contains(refused), "{ran:?}");
    assert_eq!(orders(&ran.text, "completed")?, 2);
    Ok(())
}

#[test]
fn a_world_of_other_products_is_refused() -> Result<()> {
    let folder = Folder::new()?;
    folder.balanced(&["--fault-rate", "0", "--concurrency", "64"])?;
    fs::write(folder.path().join("mugs.json"), r#"[{"sku":"MUG","name":"mug","price":100,"stock":3}]"#)?;
    let ran = folder.run(&["--products", "mugs.json"])?;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.errors.contains("it was stocked with other products"), "{ran:?}");
    Ok(())
}

#[test]
fn nothing_is_thrown_away_under_a_running_shop() -> Result<()> {
    let folder = Folder::new()?;
    let mut child = half_way(&folder, &[])?;
    let ran = folder.run(&["--fresh"])?;
    child.kill()?;
    child.wait()?;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.errors.contains("order-shop.db is in use by another process: stop that one first"), "{ran:?}");
    folder.balanced(&[])?;
    Ok(())
}

#[test]
fn what_is_no_shop_is_not_thrown_away() -> Result<()> {
    let folder = Folder::new()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("letter.txt"), "Dear Ada,")?;
    rusqlite::Connection::open(path("diary.db"))?.execute_batch("CREATE TABLE days (text TEXT)")?;
    for name in ["letter.txt", "diary.db"] {
        let ran = folder.run(&["--fresh", "--db", name])?;
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.errors.contains(&format!("{name} is no file of a shop, and is left alone")), "{ran:?}");
    }
    assert_eq!(fs::read_to_string(path("letter.txt"))?, "Dear Ada,");
    let diary = rusqlite::Connection::open(path("diary.db"))?;
    assert_eq!(diary.query_row("SELECT count(*) FROM days", [], |row| row.get::<_, u32>(0))?, 0);
    Ok(())
}

#[test]
fn half_a_shop_is_refused() -> Result<()> {
    let folder = Folder::new()?;
    let file = bad_lines();
    let arguments = [file.to_str().context("a path that is no text")?, "--fault-rate", "0"];
    for gone in ["order-shop.world.db", "order-shop.db"] {
        folder.balanced(&[&arguments[..], &["--fresh"]].concat())?;
        fs::remove_file(folder.path().join(gone))?;
        let ran = folder.run(&arguments)?;
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.errors.contains(gone) && ran.errors.contains("is gone"), "{ran:?}");
        assert!(ran.errors.contains("begin anew with `--fresh`"), "{ran:?}");
    }
    Ok(())
}
