//! The world of these sagas: books with accounts, and a service that writes into them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use workflow_runtime::Services;
use workflow_runtime::testing::Suite;

/// Amounts by book and account, such as `stock` and `mug`.
pub(crate) type Pages = BTreeMap<String, BTreeMap<String, i64>>;

#[derive(Default)]
pub(crate) struct Books {
    pages: Mutex<Pages>,
    /// What was done under a key.
    done: Mutex<BTreeSet<String>>,
}

#[derive(Services)]
pub(crate) struct App {
    pub(crate) books: Books,
}

impl App {
    /// Three mugs are in stock, and somebody else has reserved one more.
    pub(crate) fn new() -> Self {
        let app = Self { books: Books::default() };
        app.books.add("stock", "mug", 3);
        app.books.add("reserved", "somebody else", 1);
        app
    }

    pub(crate) fn pages(&self) -> Pages {
        self.books.pages().clone()
    }
}

impl Books {
    pub(crate) fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds to an account, which goes when nothing is left in it.
    pub(crate) fn add(&self, book: &str, account: &str, amount: i64) {
        let mut pages = self.pages();
        let book = pages.entry(book.to_owned()).or_default();
        let left = book.remove(account).unwrap_or_default() + amount;
        if left != 0 {
            book.insert(account.to_owned(), left);
        }
        pages.retain(|_, book| !book.is_empty());
    }

    /// Whether this key is new.
    pub(crate) fn first(&self, key: &str) -> bool {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned())
    }

    /// Whether something was done under this key, which is forgotten.
    pub(crate) fn forget(&self, key: &str) -> bool {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }
}

/// Asserts that this case fails, and what it says.
#[track_caller]
pub(crate) fn assert_fails(suite: &Suite, case: &str, message: &str) {
    let failure = suite.case(case).expect("there is such a case").run().expect_err("it fails");
    let rerun = format!("; rerun with `cargo test {}::{case}`", suite.name());
    assert_eq!(failure, format!("{message}{rerun}"));
}

/// Asserts that these cases raise no alarm.
#[track_caller]
pub(crate) fn assert_passes(suite: &Suite, cases: &[&str]) {
    for case in cases {
        let verdict = suite.case(case).expect("there is such a case").run();
        assert_eq!(verdict, Ok(()), "{case}");
    }
}
