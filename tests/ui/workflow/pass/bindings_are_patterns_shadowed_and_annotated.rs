//! Patterns, shadowing, annotations; types flow from a later use.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn place(order: Order, (first, second): (u64, u64), _unused: bool) -> Result<(u64, String, Vec<u64>)> {
        let Order { id, lines, total, .. } = validate(order).await?;
        let id = id + first;
        let total: u64 = double(total).await?;
        let (count, [sku, ..]) = (lines.len(), ["a".to_owned(), "b".to_owned()]);
        let counts = lines.iter().map(|line| u64::from(line.count)).collect();
        let doubled: Vec<u64> = twice(counts);
        let whole @ (left, _) = (id, total);
        let _ = notify(format!("{sku} {count} {left} {whole:?} {second}")).await?;
        #[name = "last"]
        let _ignored = notify(sku).await?;
        Ok((whole.0 + whole.1, format!("{count:>0$}", second as usize), doubled))
    }
}

fn twice(values: Vec<u64>) -> Vec<u64> {
    values.into_iter().map(|value| value * 2).collect()
}

fn main() {
    let app = App::default();
    let result = block_on(place(order(), (1, 2), true).run(&app)).unwrap();
    assert_eq!(result, (68, " 2".to_owned(), vec![4, 2]));
}
