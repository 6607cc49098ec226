//! Bindings can be used any number of times; reading borrows, moving clones.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::{Result, anyhow, bail, ensure};
use steps::*;
use workflow_runtime::workflow;

#[derive(Clone, serde::Serialize, serde::Deserialize, Debug, PartialEq)]
pub struct Summary {
    order: Order,
    lines: Vec<Line>,
    first: Line,
    range: std::ops::Range<u64>,
    texts: [String; 2],
    pair: (String, u64),
    same: bool,
}

workflow! {
    pub async fn summarise(order: Order) -> Result<Summary> {
        let lines = order.lines;
        let first = lines[0].clone();
        let n = 0_usize;
        let second = order.lines[n + 1].sku.clone();
        let text = order.lines[0].sku + &second;
        let same = order.lines == lines && !order.lines.is_empty() && order.lines[0] == first;
        let longest = lines.iter().map(|line| line.sku.len()).max().unwrap_or(0) as u64;
        ensure!(longest > 0 && order.total > longest, "{} of {:?} is too little", order.total, order.id);
        if longest > order.total {
            bail!(anyhow!("{longest} is too long").context(text));
        }
        let cents = charge(order.id, -(-(order.total as i64)) as u64).await?;
        let many = vec![text; 2];
        let third = vec![many, vec![second.to_uppercase(), cents]].concat();
        assert_eq!(third.len(), 4, "{third:?}");
        let is_ship = matches!(order.delivery, Delivery::Ship { .. });
        let express = matches!(order.delivery, Delivery::Ship { express, .. } if express);
        let picked = match order.coupon {
            Some(coupon) if coupon.len() > 2 => coupon,
            _ => String::new(),
        };
        let texts = [third[0].clone(), picked];
        let more = if same { 1 } else { 2 } + order.id;
        let most = match order.coupon {
            Some(coupon) => coupon.len() as u64,
            None => 0,
        }
        .max(more) as usize
            + texts.len();
        let pair = dbg!((texts[1].clone(), longest));
        assert_eq!(most, 8 + 2);
        Ok(Summary { order, lines, first, range: order.id..order.total, texts, pair, same: same && is_ship && express })
    }
}

workflow! {
    pub async fn words(text: String) -> Result<u64> {
        let parts: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let joined = text.split(' ').collect::<String>();
        let head = parts[..1].to_owned();
        if head.len() > 1 {
            todo!("several at once");
        }
        if joined.is_empty() {
            notify(joined).await?;
            todo!();
        }
        Ok((joined.len() + head.len()) as u64)
    }
}

fn main() {
    assert_eq!(block_on(words("two words".to_owned()).run(&())).unwrap(), 9);
    let summary = block_on(summarise(order()).run(&App::default())).unwrap();
    assert_eq!(summary.lines, summary.order.lines);
    assert_eq!(summary.range, 7..30);
    assert_eq!(summary.texts, ["penink".to_owned(), "TEN".to_owned()]);
    assert!(summary.same);
}
