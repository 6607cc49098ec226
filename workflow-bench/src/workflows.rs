//! The workflows, as a user writes them.

use anyhow::Result;
use workflow_runtime::workflow;

use crate::steps::{Parcel, collect, lose, pack, pack_slowly, wait_at_gate};

workflow! {
    /// Three steps that return at once.
    pub async fn three(parcel: Parcel) -> Result<Parcel> {
        #[name = "step-1"]
        let parcel = pack(parcel).await?;
        #[name = "step-2"]
        let parcel = pack(parcel).await?;
        #[name = "step-3"]
        let parcel = pack(parcel).await?;
        Ok(parcel)
    }
}

workflow! {
    /// Ten steps that return at once.
    pub async fn ten(parcel: Parcel) -> Result<Parcel> {
        #[name = "step-1"]
        let parcel = pack(parcel).await?;
        #[name = "step-2"]
        let parcel = pack(parcel).await?;
        #[name = "step-3"]
        let parcel = pack(parcel).await?;
        #[name = "step-4"]
        let parcel = pack(parcel).await?;
        #[name = "step-5"]
        let parcel = pack(parcel).await?;
        #[name = "step-6"]
        let parcel = pack(parcel).await?;
        #[name = "step-7"]
        let parcel = pack(parcel).await?;
        #[name = "step-8"]
        let parcel = pack(parcel).await?;
        #[name = "step-9"]
        let parcel = pack(parcel).await?;
        #[name = "step-10"]
        let parcel = pack(parcel).await?;
        Ok(parcel)
    }
}

workflow! {
    /// Three steps that yield once.
    pub async fn three_yielding(parcel: Parcel) -> Result<Parcel> {
        #[name = "step-1"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-2"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-3"]
        let parcel = pack_slowly(parcel).await?;
        Ok(parcel)
    }
}

workflow! {
    /// Ten steps that yield once.
    pub async fn ten_yielding(parcel: Parcel) -> Result<Parcel> {
        #[name = "step-1"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-2"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-3"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-4"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-5"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-6"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-7"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-8"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-9"]
        let parcel = pack_slowly(parcel).await?;
        #[name = "step-10"]
        let parcel = pack_slowly(parcel).await?;
        Ok(parcel)
    }
}

workflow! {
    /// Nine steps that work, and one that fails.
    pub async fn rolled_back(parcel: Parcel) -> Result<Parcel> {
        #[name = "step-1"]
        let parcel = pack(parcel).await?;
        #[name = "step-2"]
        let parcel = pack(parcel).await?;
        #[name = "step-3"]
        let parcel = pack(parcel).await?;
        #[name = "step-4"]
        let parcel = pack(parcel).await?;
        #[name = "step-5"]
        let parcel = pack(parcel).await?;
        #[name = "step-6"]
        let parcel = pack(parcel).await?;
        #[name = "step-7"]
        let parcel = pack(parcel).await?;
        #[name = "step-8"]
        let parcel = pack(parcel).await?;
        #[name = "step-9"]
        let parcel = pack(parcel).await?;
        let parcel = lose(parcel).await?;
        Ok(parcel)
    }
}

workflow! {
    /// One step, ten beside each other, one step.
    pub async fn fan(parcel: Parcel) -> Result<Parcel> {
        let parcel = pack(parcel).await?;
        let (a, b, c, d, e, f, g, h, i, j) = parallel!(
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
            pack(parcel),
        ).await?;
        let parcel = collect(vec![a, b, c, d, e, f, g, h, i, j]).await?;
        Ok(parcel)
    }
}

workflow! {
    /// One step that waits at the gate.
    pub async fn waiting(id: u64) -> Result<u64> {
        let id = wait_at_gate(id).await?;
        Ok(id)
    }
}

workflow! {
    /// Ten steps beside each other that wait at the gate.
    pub async fn ten_waiting(id: u64) -> Result<u64> {
        let (a, b, c, d, e, f, g, h, i, j) = parallel!(
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
        ).await?;
        Ok(a + b + c + d + e + f + g + h + i + j)
    }
}

workflow! {
    /// The same with ten more values that it has while the steps wait.
    pub async fn ten_waiting_with_values(id: u64) -> Result<u64> {
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let id = id + 1;
        let (a, b, c, d, e, f, g, h, i, j) = parallel!(
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
        ).await?;
        Ok(a + b + c + d + e + f + g + h + i + j)
    }
}

workflow! {
    /// The same with ten more values that it has when the steps have ended.
    pub async fn ten_waiting_for_values(id: u64) -> Result<u64> {
        let (a, b, c, d, e, f, g, h, i, j) = parallel!(
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
            wait_at_gate(id),
        ).await?;
        let a = a + 1;
        let b = b + 1;
        let c = c + 1;
        let d = d + 1;
        let e = e + 1;
        let f = f + 1;
        let g = g + 1;
        let h = h + 1;
        let i = i + 1;
        let j = j + 1;
        Ok(a + b + c + d + e + f + g + h + i + j)
    }
}
