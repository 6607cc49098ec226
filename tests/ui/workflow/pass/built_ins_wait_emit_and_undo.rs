//! `sleep!`, `signal!`, `emit!`, `undo!`.
#![deny(warnings)]

#[path = "../steps.rs"]
mod steps;
use anyhow::Result;
use steps::*;
use workflow_runtime::workflow;

workflow! {
    pub async fn undoing(order: Order) -> Result<u32> {
        let count = reserve(order.lines).await?;
        #[name = "nap"]
        sleep!("1ms").await;
        sleep!(std::time::Duration::from_millis(order.id)).await;
        emit!(OrderPlaced { id: order.id });
        undo!(reserve).await?;
        let undone = undo!(reserve_one, count).await;
        assert!(undone.is_ok());
        #[name = "second"]
        let again = reserve(order.lines).await?;
        undo!(second).await?;
        Ok(again)
    }
}

workflow! {
    pub async fn approved(order: Order) -> Result<String> {
        let approval = signal!(Approval).await?;
        let late = #[name = "late"] signal!(Approval, timeout = "1ms").await;
        let by = match late {
            Ok(late) => late.by,
            Err(_) => approval.by,
        };
        notify(by).await?;
        Ok(format!("{by} {}", order.id))
    }
}

fn main() {
    assert_eq!(block_on(undoing(order()).run(&App::default())).unwrap(), 3);
    let _ = approved::graph();
}
