//! Steps that write down how often they run, and workflows of every kind of node.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use workflow_runtime::{Outcome, Services, StepContext, step, workflow};

/// The attempts of each key that began, in order.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) seed: u64,
    began: Mutex<BTreeMap<String, Vec<u32>>>,
    /// The events that the listener was given, in order of its first look at each, with the number of looks.
    heard: Mutex<Vec<(String, u64)>>,
}

impl Books {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, began: Mutex::default(), heard: Mutex::default() }
    }

    pub(crate) fn began(&self) -> BTreeMap<String, Vec<u32>> {
        self.began.lock().unwrap().clone()
    }

    /// What was heard, in order.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|(what, _)| what.clone()).collect()
    }

    /// The listener is given an event, and takes it or not, as chance has it.
    pub(crate) fn hear(&self, what: String) -> Result<()> {
        let mut heard = self.heard.lock().unwrap();
        let place = heard.iter().position(|(other, _)| *other == what).unwrap_or_else(|| {
            heard.push((what.clone(), 0));
            heard.len() - 1
        });
        heard[place].1 += 1;
        let mut hash = DefaultHasher::new();
        (self.seed, &what, heard[place].1).hash(&mut hash);
        if hash.finish() % 100 < 3 {
            bail!("bad luck with {what}");
        }
        Ok(())
    }

    /// An attempt: it takes a while, and fails or not, as chance has it for this key and attempt.
    async fn attempt(&self, ctx: &StepContext, failing: u64) -> Result<()> {
        let (key, attempt) = (ctx.idempotency_key(), ctx.attempt());
        self.began.lock().unwrap().entry(key.to_owned()).or_default().push(attempt);
        let mut hash = DefaultHasher::new();
        (self.seed, key, attempt, self.began.lock().unwrap()[key].len()).hash(&mut hash);
        let chance = hash.finish();
        match chance % 4 {
            0 => {}
            1 => tokio::task::yield_now().await,
            _ => tokio::time::sleep(Duration::from_micros(chance / 7 % 6000)).await,
        }
        if chance / 11 % 100 < failing {
            bail!("bad luck with {key}, attempt {attempt}");
        }
        Ok(())
    }
}

#[derive(Services, Clone)]
pub(crate) struct World {
    pub(crate) books: Arc<Books>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Go(pub(crate) u32);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Came {
    pub(crate) what: String,
}

#[step(compensate = unact)]
pub(crate) async fn act(what: u32, books: &Books, ctx: &StepContext) -> Result<u32> {
    books.attempt(ctx, 5).await?;
    ctx.emit(Came { what: ctx.step_key().to_owned() });
    Ok(what + 1)
}

#[step(retry(attempts = 3, backoff = "1ms..4ms"))]
pub(crate) async fn unact(_done: u32, books: &Books, ctx: &StepContext) -> Result<()> {
    books.attempt(ctx, 25).await
}

/// Retried, now in the same breath and now after a while, and in doubt when it takes too long.
#[step(compensate = untry, retry(attempts = 4, backoff = "1ms..900ms"), timeout = "4ms")]
pub(crate) async fn try_act(what: u32, books: &Books, ctx: &StepContext) -> Result<u32> {
    books.attempt(ctx, 20).await?;
    Ok(what + 1)
}

#[step]
pub(crate) async fn untry(_done: Outcome<u32>, books: &Books, ctx: &StepContext) -> Result<()> {
    books.attempt(ctx, 8).await
}

#[step(at_most_once, compensate = untry)]
pub(crate) async fn act_once(what: u32, books: &Books, ctx: &StepContext) -> Result<u32> {
    books.attempt(ctx, 3).await?;
    Ok(what + 1)
}

workflow! {
    pub(crate) async fn child(number: u32) -> Result<u32> {
        #[name = "first"]
        let first = act(number).await?;
        sleep!("2ms").await;
        #[name = "second"]
        try_act(first).await
    }
}

workflow! {
    /// Steps after each other and beside each other, a child, a loop.
    pub(crate) async fn busy(number: u32) -> Result<u32> {
        #[name = "a"]
        let a = act(number).await?;
        let (b, c) = parallel!(
            #[name = "b"] try_act(a),
            async {
                #[name = "c1"]
                let one = act(a).await?;
                sleep!("3ms").await;
                #[name = "c2"]
                act(one).await
            },
        ).await?;
        let d = child(b.max(c)).await?;
        let each = for item in vec![1, 2] {
            #[name = "item"]
            let done = act(item).await?;
            done
        };
        act_once(d + each.len() as u32).await
    }
}

workflow! {
    /// Waits so long that nobody holds it meanwhile.
    #[workflow(timeout = "3s")]
    pub(crate) async fn lazy(number: u32) -> Result<u32> {
        #[name = "a"]
        let a = act(number).await?;
        sleep!("550ms").await;
        let (b, go) = parallel!(
            #[name = "b"] try_act(a),
            async {
                let go = signal!(Go, timeout = "700ms").await;
                Ok(match go {
                    Ok(go) => go.0,
                    Err(_) => 0,
                })
            },
        ).await?;
        #[name = "c"]
        act_once(b + go).await
    }
}

workflow! {
    /// Over in no time.
    pub(crate) async fn quick(number: u32) -> Result<u32> {
        #[name = "only"]
        act(number).await
    }
}

#[step(pivot, retry(attempts = 2, backoff = "1ms..4ms"))]
pub(crate) async fn pay(what: u32, books: &Books, ctx: &StepContext) -> Result<u32> {
    books.attempt(ctx, 20).await?;
    Ok(what + 1)
}

#[step(retry(forever, backoff = "1ms..300ms"))]
pub(crate) async fn tell(what: u32, books: &Books, ctx: &StepContext) -> Result<u32> {
    books.attempt(ctx, 30).await?;
    Ok(what + 1)
}

workflow! {
    /// There is no way back once it is paid.
    pub(crate) async fn paid(number: u32) -> Result<u32> {
        #[name = "a"]
        let a = act(number).await?;
        let paid = pay(a).await?;
        sleep!("2ms").await;
        tell(paid).await
    }
}
