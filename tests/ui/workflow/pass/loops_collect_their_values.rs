//! `for`, and `parallel!(for ..)` with and without `at_most`.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

const MOST: usize = 3;

workflow! {
    pub async fn batch(order: Order) -> Result<(Vec<u32>, Vec<u64>, Vec<String>)> {
        let counts = for line in order.lines {
            reserve_one(line).await?
        };
        for Line { sku, count } in order.lines {
            notify(format!("{count} {sku}")).await?;
        }
        let doubled = parallel!(for n in 1..=order.id {
            double(n + order.total).await?
        }, at_most = MOST).await?;
        let handled = parallel!(for (index, line) in order.lines.iter().cloned().enumerate() {
            let name = name_of(index as u64).await;
            let text = name.clone().unwrap_or_default();
            format!("{text} {}", line.sku)
        }).await;
        let names = handled.clone().unwrap_or_default();
        let more = for n in [1_u64, 2] {
            for m in [10_u64, 20] {
                double(n * m).await?
            }
        };
        assert_eq!(more, vec![vec![20, 40], vec![40, 80]]);
        Ok((counts, doubled, names))
    }
}

fn main() {
    let (counts, doubled, names) = block_on(batch(order()).run(&App::default())).unwrap();
    assert_eq!(counts, [2, 1]);
    assert_eq!(doubled, [62, 64, 66, 68, 70, 72, 74]);
    assert_eq!(names, ["customer 0 pen", "customer 1 ink"]);
}
