use anyhow::Result;
use serde::{Deserialize, Serialize};
use workflow_runtime::store::{MemoryStore, PayloadLimit, Store};
use workflow_runtime::testing::FaultStore;
use workflow_runtime::{step, workflow};

use crate::lab::{Lab, MINUTE, end};

#[derive(Clone, Serialize, Deserialize)]
pub struct Big {
    blob: String,
}

#[step]
pub async fn grow(size: usize) -> Result<Big> {
    Ok(Big { blob: "x".repeat(size) })
}

#[step]
pub async fn weigh(big: Big) -> Result<usize> {
    Ok(big.blob.len())
}

#[step]
pub async fn measure(blob: String, times: usize) -> Result<usize> {
    Ok(blob.len() * times)
}

workflow! {
    pub async fn ten(size: usize) -> Result<usize> {
        let big = grow(size).await?;
        let one = weigh(big).await?;
        let two = measure(big.blob, 2).await?;
        #[name = "e1"] end().await?;
        #[name = "e2"] end().await?;
        #[name = "e3"] end().await?;
        #[name = "e4"] end().await?;
        #[name = "e5"] end().await?;
        #[name = "e6"] end().await?;
        #[name = "e7"] end().await?;
        Ok(one + two)
    }
}

/// The first write makes the execution and begins its first step; each write after that ends a step, and begins the next.
#[tokio::test]
async fn ten_steps_are_eleven_writes() {
    let store = FaultStore::new(MemoryStore::new());
    let lab = Lab::on(store.clone());
    let engine = lab.builder().workflow::<ten>().start().await.unwrap();
    let before = store.writes();
    lab.until(MINUTE, engine.run(ten(3).id("t"))).await.unwrap();
    assert_eq!(store.writes() - before, 11);
}

/// The inputs that are clones of it are recorded as places, and a resumed execution reads them there.
#[tokio::test]
async fn a_big_value_is_written_once() {
    let lab = Lab::new();
    let engine = lab.builder().workflow::<ten>().start().await.unwrap();
    let size = 1 << 20;
    assert_eq!(lab.until(MINUTE, engine.run(ten(size).id("t"))).await.unwrap(), 3 * size);
    let journal = lab.store.history("t", 1).await.unwrap();
    let bytes: usize = journal.iter().map(|event| event.data.len()).sum();
    assert!(bytes > size && bytes < size + 10_000, "{bytes}");
}

/// Stops before the write that acknowledges a step with a big input, which is then read from its place.
#[tokio::test]
async fn a_big_input_is_found_again() {
    let store = FaultStore::new(MemoryStore::new());
    let lab = Lab::on(store.clone());
    store.inject(workflow_runtime::testing::Fault::StopBefore(4));
    let engine = lab.builder().workflow::<ten>().start().await.unwrap();
    engine.start(ten(1000).id("t")).await.unwrap();
    lab.until(MINUTE, store.stopped()).await;
    let next = lab.with(store.inner().clone());
    let journal = next.store.history("t", 1).await.unwrap();
    assert!(journal.iter().any(|event| event.data.contains("\"place\"")), "{journal:?}");
    let engine = next.builder().workflow::<ten>().start().await.unwrap();
    let run = engine.execution::<ten>("t").await.unwrap();
    assert_eq!(next.until(MINUTE, run.result()).await.unwrap(), 3000);
}

/// What is too big to be recorded is no changed definition: it says what to do, and once that is done it goes on.
#[tokio::test]
async fn what_is_too_big_parks_and_says_so() {
    let lab = Lab::on(MemoryStore::new().payload_limit(PayloadLimit::bytes(1_000)));
    let engine = lab.builder().workflow::<ten>().start().await.unwrap();
    let told = lab.until(MINUTE, engine.run(ten(2_000).id("t"))).await.unwrap_err().to_string();
    let what = "the execution `t` is parked: what `grow` of execution `t` records has 2035 bytes and the store takes 1000: \
                keep big data elsewhere and pass its address, or raise the store's payload limit";
    assert_eq!(told, what);
    let asked_later = engine.execution::<ten>("t").await.unwrap().result().await.unwrap_err();
    assert_eq!(asked_later.to_string(), what);
    engine.shutdown().await.unwrap();
    let lab = lab.with(lab.store.clone().payload_limit(PayloadLimit::bytes(10_000)));
    let engine = lab.builder().workflow::<ten>().start().await.unwrap();
    let run = engine.execution::<ten>("t").await.unwrap();
    assert_eq!(lab.until(MINUTE, run.result()).await.unwrap(), 6_000);
}
