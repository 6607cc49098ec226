//! `parallel!` of calls, `async` blocks, conditions, built-ins and groups.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn side_by_side(order: Order) -> Result<(u64, String)> {
        let (left, right) = parallel!(
            #[name = "left"] double(order.id),
            double(#[name = "inner"] double(order.total).await?),
        ).await?;
        let (longer, wrapped, answered, (), (a, _)) = parallel!(
            async {
                let once = #[name = "once"] double(left).await?;
                #[name = "twice"]
                double(once).await
            },
            if order.total > 10 { Some(name_of(left).await?) } else { None },
            match order.coupon {
                Some(coupon) => { notify(coupon).await?; Ok(1_u64) }
                None => double(0).await,
            },
            sleep!("1ms"),
            parallel!(name_of(1), #[name = "other"] name_of(2)),
        ).await?;
        let both = parallel!(double(1), #[name = "second"] double(2)).await?;
        let failed = parallel!(double(1), fails("no".to_owned())).await;
        let text = match failed {
            Ok((one, two)) => format!("{one} {two}"),
            Err(error) => error.to_string(),
        };
        Ok((longer + right + answered + both.0 + both.1, format!("{wrapped:?} {a} {text}")))
    }
}

fn main() {
    let (sum, text) = block_on(side_by_side(order()).run(&App::default())).unwrap();
    assert_eq!(sum, 56 + 120 + 1 + 2 + 4);
    assert!(text.starts_with("Some(\"customer 14\") customer 1 "), "{text}");
}
