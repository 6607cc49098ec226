//! What values nodes see.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{Services, StepContext, step, workflow};

use crate::host::{Host, on_every_host};
use crate::support::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Item {
    sku: String,
    n: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Cart {
    items: Vec<Item>,
    owner: Option<String>,
}

fn cart() -> Cart {
    let item = |sku: &str, n| Item { sku: sku.to_owned(), n };
    Cart { items: vec![item("bolt", 2), item("nut", 3)], owner: None }
}

#[step]
async fn look(sku: String, pair: (u32, Option<String>), item: Item, text: String) -> Result<String> {
    Ok(format!("{sku} {pair:?} {} {} {text}", item.sku, item.n))
}

workflow! {
    async fn nested_arguments(cart: Cart) -> Result<String> {
        let suffix = bare("s".to_owned()).await?;
        look(
            cart.items[1].sku,
            (cart.items[0].n, cart.owner),
            Item { sku: cart.items[0].sku, n: cart.items[0].n + cart.items[1].n },
            format!("{} of {suffix}", cart.items.len()),
        ).await
    }
}

// Case 5.
async fn nested_values_are_resolved_exactly(host: Host) {
    let result = host.run(nested_arguments(cart()), &App::default()).await.unwrap();
    assert_eq!(result, "nut (2, None) bolt 5 2 of bare(s)");
}

#[step(compensate = ruin)]
async fn scramble(mut cart: Cart) -> Result<Cart> {
    cart.items.clear();
    cart.owner = Some("thief".to_owned());
    Ok(cart)
}

#[step]
async fn ruin(mut cart: Cart, log: &Log) -> Result<()> {
    log.add(format!("ruin {cart:?}"));
    cart.owner = None;
    Ok(())
}

workflow! {
    async fn mutations(cart: Cart) -> Result<(Cart, Cart)> {
        let scrambled = scramble(cart).await?;
        undo!(scramble).await?;
        Ok((cart, scrambled))
    }
}

// Case 6.
async fn what_a_step_does_to_its_input_nobody_else_sees(host: Host) {
    let app = App::default();
    let (before, after) = host.run(mutations(cart()), &app).await.unwrap();
    assert_eq!(before, cart());
    assert_eq!(after, Cart { items: Vec::new(), owner: Some("thief".to_owned()) });
    assert_eq!(app.lines(), lines([r#"ruin Cart { items: [], owner: Some("thief") }"#]));
}

workflow! {
    async fn gives_unit(x: String) -> Result<()> {
        bare(x).await?;
        Ok(())
    }
}

workflow! {
    async fn gives_a_tuple(x: String) -> Result<(String, u32)> {
        let y = bare(x).await?;
        Ok((y, 7))
    }
}

workflow! {
    async fn gives_an_array(x: String) -> Result<[String; 2]> {
        let y = bare(x).await?;
        Ok([x, y])
    }
}

workflow! {
    async fn gives_a_struct(x: String) -> Result<Cart> {
        let y = bare(x).await?;
        Ok(Cart { items: vec![Item { sku: y, n: 1 }], owner: Some(x) })
    }
}

workflow! {
    async fn gives_an_option(take: bool) -> Result<Option<String>> {
        let value = if take { Some(bare("y".to_owned()).await?) } else { None };
        Ok(value)
    }
}

// Case 7.
async fn a_workflow_returns_a_value_of_any_shape(host: Host) {
    let app = App::default();
    host.run(gives_unit(x()), &app).await.unwrap();
    assert_eq!(host.run(gives_a_tuple(x()), &app).await.unwrap(), ("bare(x)".to_owned(), 7));
    assert_eq!(host.run(gives_an_array(x()), &app).await.unwrap(), ["x", "bare(x)"]);
    let item = Item { sku: "bare(x)".to_owned(), n: 1 };
    assert_eq!(host.run(gives_a_struct(x()), &app).await.unwrap(), Cart { items: vec![item], owner: Some(x()) });
    assert_eq!(host.run(gives_an_option(true), &app).await.unwrap(), Some("bare(y)".to_owned()));
    assert_eq!(host.run(gives_an_option(false), &app).await.unwrap(), None);
}

#[step]
async fn whoami(ctx: &StepContext) -> Result<(String, String)> {
    ctx.emit(Item { sku: ctx.node_path().to_owned(), n: 0 });
    Ok((ctx.execution_id().to_owned(), ctx.idempotency_key().to_owned()))
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    id: String,
    key: String,
}

workflow! {
    async fn inner() -> Result<Seen> {
        let (id, key) = whoami().await?;
        Ok(Seen { id, key })
    }
}

workflow! {
    async fn outer() -> Result<(String, String, String)> {
        let (id, _) = whoami().await?;
        let child = inner().await?;
        Ok((id, child.id, child.key))
    }
}

// Case 8.
async fn a_child_shares_the_id_and_the_events_of_its_parent(host: Host) {
    let result = host.run(outer().id("order-7"), &App::default()).await.unwrap();
    let expected = ("order-7".to_owned(), "order-7".to_owned(), "order-7/inner/whoami".to_owned());
    assert_eq!(result, expected);
    assert_eq!(host.released(), [r#"{"sku":"whoami","n":0}"#, r#"{"sku":"inner/whoami","n":0}"#]);
}

#[derive(Debug, Default)]
struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Debug, Clone, Default, Services)]
struct Measured {
    gauge: Arc<Gauge>,
}

#[step]
async fn double(n: u64, gauge: &Gauge) -> Result<u64> {
    let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
    gauge.most.fetch_max(now, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(1000 - n % 7 * 100)).await;
    gauge.now.fetch_sub(1, Ordering::SeqCst);
    Ok(n * 2)
}

workflow! {
    async fn one_by_one(count: u64) -> Result<Vec<u64>> {
        let doubled = for n in 0..count {
            double(n).await?
        };
        Ok(doubled)
    }
}

workflow! {
    async fn eight_at_a_time(count: u64) -> Result<Vec<u64>> {
        let doubled = parallel!(for n in 0..count { double(n).await? }, at_most = 8).await?;
        Ok(doubled)
    }
}

// Case 9.
async fn loops_keep_the_order_of_their_items(host: Host) {
    for count in [0, 1, 1000] {
        let expected: Vec<u64> = (0..count).map(|n| n * 2).collect();
        let app = Measured::default();
        assert_eq!(host.run(one_by_one(count), &app).await.unwrap(), expected);
        assert_eq!(app.gauge.most.load(Ordering::SeqCst), 1.min(count as usize));
        let app = Measured::default();
        assert_eq!(host.run(eight_at_a_time(count), &app).await.unwrap(), expected);
        assert_eq!(app.gauge.most.load(Ordering::SeqCst), 8.min(count as usize));
    }
}

static COPIES: AtomicUsize = AtomicUsize::new(0);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ticket(u32);

impl Clone for Ticket {
    fn clone(&self) -> Self {
        COPIES.fetch_add(1, Ordering::Relaxed);
        Self(self.0)
    }
}

#[step(compensate = revoke)]
async fn issue(number: u32) -> Result<Ticket> {
    Ok(Ticket(number))
}

#[step]
async fn revoke(ticket: Ticket) -> Result<()> {
    let Ticket(_number) = ticket;
    Ok(())
}

workflow! {
    async fn admit(number: u32) -> Result<Ticket> {
        let ticket = issue(number).await?;
        Ok(ticket)
    }
}

#[tokio::test]
async fn a_result_that_a_step_gave_is_no_copy() {
    assert_eq!(admit(7).run(&()).await.unwrap(), Ticket(7));
    assert_eq!(COPIES.load(Ordering::Relaxed), 0);
}

on_every_host![
    nested_values_are_resolved_exactly,
    what_a_step_does_to_its_input_nobody_else_sees,
    a_workflow_returns_a_value_of_any_shape,
    a_child_shares_the_id_and_the_events_of_its_parent,
    loops_keep_the_order_of_their_items,
];
