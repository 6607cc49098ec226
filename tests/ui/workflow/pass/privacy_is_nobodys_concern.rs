//! A public workflow may use private steps, and private steps private data, also inside functions.
#![deny(warnings)]

use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::{step, workflow};

#[derive(Clone, Serialize, Deserialize)]
struct Line {
    count: u64,
}

#[step]
async fn check(line: Line) -> Result<Line> {
    Ok(line)
}

#[step(compensate = give_back)]
pub async fn take(count: u64) -> Result<u64> {
    Ok(count)
}

#[step]
async fn give_back(_: u64) -> Result<()> {
    Ok(())
}

mod inside {
    use super::*;

    #[derive(Clone, Serialize, Deserialize)]
    pub(super) struct Parcel {
        pub(super) weight: u64,
    }

    #[step]
    pub(super) async fn weigh(parcel: Parcel) -> Result<u64> {
        Ok(parcel.weight)
    }
}

workflow! {
    async fn counted(line: Line) -> Result<u64> {
        let line = check(line).await?;
        take(line.count).await
    }
}

workflow! {
    pub async fn public(count: u64) -> Result<u64> {
        let count = counted(Line { count }).await?;
        inside::weigh(inside::Parcel { weight: count }).await
    }
}

fn main() {
    #[derive(Clone, Serialize, Deserialize)]
    struct Local;

    #[step]
    async fn local(_: Local) -> Result<u64> {
        Ok(1)
    }

    workflow! {
        async fn within() -> Result<u64> {
            local(Local).await
        }
    }
    let _ = (public(1), within());
}
