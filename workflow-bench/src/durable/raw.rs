//! The limits: what the disk allows, and what SQLite allows a program that does nothing but insert rows.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::meter::{Meter, Used};

/// How often the disk can be waited for.
///
/// # Errors
/// When the file cannot be written.
pub fn syncs(path: &Path, time: Duration) -> anyhow::Result<Used> {
    let mut file = File::create(path)?;
    let (meter, mut count) = (Meter::start(), 0);
    while meter.stop(0, 0).time < time {
        file.write_all(&[7; 4_096])?;
        file.sync_data()?;
        count += 1;
    }
    Ok(meter.stop(count, count))
}

/// Rows from one thread that does nothing else, so many of them a commit, each with so many bytes.
///
/// # Errors
/// When SQLite fails.
pub fn rows(path: &Path, each_commit: usize, bytes: usize, time: Duration) -> anyhow::Result<Used> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768; \
         PRAGMA wal_autocheckpoint = 4000; \
         CREATE TABLE rows (number INTEGER PRIMARY KEY, execution INTEGER, at INTEGER, data TEXT)",
    )?;
    let data = "x".repeat(bytes);
    let (meter, mut count, mut commits) = (Meter::start(), 0, 0);
    while meter.stop(0, 0).time < time {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut statement = connection.prepare_cached("INSERT INTO rows (execution, at, data) VALUES (?1, ?2, ?3)")?;
        for execution in 0..each_commit as i64 {
            statement.execute(params![execution, 1_790_000_000_000_i64, data])?;
        }
        drop(statement);
        connection.prepare_cached("COMMIT")?.execute([])?;
        count += each_commit as u64;
        commits += 1;
    }
    Ok(meter.stop(count, commits))
}
