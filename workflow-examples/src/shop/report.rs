//! What a person sees in the end: the table of outcomes, one rolled-back order, and the books.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};
use workflow_runtime::{Status, WorkflowError};

use super::books::Books;
use super::day::{Day, Finished};
use super::services::ServiceError;
use super::tree;
use super::workflow::place_order;

/// Orders by outcome, with how often something was tried again and how long they took.
#[must_use]
pub fn outcomes(day: &Day) -> String {
    let mut groups: BTreeMap<(u8, String), Vec<&Finished>> = BTreeMap::new();
    for order in &day.finished {
        groups.entry(outcome(&order.result)).or_default().push(order);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|((rank, _), orders)| (*rank, Reverse(orders.len())));
    let mut table = table(["outcome", "orders", "retries", "median", "slowest"]);
    for ((_, label), orders) in &groups {
        table.add_row(row(label, orders));
    }
    table.add_row(row("all orders", &day.finished.iter().collect::<Vec<_>>()));
    numbers_right(&mut table);
    format!("{table}\n")
}

fn row(label: &str, orders: &[&Finished]) -> [String; 5] {
    let retries: u32 = orders.iter().map(|order| order.history.retries).sum();
    let mut times: Vec<Duration> = orders.iter().map(|order| order.took).collect();
    times.sort_unstable();
    let time = |index: usize| times.get(index).map(|took| format!("{} ms", took.as_millis())).unwrap_or_default();
    let (middle, last) = (times.len() / 2, times.len().saturating_sub(1));
    [label.to_owned(), orders.len().to_string(), retries.to_string(), time(middle), time(last)]
}

fn outcome<T>(result: &Result<T, WorkflowError>) -> (u8, String) {
    match result {
        Ok(_) => (0, "completed".to_owned()),
        Err(error) if error.status() == Status::Failed => (2, format!("FAILED, a person must look: {}", cause(error))),
        Err(error) => (1, format!("rolled back: {}", cause(error))),
    }
}

/// Why an order was rolled back, in a few words. What the store has kept of an error is its text.
fn cause(error: &WorkflowError) -> &'static str {
    match error.error().map(|error| ServiceError::cause(&format!("{error:#}"))) {
        Some(cause) => cause,
        None if error.timed_out_at().is_some() => "the order took too long",
        None if error.is_cancelled() => "cancelled",
        None => "undone",
    }
}

/// The order that had the most to undo, step by step; `None` if every order completed.
#[must_use]
pub fn rolled_back(day: &Day) -> Option<String> {
    let failed = day.finished.iter().filter_map(|order| Some((order, order.result.as_ref().err()?)));
    let (order, error) = failed.max_by_key(|(order, error)| (error.undone().len(), Reverse(order.order.as_str())))?;
    let mut text = format!("{error}\n\n{} {}\n", error.workflow(), error.execution_id());
    text.push_str(&tree::of(&place_order::graph(), &order.history, false));
    Some(text)
}

/// The books, comparison by comparison.
#[must_use]
pub fn books(books: &Books) -> String {
    let mut table = table(["the books", "by the receipts", "by the services", ""]);
    for entry in &books.entries {
        let mark = if entry.balances() { "ok" } else { "WRONG" };
        table.add_row([entry.what.as_str(), &entry.expected, &entry.found, mark]);
    }
    numbers_right(&mut table);
    let verdict = if books.balance() { "The books balance." } else { "THE BOOKS DO NOT BALANCE." };
    let absorbed = match books.absorbed {
        0 => String::new(),
        1 => "One call came again under an idempotency key that had been used, and did nothing.\n".to_owned(),
        more => format!("{more} calls came again under an idempotency key that had been used, and did nothing.\n"),
    };
    format!("{table}\n{absorbed}{verdict}\n")
}

pub(crate) fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(header);
    table
}

fn numbers_right(table: &mut Table) {
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}
