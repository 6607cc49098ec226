//! The functions that a pure expression may call: rustc infers what it infers outside of a workflow.
use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};
use workflow_runtime::{step, workflow};

mod prices {
    pub fn gross(net: u64) -> u64 {
        net + net / 5
    }
    pub mod table {
        pub fn empty<K, V>() -> std::collections::BTreeMap<K, V> {
            std::collections::BTreeMap::new()
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(non_camel_case_types)]
struct cents(u64);

#[step]
async fn pay(amount: u64) -> Result<u64> {
    Ok(amount)
}

#[step]
async fn load<T: workflow_runtime::Data + Default>(id: u64) -> Result<T> {
    let _ = id;
    Ok(T::default())
}

static ROUND: fn(u64) -> u64 = |amount| amount / 10 * 10;
#[allow(non_upper_case_globals)]
static round: fn(u64) -> u64 = ROUND;

fn nothing() {}
fn first<'t>(text: &'t str, other: &str) -> &'t str {
    if text.is_empty() { "" } else { &text[..other.len().min(text.len())] }
}
fn each<T, U>(items: &[T], change: impl Fn(&T) -> U) -> Vec<U> {
    items.iter().map(change).collect()
}
fn made<T: Default>(_count: u8) -> T {
    T::default()
}
fn folded(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
fn odd(items: &[u64]) -> impl Iterator<Item = u64> + '_ {
    items.iter().copied().filter(|item| item % 2 == 1)
}
fn checked(amount: u64) -> Result<u64> {
    ensure!(amount > 0, "nothing");
    Ok(amount)
}
fn refused(reason: &str) -> ! {
    panic!("{reason}")
}
fn boxed(change: Box<dyn Fn(u64) -> u64>) -> u64 {
    change(1)
}
fn applied(change: fn(u64) -> u64, amount: u64) -> u64 {
    change(amount)
}
const fn padded<const N: usize>(value: u8) -> [u8; N] {
    [value; N]
}
extern "C" fn foreign(amount: u64) -> u64 {
    amount
}
fn eight(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> u8 {
    a + b + c + d + e + f + g + h
}
#[expect(clippy::too_many_arguments)]
fn nine(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8) -> u8 {
    a + b + c + d + e + f + g + h + i
}

workflow! {
    async fn calls(amount: u64, name: String) -> Result<String> {
        nothing();
        let gross = prices::gross(amount);
        let table = prices::table::empty();
        let names: BTreeMap<u64, String> = table;
        let paid = pay(round(gross)).await?;
        let start = first(&name, "ab").to_owned();
        let lengths = each(&[1_u64, 2, 3], |item| item + paid);
        let default = made(3);
        let sum: u64 = lengths.iter().sum::<u64>() + prices::gross(default);
        let kept = checked(sum)?;
        let wrapped = cents(kept);
        let odds: Vec<u64> = odd(&lengths).collect();
        let text = folded(&name).into_owned();
        if amount > 1_000_000 {
            refused("too much")
        }
        let small = std::cmp::min(applied(|x| x + 1, amount), boxed(Box::new(move |x| x + 1)));
        let bytes = padded::<4>(7);
        let small = (foreign)(small);
        let twice = {
            fn inner(x: u64) -> u64 { x * 2 }
            let change = |x| inner(x);
            change(small) + change(1)
        };
        let many = eight(1, 1, 1, 1, 1, 1, 1, 1) + nine(1, 1, 1, 1, 1, 1, 1, 1, 1);
        let old = std::mem::size_of::<u64>() + std::convert::identity(bytes.len());
        Ok(format!("{paid} {start} {wrapped:?} {odds:?} {text} {twice} {many} {old} {}", names.len() + each(&odds, |x| *x).len()))
    }
}

trait Entity: workflow_runtime::Data + Default {}
impl Entity for u64 {}

fn copied<T: Clone>(value: &T) -> T {
    value.clone()
}

workflow! {
    async fn generic<T: Entity>(id: u64) -> Result<T> {
        let value = load::<T>(id).await?;
        let other = copied(&value);
        Ok(other)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let text = calls(100, "abc".to_owned()).run(&()).await.unwrap();
    assert_eq!(text, "120 ab cents(366) [121, 123] abc 6 17 12 2");
    assert_eq!(generic::<u64>(1).run(&()).await.unwrap(), 0);
}
