//! A workflow is tested on another container: one with fakes, that a test can look into and make fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Result, bail};
use workflow_runtime::{Outcome, Services, StepContext, step, workflow};

trait Accounts: Send + Sync {
    /// Creates an account, one for each key, however often it is asked.
    fn create(&self, key: &str, name: &str) -> Result<u32>;
    /// Deletes what was created under a key, if anything was.
    fn delete(&self, key: &str);
}

trait Mailer: Send + Sync {
    fn send(&self, to: &str, text: &str) -> Result<()>;
}

#[step(compensate = delete_account)]
async fn create_account(name: String, accounts: &dyn Accounts, ctx: &StepContext) -> Result<u32> {
    accounts.create(ctx.step_key(), &name)
}

/// Also when nobody knows whether there is an account: whoever keeps them knows the key.
#[step]
async fn delete_account(_id: Outcome<u32>, accounts: &dyn Accounts, ctx: &StepContext) -> Result<()> {
    accounts.delete(ctx.step_key());
    Ok(())
}

#[step]
async fn send_welcome(name: String, id: u32, mailer: &dyn Mailer) -> Result<()> {
    mailer.send(&name, &format!("welcome, your number is {id}"))
}

workflow! {
    async fn register(name: String) -> Result<u32> {
        let id = create_account(name).await?;
        send_welcome(name, id).await?;
        Ok(id)
    }
}

/// Writes down what was asked of it, and refuses to send when told so. It plays both parts.
#[derive(Default)]
struct Fake {
    calls: Mutex<Vec<String>>,
    /// The numbers of accounts, by key.
    accounts: Mutex<BTreeMap<String, u32>>,
    mail_is_down: bool,
}

impl Fake {
    fn note(&self, call: String) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    fn accounts(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Accounts for Fake {
    fn create(&self, key: &str, name: &str) -> Result<u32> {
        self.note(format!("create {name}"));
        let mut accounts = self.accounts();
        let next = accounts.len() as u32 + 1;
        Ok(*accounts.entry(key.to_owned()).or_insert(next))
    }

    fn delete(&self, key: &str) {
        if let Some(id) = self.accounts().remove(key) {
            self.note(format!("delete {id}"));
        }
    }
}

impl Mailer for Fake {
    fn send(&self, to: &str, text: &str) -> Result<()> {
        if self.mail_is_down {
            bail!("the mail server is down");
        }
        self.note(format!("mail to {to}: {text}"));
        Ok(())
    }
}

/// The container of the tests. The real one is another struct with the same services.
#[derive(Services)]
struct Fakes {
    accounts: Arc<dyn Accounts>,
    mailer: Arc<dyn Mailer>,
}

impl Fakes {
    fn of(fake: &Arc<Fake>) -> Self {
        Self { accounts: Arc::<Fake>::clone(fake), mailer: Arc::<Fake>::clone(fake) }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for mail_is_down in [false, true] {
        let fake = Arc::new(Fake { mail_is_down, ..Fake::default() });
        let outcome = register("Ada".to_owned()).run(&Fakes::of(&fake)).await;
        println!("{:?}", fake.calls());
        println!("  {}", outcome.map_or_else(|error| error.to_string(), |id| format!("registered as {id}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_registers_is_welcomed() -> Result<()> {
        let fake = Arc::new(Fake::default());
        assert_eq!(register("Ada".to_owned()).run(&Fakes::of(&fake)).await?, 1);
        assert_eq!(fake.calls(), ["create Ada", "mail to Ada: welcome, your number is 1"]);
        Ok(())
    }

    #[tokio::test]
    async fn without_a_welcome_there_is_no_account() {
        let fake = Arc::new(Fake { mail_is_down: true, ..Fake::default() });
        let error = register("Ada".to_owned()).run(&Fakes::of(&fake)).await.map_err(|error| error.undone().to_vec());
        assert_eq!(error, Err(vec!["create_account".into()]));
        assert_eq!(fake.calls(), ["create Ada", "delete 1"]);
    }
}

#[cfg(test)]
#[path = "../tests/saga_examples/19_testing_a_workflow.rs"]
pub(crate) mod suite;
