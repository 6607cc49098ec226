//! What is wrong with a step is told at its signature, and not where a workflow awaits it.
use workflow_runtime::{StepError, step, workflow};

#[step]
pub async fn weigh(parcel: u64) -> Result<u64, String> {
    if parcel == 0 { Err("nothing to weigh".to_owned()) } else { Ok(parcel) }
}

workflow! {
    pub async fn ship(parcels: Vec<u64>) -> Result<Vec<u64>, StepError> {
        let weights = parallel!(for parcel in parcels { weigh(parcel).await? }).await?;
        Ok(weights)
    }
}

pub async fn run() -> Result<Vec<u64>, workflow_runtime::WorkflowError> {
    ship(vec![1]).run(&()).await
}

fn main() {}
