//! Where a shop keeps its executions, and where the outside world keeps what it knows.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, ErrorCode};

use super::world;

/// The marks of a store of executions, and of a world.
const APPLICATIONS: [i32; 2] = [0x576b_466c, world::APPLICATION];

/// The file of a durable shop, and the one beside it that stands for the outside world.
#[derive(Debug, Clone)]
pub struct Place {
    database: PathBuf,
}

impl Place {
    /// The shop in this file.
    #[must_use]
    pub fn new(database: &Path) -> Self {
        Self { database: database.to_owned() }
    }

    /// The file of the engine.
    #[must_use]
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// The file of the outside world.
    #[must_use]
    pub fn world(&self) -> PathBuf {
        let name = match self.database.extension() {
            Some(extension) if extension == "db" => self.database.with_extension(""),
            _ => self.database.clone(),
        };
        let mut name = name.into_os_string();
        name.push(".world.db");
        name.into()
    }

    /// What to call it in messages.
    #[must_use]
    pub fn name(&self) -> String {
        self.database.display().to_string()
    }

    /// Refuses a shop that was never opened.
    ///
    /// # Errors
    /// When there is no such file.
    pub fn must_exist(&self) -> Result<()> {
        if !self.database.exists() {
            bail!("there is no {}: run `order-shop` first, or name the file with `--db`", self.name());
        }
        Ok(())
    }

    /// Refuses one half of a shop: without its world, or without its executions, the books of the other half mean nothing.
    ///
    /// # Errors
    /// When only the world is there.
    pub fn must_be_whole(&self) -> Result<()> {
        if !self.database.exists() && self.world().exists() {
            bail!("{} is gone, and its world, {}, is still there: {FRESH}", self.name(), self.world().display());
        }
        Ok(())
    }

    /// Throws everything away, unless another process is at work there, or it is something else than a shop.
    ///
    /// # Errors
    /// When it is, or a file cannot be removed.
    pub fn clear(&self) -> Result<()> {
        for file in [self.database.clone(), self.world()] {
            removable(&file)?;
        }
        for file in [self.database.clone(), self.world()] {
            for name in beside(&file)? {
                std::fs::remove_file(&name).with_context(|| format!("cannot remove {}", name.display()))?;
            }
        }
        Ok(())
    }
}

/// What to do with half a shop.
pub(super) const FRESH: &str = "put it back, or begin anew with `--fresh`";

/// Refuses to remove a file that is no shop's, or that somebody has open.
fn removable(file: &Path) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let look = || -> rusqlite::Result<bool> {
        let connection = Connection::open(file)?;
        connection.busy_timeout(Duration::ZERO)?;
        let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        // One that was killed when it had just been made is still empty.
        let ours = tables == 0 || APPLICATIONS.contains(&application);
        if ours {
            // SQLite leaves the WAL mode only when nobody else has the file open.
            connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
        }
        Ok(ours)
    };
    match look() {
        Ok(true) => Ok(()),
        Err(error)
            if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) =>
        {
            bail!("{} is in use by another process: stop that one first", file.display())
        }
        Ok(false) | Err(_) => bail!("{} is no file of a shop, and is left alone", file.display()),
    }
}

/// The file, and those that SQLite and the store keep beside it.
fn beside(file: &Path) -> Result<Vec<PathBuf>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        let of_ours = |rest: &str| matches!(rest, "" | "-wal" | "-shm" | "-journal") || rest.starts_with("-owner-");
        if other.strip_prefix(&name).is_some_and(of_ours) {
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shop_has_a_world_of_its_own() {
        for (shop, world) in [("a.db", "a.world.db"), ("x/a", "x/a.world.db"), ("a.b", "a.b.world.db")] {
            assert_eq!(Place::new(Path::new(shop)).world(), Path::new(world));
        }
    }
}
