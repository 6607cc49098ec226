//! Group commit: whatever arrives while the disk is busy shares the next wait for it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;
use workflow_runtime::StoreError;

use super::Command;
use super::job::{Job, Work};
use super::queue::{Queue, Taker};
use super::session::Session;
use crate::error::Result;

/// More than so many commands do not share one commit, so that the first of them need not wait for too long.
const GROUP: usize = 1_024;

/// The thread that writes. Dropped, it ends after what was asked for is written.
pub(crate) struct Writer {
    jobs: Arc<Queue<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("commits", &self.commits).finish_non_exhaustive()
    }
}

impl Writer {
    pub(crate) fn start(connection: Connection, place: String) -> Result<Self> {
        let jobs = Arc::new(Queue::new());
        let queue = Taker(Arc::clone(&jobs));
        let commits = Arc::new(AtomicU64::new(0));
        let office = Office { place, commits: Arc::clone(&commits), pace: Pace::default() };
        let thread = std::thread::Builder::new().name("workflow-sqlite".to_owned());
        let thread = thread.spawn(move || office.run(&connection, &queue));
        let thread = thread.map_err(|error| StoreError::unavailable("no thread can be started for it", error));
        Ok(Self { jobs, thread: Some(thread?), commits })
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) async fn write<C: Command>(&self, command: C) -> std::result::Result<C::Answer, StoreError> {
        self.ask(command)?.await
    }

    /// Puts a command into the queue; what comes back waits for its answer.
    pub(crate) fn ask<C: Command>(
        &self,
        command: C,
    ) -> std::result::Result<impl Future<Output = std::result::Result<C::Answer, StoreError>> + Send + use<C>, StoreError>
    {
        let (reply, answer) = oneshot::channel();
        let job: Box<dyn Work> = Box::new(Job::new(command, reply));
        if !self.jobs.push(job) {
            return Err(StoreError::Closed);
        }
        Ok(async move { answer.await.map_or(Err(StoreError::Closed), |(answer, _)| answer) })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.close();
        if let Some(thread) = self.thread.take() {
            // If it panicked, everybody who waited has learned so.
            let _ = thread.join();
        }
    }
}

struct Office {
    place: String,
    commits: Arc<AtomicU64>,
    pace: Pace,
}

/// How it went last time.
#[derive(Default)]
struct Pace {
    group: usize,
    took: Duration,
}

impl Office {
    fn run(mut self, connection: &Connection, queue: &Taker<Box<dyn Work>>) {
        let mut session = Session::new(connection).map_err(|fault| fault.at(&self.place));
        loop {
            let mut group = self.gather(queue);
            if group.is_empty() {
                return;
            }
            let started = Instant::now();
            match &mut session {
                Ok(session) => self.write(session, &mut group),
                Err(error) => fail(&mut group, error),
            }
            self.pace = Pace { group: group.len(), took: started.elapsed() };
            group.into_iter().for_each(Work::answer);
        }
    }

    /// The next group: what is there, and what is likely to come in a moment because it came last time.
    ///
    /// Those whose writes were just answered come back with their next ones a little later. Without the wait, the first of
    /// them would get a commit of its own, and all the others would wait for it.
    fn gather(&self, queue: &Taker<Box<dyn Work>>) -> Vec<Box<dyn Work>> {
        queue.take(self.pace.group, GROUP, self.pace.took / 2)
    }

    /// Writes a group in one transaction; if that fails, each of it in its own, so that nobody pays for a neighbour.
    fn write(&self, session: &mut Session<'_>, group: &mut [Box<dyn Work>]) {
        if let Err(fault) = session.begin() {
            return fail(group, &fault.at(&self.place));
        }
        let Err(error) = self.transact(session, group) else { return };
        session.held.forget_all();
        if !session.connection.is_autocommit() {
            // Should that fail too, the next BEGIN will say so.
            let _ = session.connection.execute_batch("ROLLBACK");
        }
        match group {
            [only] => only.fail(error),
            several => several.chunks_mut(1).for_each(|one| self.write(session, one)),
        }
    }

    fn transact(&self, session: &mut Session<'_>, group: &mut [Box<dyn Work>]) -> std::result::Result<(), StoreError> {
        let before = session.connection.total_changes();
        session.refresh().map_err(|fault| fault.at(&self.place))?;
        for job in group {
            job.apply(session, &self.place)?;
        }
        session.commit().map_err(|fault| fault.at(&self.place))?;
        if session.connection.total_changes() != before {
            self.commits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn fail(group: &mut [Box<dyn Work>], error: &StoreError) {
    group.iter_mut().for_each(|job| job.fail(error.clone()));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rusqlite::{Connection, OpenFlags};
    use workflow_runtime::StoreError;

    use super::Writer;
    use crate::owners::Owners;
    use crate::write::Renew;

    #[tokio::test]
    async fn a_write_to_what_cannot_be_written_says_so() -> Result<(), Box<dyn std::error::Error>> {
        let directory = tempfile::tempdir()?;
        let file = directory.path().join("x.db");
        Connection::open(&file)?.execute_batch(include_str!("../schema.sql"))?;
        let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let writer = Writer::start(connection, "`x.db`".to_owned()).map_err(|fault| fault.at("`x.db`"))?;
        let answer =
            writer.write(Renew { owner: "ada".to_owned(), until: 1, owners: Arc::new(Owners::beside(&file)) }).await;
        assert!(matches!(answer, Err(StoreError::ReadOnly { .. })), "{answer:?}");
        assert_eq!(writer.commits(), 0);
        Ok(())
    }
}
