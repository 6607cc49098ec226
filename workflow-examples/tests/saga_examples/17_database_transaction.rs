//! The suite of this example.

use std::collections::{BTreeMap, BTreeSet};

use workflow_runtime::testing::{Fixture, Suite};

use super::*;

pub(crate) fn suites(_done: fn(&[(&str, &str)]) -> BTreeSet<String>) -> Vec<Suite> {
    fn bank() -> InTransaction {
        let connection = Connection::open_in_memory().expect("a database");
        connection
            .execute_batch(
                "CREATE TABLE accounts (name TEXT PRIMARY KEY, cents INTEGER NOT NULL);
                 INSERT INTO accounts VALUES ('Ada', 5000), ('Grace', 0);",
            )
            .expect("a table");
        InTransaction { transaction: Transaction::begin(connection).expect("a transaction") }
    }
    fn accounts(app: &InTransaction) -> BTreeMap<String, i64> {
        let connection = app.transaction.lock();
        let mut accounts = connection.prepare("SELECT name, cents FROM accounts").expect("a table");
        let rows = accounts.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.collect::<Result<_, _>>().expect("rows")
    }
    let fixture = Fixture::new(|| (bank(), transfer("Ada".to_owned(), "Grace".to_owned(), 2_000)))
        .world(accounts)
        .failing("to nobody", || (bank(), transfer("Ada".to_owned(), "Nobody".to_owned(), 2_000)))
        // The transaction ends with the process, and the whole of it is what its caller makes of it.
        .in_process_only()
        .afterwards(|app, completed| {
            let how = if completed { "COMMIT" } else { "ROLLBACK" };
            app.transaction.lock().execute_batch(how).expect("a transaction");
        })
        .completed(|_, after, ()| assert_eq!((after["Ada"], after["Grace"]), (3_000, 2_000)));
    vec![fixture.named("17::transfer").suite()]
}
