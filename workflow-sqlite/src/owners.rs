//! Which owners are certainly gone: each holds a lock on a file of its own, which the operating system lets go with its
//! process, however that ends.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Who has just made its file is about to lock it, and then to write down that it is there.
const YOUNG: Duration = Duration::from_secs(60);

/// The locks of the owners of this store, and the way to those of others.
///
/// Nothing here can fail: where files cannot be made or locked, nobody is known to be gone, and the leases decide.
#[derive(Debug)]
pub(crate) struct Owners {
    /// The database; the files of the locks lie beside it.
    database: Option<PathBuf>,
    held: Mutex<BTreeMap<String, File>>,
}

impl Owners {
    /// The owners of a database that is there.
    pub(crate) fn beside(database: &Path) -> Self {
        // By whatever name it was opened, the files lie at the same place; nor does it matter where the process goes.
        Self { database: database.canonicalize().ok(), held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<String, File>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the files of owners that ended before anybody heard of them: nobody would ever ask for these.
    ///
    /// Should one of them live after all, its file is gone like one that somebody deleted: then its lease decides.
    pub(crate) fn tidy(&self, is_known: impl Fn(&str) -> bool) {
        let Some(database) = &self.database else { return };
        let (Some(directory), Some(name)) = (database.parent(), database.file_name().and_then(OsStr::to_str)) else {
            return;
        };
        let Ok(entries) = std::fs::read_dir(directory) else { return };
        let prefix = format!("{name}-owner-");
        for entry in entries.flatten() {
            let file = entry.file_name();
            let Some(owner) = file.to_str().and_then(|file| file.strip_prefix(&prefix)) else { continue };
            let made = entry.metadata().and_then(|metadata| metadata.modified());
            let is_old = made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > YOUNG));
            if is_old
                && !is_known(owner)
                && let Ok(file) = File::open(entry.path())
                && file.try_lock().is_ok()
            {
                // If it cannot be removed, it lies there unlocked, and harms nobody.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    fn file(&self, owner: &str) -> Option<PathBuf> {
        let speaks = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if owner.is_empty() || owner.len() > 100 || !owner.chars().all(speaks) {
            return None;
        }
        let mut name = self.database.as_ref()?.file_name()?.to_owned();
        name.push("-owner-");
        name.push(owner);
        Some(self.database.as_ref()?.with_file_name(name))
    }

    /// Shows everybody that the owner lives, for as long as this store does. It has to be done before anybody else can
    /// know of the owner.
    pub(crate) fn alive(&self, owner: &str) {
        let mut held = self.held();
        if held.contains_key(owner) {
            return;
        }
        let Some(path) = self.file(owner) else { return };
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        if let Ok(file) = file
            && file.try_lock().is_ok()
        {
            held.insert(owner.to_owned(), file);
        }
    }

    /// Whether the owner's process, or at least its store, is certainly no more.
    pub(crate) fn is_gone(&self, owner: &str) -> bool {
        if self.held().contains_key(owner) {
            return false;
        }
        // A file that is not there says nothing: it may have been deleted under a living owner.
        let Some(file) = self.file(owner).and_then(|path| File::open(path).ok()) else { return false };
        // Shared, so that two who ask at once do not take each other for the owner.
        file.try_lock_shared().is_ok()
    }

    /// Tidies up after an owner that holds nothing any more, and never will again.
    pub(crate) fn forget(&self, owner: &str) {
        let lock = self.held().remove(owner);
        if let Some(path) = self.file(owner) {
            // If it cannot be removed, it lies there unlocked, and harms nobody.
            let _ = std::fs::remove_file(path);
        }
        drop(lock);
    }
}

#[cfg(test)]
mod tests {
    use super::Owners;

    #[test]
    fn only_one_whose_lock_was_let_go_is_gone() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let database = directory.path().join("x.db");
        std::fs::write(&database, "")?;
        let (ours, theirs, another) = (Owners::beside(&database), Owners::beside(&database), Owners::beside(&database));
        assert!(!ours.is_gone("ada"), "of one that was never heard of, nothing is known");
        theirs.alive("ada");
        assert!(!ours.is_gone("ada") && !another.is_gone("ada") && !theirs.is_gone("ada"));
        drop(theirs);
        assert!(ours.is_gone("ada") && another.is_gone("ada"));
        ours.forget("ada");
        assert!(!ours.is_gone("ada"), "nobody asks for it any more, and nothing is known");
        assert_eq!(std::fs::read_dir(directory.path())?.count(), 1, "its file is gone");
        ours.alive("../ada");
        assert_eq!(std::fs::read_dir(directory.path())?.count(), 1, "a name that is no file name has no lock");
        Ok(())
    }

    #[test]
    fn a_file_that_somebody_deleted_says_nothing() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let database = directory.path().join("x.db");
        std::fs::write(&database, "")?;
        let (ours, theirs) = (Owners::beside(&database), Owners::beside(&database));
        theirs.alive("ada");
        std::fs::remove_file(directory.path().join("x.db-owner-ada"))?;
        assert!(!ours.is_gone("ada"));
        Ok(())
    }
}
