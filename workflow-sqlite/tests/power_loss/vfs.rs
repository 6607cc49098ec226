//! SQLite on the disks of this test: `file:NAME.db?vfs=disks` is the database on the disk of that name.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use sqlite_vfs::wip::{WalIndex, WalIndexLock};
use sqlite_vfs::{DatabaseHandle, LockKind, OpenAccess, OpenOptions, Vfs, register};

use crate::disk::{Disk, Op};

/// The disks that are connected, by name.
static CONNECTED: Mutex<BTreeMap<String, Connected>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A disk, and what those who have files on it open agree about.
#[derive(Debug, Clone)]
struct Connected {
    disk: Disk,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    locks: BTreeMap<(String, u64), LockKind>,
    /// The index of the log, and its locks. It is memory: a loss of power takes it.
    index: BTreeMap<u32, Box<[u8; 32768]>>,
    index_locks: BTreeMap<(u8, u64), WalIndexLock>,
}

/// What the database is called on every disk.
pub(crate) const DATABASE: &str = "executions.db";

/// A disk that can be used until this is dropped; by then everybody should have closed what they opened.
pub(crate) struct Cable(String);

impl Drop for Cable {
    fn drop(&mut self) {
        CONNECTED.lock().unwrap().remove(&self.0);
    }
}

impl Cable {
    pub(crate) fn to(disk: &Disk) -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| register("disks", Disks, false).unwrap());
        let name = format!("disk-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let connected = Connected { disk: disk.clone(), shared: Arc::default() };
        CONNECTED.lock().unwrap().insert(name.clone(), connected);
        Self(name)
    }

    /// What to open.
    pub(crate) fn path(&self) -> String {
        format!("file:{}.db?vfs=disks", self.0)
    }
}

/// The disk of a file, and what the file is called there: the same on all.
fn connected(file: &str) -> Result<(Connected, String)> {
    let (name, kind) = file.split_once(".db").ok_or(ErrorKind::NotFound)?;
    let disk = CONNECTED.lock().unwrap().get(name).cloned().ok_or(ErrorKind::NotFound)?;
    Ok((disk, format!("{DATABASE}{kind}")))
}

struct Disks;

impl Vfs for Disks {
    type Handle = Handle;

    fn open(&self, file: &str, options: OpenOptions) -> Result<Handle> {
        let (on, file) = connected(file)?;
        match (on.disk.has(&file), options.access) {
            (false, OpenAccess::Read | OpenAccess::Write) => return Err(ErrorKind::NotFound.into()),
            (true, OpenAccess::CreateNew) => return Err(ErrorKind::AlreadyExists.into()),
            (false, _) => on.disk.act(Op::Create(file.clone())),
            (true, _) => {}
        }
        Ok(Handle { on, file, number: NEXT.fetch_add(1, Ordering::Relaxed) })
    }

    fn delete(&self, file: &str) -> Result<()> {
        let (on, file) = connected(file)?;
        if !on.disk.has(&file) {
            return Err(ErrorKind::NotFound.into());
        }
        on.disk.act(Op::Delete(file));
        Ok(())
    }

    fn exists(&self, file: &str) -> Result<bool> {
        let (on, file) = connected(file)?;
        Ok(on.disk.has(&file))
    }

    fn temporary_name(&self) -> String {
        // Nothing here is so big that SQLite needs one; if it did, it would be told that there is no such disk.
        "temporary.db".to_owned()
    }

    fn random(&self, buffer: &mut [i8]) {
        buffer.fill_with(|| fastrand::i8(..));
    }

    fn sleep(&self, duration: Duration) -> Duration {
        std::thread::sleep(duration);
        duration
    }
}

struct Handle {
    on: Connected,
    file: String,
    number: u64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.on.shared.lock().unwrap().locks.remove(&(self.file.clone(), self.number));
    }
}

impl DatabaseHandle for Handle {
    type WalIndex = Index;

    fn size(&self) -> Result<u64> {
        Ok(self.on.disk.size(&self.file) as u64)
    }

    fn read_exact_at(&mut self, buffer: &mut [u8], at: u64) -> Result<()> {
        let found = self.on.disk.read(&self.file, at as usize, buffer.len());
        let (there, behind) = buffer.split_at_mut(found.len());
        there.copy_from_slice(&found);
        behind.fill(0);
        if behind.is_empty() { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    fn write_all_at(&mut self, data: &[u8], at: u64) -> Result<()> {
        self.on.disk.act(Op::Write { file: self.file.clone(), at: at as usize, data: data.to_vec() });
        Ok(())
    }

    fn sync(&mut self, _: bool) -> Result<()> {
        self.on.disk.act(Op::Sync(self.file.clone()));
        Ok(())
    }

    fn set_len(&mut self, size: u64) -> Result<()> {
        // A hint that the file will grow, on which SQLite's own files do nothing either, is no truncation.
        if (size as usize) < self.on.disk.size(&self.file) {
            self.on.disk.act(Op::Truncate { file: self.file.clone(), len: size as usize });
        }
        Ok(())
    }

    fn lock(&mut self, lock: LockKind) -> Result<bool> {
        let mut shared = self.on.shared.lock().unwrap();
        let others = shared.locks.iter().filter(|((file, number), _)| *file == self.file && *number != self.number);
        let mut others = others.map(|(_, lock)| *lock);
        let free = match lock {
            LockKind::None => true,
            LockKind::Shared => !others.any(|other| matches!(other, LockKind::Pending | LockKind::Exclusive)),
            LockKind::Reserved | LockKind::Pending => !others.any(is_high),
            LockKind::Exclusive => others.all(|other| other == LockKind::None),
        };
        if free {
            shared.locks.insert((self.file.clone(), self.number), lock);
        }
        Ok(free)
    }

    fn reserved(&mut self) -> Result<bool> {
        let shared = self.on.shared.lock().unwrap();
        Ok(shared.locks.iter().any(|((file, _), lock)| *file == self.file && is_high(*lock)))
    }

    fn current_lock(&self) -> Result<LockKind> {
        let shared = self.on.shared.lock().unwrap();
        Ok(shared.locks.get(&(self.file.clone(), self.number)).copied().unwrap_or(LockKind::None))
    }

    fn wal_index(&self, _: bool) -> Result<Index> {
        Ok(Index { shared: Arc::clone(&self.on.shared), number: self.number, seen: BTreeMap::new() })
    }
}

/// The index of the log as one connection sees it: a copy that SQLite reads and writes, and that is brought together with
/// what all share whenever a lock changes hands.
struct Index {
    shared: Arc<Mutex<Shared>>,
    number: u64,
    /// What was shared when it was last looked at, so that only what was changed since is handed on.
    seen: BTreeMap<u32, Box<[u8; 32768]>>,
}

/// The locks to write, to copy the log into the database, and to read it anew: the places before those of readers.
const WORK: Range<u8> = 0..3;

impl Index {
    /// Whether somebody has changed what is shared since this connection looked, which it did before it asked for a lock.
    /// Who holds a lock to work does not look again: therefore one connection has all of them, or another.
    fn is_behind(&self, shared: &Shared) -> bool {
        let looks_again = !shared.works(|number| number == self.number);
        looks_again && self.seen.iter().any(|(region, seen)| shared.index.get(region).is_some_and(|now| now != seen))
    }
}

impl Shared {
    /// Whether such a connection holds a lock to work.
    fn works(&self, who: impl Fn(u64) -> bool) -> bool {
        let work = |((place, number), lock): (&(u8, u64), &WalIndexLock)| {
            WORK.contains(place) && who(*number) && *lock == WalIndexLock::Exclusive
        };
        self.index_locks.iter().any(work)
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.shared.lock().unwrap().index_locks.retain(|(_, number), _| *number != self.number);
    }
}

impl WalIndex for Index {
    fn map(&mut self, region: u32) -> Result<[u8; 32768]> {
        let mut data = [0; 32768];
        self.pull(region, &mut data)?;
        Ok(data)
    }

    fn lock(&mut self, places: Range<u8>, lock: WalIndexLock) -> Result<bool> {
        let mut shared = self.shared.lock().unwrap();
        let works = lock == WalIndexLock::Exclusive && WORK.contains(&places.start);
        let taken = works && shared.works(|number| number != self.number);
        if lock != WalIndexLock::None && (taken || self.is_behind(&shared)) {
            // It asks again, and looks before it does.
            return Ok(false);
        }
        let held = |(place, number): &(u8, u64)| places.contains(place) && *number != self.number;
        let mut others = shared.index_locks.iter().filter(|(key, _)| held(key)).map(|(_, lock)| *lock);
        let free = match lock {
            WalIndexLock::None => true,
            WalIndexLock::Shared => !others.any(|other| other == WalIndexLock::Exclusive),
            WalIndexLock::Exclusive => others.next().is_none(),
        };
        for place in places.clone().filter(|_| free) {
            match lock {
                WalIndexLock::None => shared.index_locks.remove(&(place, self.number)),
                lock => shared.index_locks.insert((place, self.number), lock),
            };
        }
        Ok(free)
    }

    fn delete(self) -> Result<()> {
        self.shared.lock().unwrap().index.clear();
        Ok(())
    }

    fn pull(&mut self, region: u32, data: &mut [u8; 32768]) -> Result<()> {
        let mut shared = self.shared.lock().unwrap();
        data.copy_from_slice(&shared.index.entry(region).or_insert_with(|| Box::new([0; 32768]))[..]);
        self.seen.entry(region).or_insert_with(|| Box::new([0; 32768])).copy_from_slice(data);
        Ok(())
    }

    fn push(&mut self, region: u32, data: &[u8; 32768]) -> Result<()> {
        let mut shared = self.shared.lock().unwrap();
        let ours = shared.index.entry(region).or_insert_with(|| Box::new([0; 32768]));
        let seen = self.seen.get_mut(&region).ok_or_else(|| Error::other("a region that was never mapped"))?;
        if seen[..] == data[..] {
            return Ok(());
        }
        for at in (0..data.len()).step_by(4).filter(|at| seen[*at..at + 4] != data[*at..at + 4]) {
            ours[at..at + 4].copy_from_slice(&data[at..at + 4]);
        }
        seen.copy_from_slice(data);
        Ok(())
    }
}

fn is_high(lock: LockKind) -> bool {
    matches!(lock, LockKind::Reserved | LockKind::Pending | LockKind::Exclusive)
}
