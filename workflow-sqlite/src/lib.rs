//! Executions in one SQLite file.
//!
//! [`SqliteStore`] is a [`Store`](workflow_runtime::Store) that survives `kill -9` and the loss of power: WAL with
//! `synchronous=FULL`, every write acknowledged only after its commit. One thread writes, and commits together whatever
//! arrived while the disk was busy; reads go beside it. Several processes may share one file on a local disk: who works on
//! what, the leases decide; what a dead process held is free at once. What is stored is JSON that a person can read with the `sqlite3` shell; `docs/schema.md` in the
//! repository describes it.

mod error;
mod open;
mod owners;
mod read;
mod rows;
mod schema;
mod store;
mod write;

pub use open::SqliteOptions;
pub use store::SqliteStore;
