//! `if`, `else if`, `if let`, `match`, as statements and values, nested.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn choose(order: Order) -> Result<(u64, String, u64)> {
        if order.total > 10 {
            notify("big".to_owned()).await?;
        }
        if order.total > 1_000 {
            notify("huge".to_owned()).await?;
        } else if let Some(coupon) = order.coupon
            && coupon.starts_with('T')
        {
            notify(coupon).await?;
        } else {
            notify("none".to_owned()).await?;
        }
        let discount = if let Some(coupon) = &order.coupon { coupon.len() as u64 } else { 0 };
        let place = match order.delivery {
            Delivery::Ship { city, express } if express => {
                let id = double(order.id).await?;
                format!("{city} {id}")
            }
            Delivery::Ship { city, .. } => city,
            Delivery::PickUp(0) | Delivery::PickUp(1) => "front".to_owned(),
            Delivery::PickUp(shop) => {
                if shop > 5 {
                    name_of(u64::from(shop)).await?
                } else {
                    "shop".to_owned()
                }
            }
            Delivery::Digital => "nowhere".to_owned(),
        };
        let total = if order.lines.is_empty() {
            0
        } else if double(order.total).await? > 50 {
            #[name = "first"]
            double(order.total).await?
        } else {
            order.total
        };
        match total {
            0 => emit!(OrderPlaced { id: 0 }),
            _ => emit!(OrderPlaced { id: order.id }),
        }
        Ok((total, place, discount))
    }
}

workflow! {
    pub async fn tail(order: Order) -> Result<u64> {
        match charge(order.id, order.total).await {
            Ok(receipt) if receipt.is_empty() => Ok(0),
            Ok(_) => double(order.id).await,
            Err(error) => Err(error)?,
        }
    }
}

fn main() {
    let app = App::default();
    assert_eq!(block_on(choose(order()).run(&app)).unwrap(), (60, "Oslo 14".to_owned(), 3));
    let pick_up = Order { delivery: Delivery::PickUp(9), coupon: None, total: 5, ..order() };
    assert_eq!(block_on(choose(pick_up).run(&app)).unwrap(), (5, "customer 9".to_owned(), 0));
    assert_eq!(block_on(tail(order()).run(&app)).unwrap(), 14);
    let free = Order { total: 0, ..order() };
    assert!(block_on(tail(free).run(&app)).unwrap_err().to_string().contains("nothing to charge"));
}
