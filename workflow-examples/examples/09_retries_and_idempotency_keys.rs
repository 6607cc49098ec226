//! A step that fails is tried again as its policy says. All attempts share one idempotency key, so a service can tell
//! a retry from a second request.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use workflow_runtime::{Outcome, Permanent, Services, StepContext, step, workflow};

/// A bank whose first answer is lost: the money was taken, but nobody hears of it.
#[derive(Default)]
struct Bank {
    charges: Mutex<BTreeMap<String, u64>>,
}

impl Bank {
    fn charge(&self, key: &str, cents: u64) -> Result<&'static str> {
        let mut charges = self.charges.lock().unwrap_or_else(PoisonError::into_inner);
        if charges.contains_key(key) {
            return Ok("was charged before");
        }
        charges.insert(key.to_owned(), cents);
        bail!("the connection was lost")
    }
}

#[derive(Default, Services)]
struct App {
    bank: Bank,
}

#[step(compensate = refund, retry(attempts = 3, backoff = "1ms..10ms"))]
async fn charge(cents: u64, bank: &Bank, ctx: &StepContext) -> Result<String> {
    println!("  attempt {} under the key {}", ctx.attempt(), ctx.idempotency_key());
    Ok(bank.charge(ctx.idempotency_key(), cents)?.to_owned())
}

/// When all answers were lost, nobody knows whether there is a charge. The bank does: it is asked under the step's key.
#[step(retry(attempts = 3, backoff = "1ms..10ms"))]
async fn refund(_charge: Outcome<String>, bank: &Bank, ctx: &StepContext) -> Result<()> {
    bank.charges.lock().unwrap_or_else(PoisonError::into_inner).remove(ctx.step_key());
    Ok(())
}

/// An error that no retry can mend is marked as permanent.
#[step(retry(attempts = 3, backoff = "1ms..10ms"))]
async fn parse(amount: String) -> Result<u64> {
    println!("  parsing {amount:?}");
    amount.parse().permanent()
}

workflow! {
    async fn pay(amount: String) -> Result<String> {
        let cents = parse(amount).await?;
        charge(cents).await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = App::default();
    for (id, amount) in [("order-1", "1690"), ("order-2", "a lot")] {
        println!("{id}");
        match pay(amount.to_owned()).id(id).run(&app).await {
            Ok(answer) => println!("  {answer}"),
            Err(error) => println!("  {error}"),
        }
    }
    println!("charges: {:?}", app.bank.charges.lock().unwrap_or_else(PoisonError::into_inner));
}

#[cfg(test)]
#[path = "../tests/saga_examples/09_retries_and_idempotency_keys.rs"]
pub(crate) mod suite;
