//! What people write between the steps: clippy finds in it what it would find in a plain async function, and no more.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use wf::{step, workflow};

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// How many.
    pub count: u32,
    /// Of what price.
    pub cents: u64,
}

/// What was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Order {
    /// By whom.
    pub name: String,
    /// In which order.
    pub lines: Vec<Line>,
    /// Where to.
    pub address: Option<String>,
}

#[step(crate = wf)]
async fn text(text: String) -> Result<String> {
    Ok(text)
}

#[step(crate = wf)]
async fn number(number: u64) -> Result<u64> {
    Ok(number)
}

#[step(crate = wf)]
async fn done() -> Result<()> {
    Ok(())
}

fn total(lines: &[Line]) -> u64 {
    lines.iter().map(|line| u64::from(line.count) * line.cents).sum()
}

fn greeting(name: &str, address: Option<&str>) -> String {
    format!("{name} of {}", address.unwrap_or("nowhere"))
}

workflow! {
    /// Operators, borrows, calls, closures, patterns and macros.
    #[workflow(crate = wf)]
    pub async fn plain(order: Order, factor: u64, extra: Vec<u64>) -> Result<(String, u64)> {
        ensure!(!order.lines.is_empty(), "`{}` ordered nothing", order.name);
        let sum = total(&order.lines);
        let name = text(order.name).await?;
        let longer = name.clone() + &order.name;
        let same = name == longer || &name == "Ada";
        let hello = greeting(&name, order.address.as_deref());
        let paid = number(sum * factor).await?;
        let rest = paid - sum;
        let first = order.lines.first().copied().context("no line")?;
        let Line { count, cents } = first;
        let by_price: BTreeMap<u64, u32> = order.lines.iter().map(|line| (line.cents, line.count)).collect();
        let most = by_price.iter().max_by_key(|(_, count)| **count).map_or(0, |(cents, _)| *cents);
        let listed = {
            let of_one = |line: &Line| format!("{}x{} ", line.count, line.cents);
            order.lines.iter().map(of_one).collect::<Vec<_>>().concat()
        };
        let biggest = extra.iter().copied().filter(|it| *it > most).max().unwrap_or_default();
        let pair = (paid, -i64::from(count));
        let all = vec![paid, rest, cents, pair.0, biggest];
        let kept = all[0] + all[1..].iter().sum::<u64>();
        let found = matches!(order.address.as_deref(), Some("Ockham"));
        let other = Order { name, address: None, ..order };
        let changed = if same && !found { kept } else { kept / 2 };
        done().await?;
        #[name = "changed"]
        let kept = number(changed).await?;
        let short = other.name.len().min(longer.len());
        let here = if let Some(address) = &order.address { address.len() } else { 0 };
        let size = match other.lines.as_slice() {
            [] => 0,
            [only] => only.count,
            [first, .., last] => first.count + last.count,
        };
        if order.address.as_ref().is_some_and(|address| *address == hello) {
            done().await?;
        }
        Ok((
            format!("{hello}: {listed}{longer} {short} {here} {size} {pair:?} {changed:>4}"),
            kept,
        ))
    }
}

workflow! {
    /// Loops, conditions and branches over values of all kinds.
    #[workflow(crate = wf)]
    pub async fn branching(order: Order, names: BTreeMap<String, u64>) -> Result<u64> {
        let counts = for (index, line) in order.lines.iter().copied().enumerate() {
            number(line.cents + index as u64).await?
        };
        let named = parallel!(
            for (name, number) in names.clone() {
                text(format!("{name}={number}")).await?
            },
            at_most = 2,
        )
        .await?;
        let best = match (order.address, names.get("Ada").copied()) {
            (Some(address), Some(ada)) if address.len() as u64 > ada => number(ada).await?,
            (Some(_), _) => 1,
            (None, Some(ada)) => ada,
            (None, None) => {
                done().await?;
                0
            }
        };
        if let Some(first) = counts.first().copied() && first > 1 {
            number(first).await?;
        } else if named.is_empty() {
            done().await?;
        }
        let (left, right) = parallel!(number(best), number(best + 1)).await?;
        Ok(left + right + counts.iter().sum::<u64>() + named.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Order {
        let lines = vec![Line { count: 2, cents: 50 }, Line { count: 1, cents: 7 }];
        Order { name: "Ada".to_owned(), lines, address: Some("Ockham".to_owned()) }
    }

    #[tokio::test]
    async fn they_mean_what_they_say() -> Result<()> {
        let (said, number) = plain(order(), 3, vec![4, 60]).run(&()).await?;
        assert_eq!(said, "Ada of Ockham: 2x50 1x7 AdaAda 3 6 3 (321, -2)  483");
        assert_eq!(number, 483);
        let names = BTreeMap::from([("Ada".to_owned(), 3), ("Bob".to_owned(), 9)]);
        assert_eq!(branching(order(), names).run(&()).await?, 3 + 4 + 50 + 8 + 2);
        Ok(())
    }
}
