//! A workflow inside a database transaction: the container lends the transaction, and is taken back after the run to
//! commit or to roll back. The steps need no compensation, the database undoes what they did.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, ensure};
use rusqlite::Connection;
use workflow_runtime::{Services, step, workflow};

/// An open transaction: it owns its connection, and steps take turns in using it.
struct Transaction(Mutex<Connection>);

impl Transaction {
    fn begin(connection: Connection) -> Result<Self> {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(Self(Mutex::new(connection)))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(self, how: &str) -> Result<Connection> {
        let connection = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        connection.execute_batch(how)?;
        Ok(connection)
    }
}

/// The container of one run.
#[derive(Services)]
struct InTransaction {
    transaction: Transaction,
}

#[step]
async fn withdraw(account: String, cents: i64, transaction: &Transaction) -> Result<()> {
    let update = "UPDATE accounts SET cents = cents - ?2 WHERE name = ?1";
    transaction.lock().execute(update, (&account, cents))?;
    Ok(())
}

#[step]
async fn deposit(account: String, cents: i64, transaction: &Transaction) -> Result<()> {
    let update = "UPDATE accounts SET cents = cents + ?2 WHERE name = ?1";
    let rows = transaction.lock().execute(update, (&account, cents))?;
    ensure!(rows == 1, "there is no account of {account}");
    Ok(())
}

workflow! {
    async fn transfer(from: String, to: String, cents: i64) -> Result<()> {
        withdraw(from, cents).await?;
        deposit(to, cents).await?;
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut connection = Connection::open_in_memory()?;
    connection.execute_batch(
        "CREATE TABLE accounts (name TEXT PRIMARY KEY, cents INTEGER NOT NULL);
         INSERT INTO accounts VALUES ('Ada', 5000), ('Grace', 0);",
    )?;
    for to in ["Grace", "Nobody"] {
        let app = InTransaction { transaction: Transaction::begin(connection)? };
        let outcome = transfer("Ada".to_owned(), to.to_owned(), 2_000).run(&app).await;
        connection = app.transaction.end(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        match outcome {
            Ok(()) => println!("to {to}: committed"),
            Err(error) => println!("to {to}: rolled back, {error}"),
        }
        let mut accounts = connection.prepare("SELECT name, cents FROM accounts ORDER BY name")?;
        let rows = accounts.query_map((), |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
        for row in rows {
            let (name, cents) = row?;
            println!("  {name} has {cents}");
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/saga_examples/17_database_transaction.rs"]
pub(crate) mod suite;
