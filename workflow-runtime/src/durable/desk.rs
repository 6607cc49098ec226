//! Where an execution is written down: one row, one journal, one writer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::execute::Json;
use crate::journal::{Record, State};
use crate::store::erased::ErasedStore;
use crate::store::{Append, Created, Events, Execution, ExecutionStatus, NewExecution, NewOutboxEvent, StoreError};
use serde::{Deserialize, Serialize};

/// For how long, in all, a store that cannot write is asked again before anybody is told that it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The row of an execution, as its owner knows it, and what is to be written next.
pub(crate) struct Desk<'a> {
    store: &'a dyn ErasedStore,
    pub(super) id: Arc<str>,
    owner: Arc<str>,
    revision: u64,
    /// The row itself, while it is not yet there.
    new: Option<Box<NewExecution>>,
    /// Who waits to hear whether the row was made.
    made: Option<Made<'a>>,
    pub(super) state: State,
    pub(super) events: Events,
    pub(super) consumed: Vec<String>,
    pub(super) retries: BTreeMap<String, Retrying>,
    /// Whether there is something to write besides events and mail.
    pub(super) dirty: bool,
    /// What cannot be written, because the journal does not allow it.
    pub(super) wrong: Option<String>,
}

/// A step that has failed and will be attempted again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Retrying {
    /// How many attempts have failed; none where the engine was shut down before the first.
    pub(super) attempts: u32,
    pub(super) due: i64,
    pub(super) error: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) permanent: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) payload: Vec<Json>,
}

impl Retrying {
    /// For a step that is written as begun, and whose first attempt has not started.
    pub(super) fn not_started(due: i64) -> Self {
        Self { attempts: 0, due, error: String::new(), permanent: false, payload: Vec::new() }
    }
}

/// Is told whether the row of a new execution was made.
pub(crate) type Made<'a> = Box<dyn FnOnce(Result<Created, StoreError>) + Send + Sync + 'a>;

/// The part of a write that is not collected on the desk.
pub(super) struct Write {
    pub(super) at: i64,
    pub(super) status: ExecutionStatus,
    pub(super) due: Option<i64>,
    pub(super) release: bool,
    pub(super) result: Option<String>,
    pub(super) error: Option<String>,
    pub(super) outbox: Vec<NewOutboxEvent>,
}

impl Write {
    pub(super) fn new(at: i64, status: ExecutionStatus) -> Self {
        Self { at, status, due: None, release: false, result: None, error: None, outbox: Vec::new() }
    }
}

/// Why nothing more can be written.
pub(super) enum Unwritten {
    /// The id belongs to an execution that was there before.
    Taken,
    Failed(StoreError),
}

impl<'a> Desk<'a> {
    /// The desk of an execution that begins with its first write.
    pub(crate) fn new(store: &'a dyn ErasedStore, owner: &Arc<str>, new: Box<NewExecution>, made: Made<'a>) -> Self {
        let id = Arc::clone(&new.id);
        let base = Self::over(store, id, owner, 0, State::new());
        Self { new: Some(new), made: Some(made), ..base }
    }

    /// The desk of an execution that is there.
    ///
    /// # Errors
    /// What is being retried cannot be read.
    pub(crate) fn resumed(
        store: &'a dyn ErasedStore,
        owner: &Arc<str>,
        row: &Execution,
        state: State,
    ) -> Result<Self, StoreError> {
        let retries = row.retries.as_deref().map(serde_json::from_str).transpose().map_err(|error| {
            let place = format!("what execution `{}` retries (`retries`)", row.id);
            StoreError::Corrupt { place, detail: error.to_string() }
        })?;
        let base = Self::over(store, row.id.as_str().into(), owner, row.revision, state);
        Ok(Self { retries: retries.unwrap_or_default(), ..base })
    }

    fn over(store: &'a dyn ErasedStore, id: Arc<str>, owner: &Arc<str>, revision: u64, state: State) -> Self {
        Self {
            store,
            id,
            owner: Arc::clone(owner),
            revision,
            new: None,
            made: None,
            state,
            events: Events::default(),
            consumed: Vec::new(),
            retries: BTreeMap::new(),
            dirty: false,
            wrong: None,
        }
    }

    pub(super) fn is_new(&self) -> bool {
        self.new.is_some()
    }

    /// Notes a record for the next write.
    pub(super) fn record(&mut self, record: &Record) {
        let state = std::mem::replace(&mut self.state, State::new());
        match state.next(record) {
            Ok(state) => {
                self.state = state;
                if let Err(error) = record.write(&mut self.events) {
                    self.wrong = Some(error.to_string());
                }
            }
            Err(illegal) => self.wrong = Some(illegal.to_string()),
        }
    }

    pub(super) fn has_news(&self) -> bool {
        self.dirty || self.is_new() || !self.events.is_empty() || !self.consumed.is_empty()
    }

    pub(super) async fn inbox(&self) -> Result<Vec<crate::store::Message>, StoreError> {
        self.store.inbox(&self.id).await
    }

    /// Writes what has collected, and waits until it is durable.
    /// `told` hears of failures that may pass, and says whether to ask again.
    pub(super) async fn write(&mut self, write: Write, told: &Told<'_>) -> Result<(), Unwritten> {
        let ends = write.status.is_finished();
        if let Some(mut new) = self.new.take() {
            new.at = write.at;
            if !ends {
                new.status = write.status;
                new.due = write.due;
                new.owner = (!write.release).then(|| Arc::clone(&self.owner));
                new.events = std::mem::take(&mut self.events);
            }
            // What happens once is kept out of the task, which is there for as long as the execution is at work.
            Box::pin(self.create(new, told)).await?;
            if !ends {
                self.consumed.clear();
                self.dirty = false;
                return Ok(());
            }
        }
        let retries = if self.retries.is_empty() { None } else { serde_json::to_string(&self.retries).ok() };
        let append = Arc::new(Append {
            id: Arc::clone(&self.id),
            owner: Arc::clone(&self.owner),
            revision: self.revision,
            at: write.at,
            events: std::mem::take(&mut self.events),
            status: write.status,
            due: write.due,
            retries,
            result: write.result,
            error: write.error,
            release: write.release,
            outbox: write.outbox,
            consumed: std::mem::take(&mut self.consumed),
        });
        let (store, mut asked) = (self.store, 0);
        let answer = patiently_telling(told, || {
            asked += 1;
            store.append(Arc::clone(&append))
        });
        match answer.await {
            Ok(()) => {}
            Err(error) if error.is_lost() && asked > 1 && self.has_happened(&append).await => {}
            Err(error) => return Err(Unwritten::Failed(error)),
        }
        self.revision += 1;
        self.dirty = false;
        Ok(())
    }

    /// Whether a write that was asked for more than once, and is answered with `Lost`, is what the execution was lost to: it
    /// had happened when it was answered with an error.
    async fn has_happened(&self, append: &Append) -> bool {
        let owner = Some(&*self.owner).filter(|_| !append.release && !append.status.is_finished());
        let row = patiently(|| self.store.load(&self.id)).await;
        row.is_ok_and(|row| row.is_some_and(|row| row.revision == append.revision + 1 && row.owner.as_deref() == owner))
    }

    /// Whether an execution is this worker's, as it was to be made.
    fn is_made_of(&self, found: &Execution, new: &NewExecution) -> bool {
        found.owner.as_deref() == Some(&*self.owner)
            && found.revision == new.replaces.map_or(1, |ended| ended + 1)
            && (&*found.workflow, &*found.input, found.created) == (&*new.workflow, &*new.input, new.at)
    }

    async fn create(&mut self, new: Box<NewExecution>, told: &Told<'_>) -> Result<(), Unwritten> {
        let (store, new) = (self.store, Arc::new(*new));
        let mut asked = 0;
        let answer = patiently_telling(told, || {
            asked += 1;
            store.create(Arc::clone(&new))
        });
        let mut answer = answer.await;
        // Asked for more than once, it may be what was made when the answer was lost.
        if asked > 1 {
            let found = match &answer {
                Ok(Created::Exists(found)) => Some((**found).clone()),
                Err(error) if error.is_lost() => patiently(|| store.load(&self.id)).await.ok().flatten(),
                _ => None,
            };
            if let Some(found) = found.filter(|found| self.is_made_of(found, &new)) {
                answer = Ok(Created::New { run: found.run, revision: found.revision });
            }
        }
        let made = match &answer {
            Ok(Created::New { revision, .. }) => {
                self.revision = *revision;
                Ok(())
            }
            Ok(Created::Exists(_)) => Err(Unwritten::Taken),
            Err(error) => Err(Unwritten::Failed(error.clone())),
        };
        if let Some(tell) = self.made.take() {
            tell(answer);
        }
        made
    }
}

/// Hears that a store did not answer, and whether it was asked for long enough; says whether to ask again, after this wait.
pub(super) type Told<'a> = dyn Fn(&StoreError, Duration, bool) -> bool + Sync + 'a;

/// Asks again, ever less often, while an error may pass.
pub(crate) async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
    ask: impl FnMut() -> F,
) -> Result<T, StoreError> {
    patiently_telling(&|_, _, long| !long, ask).await
}

async fn patiently_telling<T, F: Future<Output = Result<T, StoreError>>>(
    told: &Told<'_>,
    mut ask: impl FnMut() -> F,
) -> Result<T, StoreError> {
    let (mut wait, mut waited) = (Duration::from_millis(10), Duration::ZERO);
    loop {
        match ask().await {
            Err(error) if error.is_transient() && told(&error, wait, waited >= PATIENCE) => {
                tracing::warn!(target: "workflow", %error, ?wait, "the store did not answer; asking again");
                tokio::time::sleep(wait).await;
                waited += wait;
                wait = (wait * 2).min(Duration::from_secs(1));
            }
            answer => return answer,
        }
    }
}
