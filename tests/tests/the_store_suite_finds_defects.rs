//! A conformance suite is worth what it finds: each defect here is one that a store may well have.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use workflow_runtime::store::*;
use workflow_runtime::testing::{StoreSetup, store_conformance};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    None,
    AppendsAtAnyRevision,
    AppendsForAnybody,
    AppendsTwice,
    DropsTheOutbox,
    NeverConsumes,
    DeliversTwice,
    ClaimsTooEarly,
    ClaimsEveryWorkflow,
    ClaimsEveryVersion,
    NeverTakesOver,
    StealsFromTheLiving,
    HasOnePage,
    ForgetsFilters,
    ForgetsTooMuch,
    WritesSchedulesBlindly,
    MixesRuns,
    TakesAnyPayload,
    ReadsStaleOwners,
    DeliversForEverybody,
    SubscribesForEver,
}

struct Defective {
    inner: MemoryStore,
    defect: Defect,
}

impl Defective {
    fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }
}

type Answer<T> = Result<T, StoreError>;

impl Store for Defective {
    async fn create(&self, new: impl Into<Arc<NewExecution>> + Send) -> Answer<Created> {
        self.inner.create(new).await
    }
    async fn append(&self, append: impl Into<Arc<Append>> + Send) -> Answer<()> {
        let mut append = Arc::unwrap_or_clone(append.into());
        if let Some(stored) = self.inner.load(&append.id).await? {
            if self.has(Defect::AppendsAtAnyRevision) {
                append.revision = stored.revision;
            }
            if self.has(Defect::AppendsForAnybody) {
                append.owner = stored.owner.unwrap_or_default().into();
            }
        }
        if self.has(Defect::DropsTheOutbox) {
            append.outbox.clear();
        }
        if self.has(Defect::NeverConsumes) {
            append.consumed.clear();
        }
        if self.has(Defect::AppendsTwice) {
            let once = Events::read(append.events.text(), 0, append.events.len() as u64).unwrap();
            append.events = once.iter().chain(&once).cloned().map(NewEvent::from).collect::<Vec<_>>().into();
        }
        self.inner.append(append).await
    }
    async fn load(&self, id: &str) -> Answer<Option<Execution>> {
        let found = self.inner.load(id).await?;
        let stale = self.has(Defect::ReadsStaleOwners);
        Ok(found.map(|found| if stale { Execution { owner: Some("ada".into()), ..found } } else { found }))
    }
    async fn history(&self, id: &str, run: u32) -> Answer<Vec<StoredEvent>> {
        let last = self.inner.load(id).await?.map_or(run, |found| found.run);
        self.inner.history(id, if self.has(Defect::MixesRuns) { last } else { run }).await
    }
    async fn claim(&self, mut claim: Claim) -> Answer<Claimed> {
        if self.has(Defect::ClaimsTooEarly) {
            claim.now += 1;
        }
        if self.has(Defect::ClaimsEveryWorkflow) {
            claim.workflows = ["order", "refund", "audit"].map(|name| (name.to_owned(), [3].into())).into();
        }
        if self.has(Defect::ClaimsEveryVersion) {
            claim.others_by = claim.now;
        }
        self.inner.claim(claim).await
    }
    async fn take(&self, id: &str, owner: &str, now: i64) -> Answer<Option<Execution>> {
        let now = if self.has(Defect::StealsFromTheLiving) { i64::MAX } else { now };
        self.inner.take(id, owner, now).await
    }
    async fn renew(&self, owner: &str, until: i64) -> Answer<()> {
        self.inner.renew(owner, if self.has(Defect::NeverTakesOver) { i64::MAX } else { until }).await
    }
    async fn retire(&self, owner: &str) -> Answer<()> {
        self.inner.retire(owner).await
    }
    async fn send(&self, mut message: NewMessage) -> Answer<Sent> {
        if self.has(Defect::DeliversTwice) {
            let count = self.inner.inbox(&message.execution).await?.len();
            message.id = format!("{}#{count}", message.id);
        }
        self.inner.send(message).await
    }
    async fn inbox(&self, id: &str) -> Answer<Vec<Message>> {
        self.inner.inbox(id).await
    }
    async fn mail(&self, owner: &str) -> Answer<Vec<Message>> {
        self.inner.mail(owner).await
    }
    async fn list(&self, mut filter: Filter) -> Answer<Page> {
        if self.has(Defect::ForgetsFilters) {
            filter.created_before = None;
        }
        let page = self.inner.list(filter).await?;
        Ok(if self.has(Defect::HasOnePage) { Page { next: None, ..page } } else { page })
    }
    async fn prune(&self, ended_before: i64, limit: usize) -> Answer<usize> {
        self.inner.prune(ended_before + i64::from(self.has(Defect::ForgetsTooMuch)), limit).await
    }
    async fn outbox(&self, after: u64, limit: usize) -> Answer<Vec<OutboxEvent>> {
        self.inner.outbox(after, limit).await
    }
    async fn subscribe(&self, subscriber: &str, owner: &str, now: i64) -> Answer<Option<u64>> {
        let now = if self.has(Defect::SubscribesForEver) { i64::MIN } else { now };
        self.inner.subscribe(subscriber, owner, now).await
    }
    async fn acknowledge(&self, subscriber: &str, owner: &str, position: u64) -> Answer<bool> {
        let acknowledged = self.inner.acknowledge(subscriber, owner, position).await?;
        Ok(acknowledged || self.has(Defect::DeliversForEverybody))
    }
    async fn position(&self, subscriber: &str) -> Answer<u64> {
        self.inner.position(subscriber).await
    }
    async fn put_schedule(&self, schedule: Schedule, expected: Option<u64>) -> Answer<bool> {
        let stored = self.inner.schedules().await?.readable.into_iter().find(|stored| stored.name == schedule.name);
        let stored = stored.map(|stored| stored.revision);
        let expected = if self.has(Defect::WritesSchedulesBlindly) { stored } else { expected };
        self.inner.put_schedule(schedule, expected).await
    }
    async fn schedules(&self) -> Answer<Schedules> {
        self.inner.schedules().await
    }
    async fn remove_schedule(&self, name: &str) -> Answer<bool> {
        self.inner.remove_schedule(name).await
    }
}

impl StoreSetup for Defect {
    type Store = Defective;

    async fn empty(&self, limit: PayloadLimit) -> Defective {
        let limit = if *self == Defect::TakesAnyPayload { PayloadLimit::default() } else { limit };
        Defective { inner: MemoryStore::new().payload_limit(limit), defect: *self }
    }

    async fn again(&self, _: &Defective) -> Option<Defective> {
        None
    }
}

#[tokio::test]
async fn each_is_named_by_the_check_that_it_breaks() {
    let defects = [
        (Defect::AppendsAtAnyRevision, "an_append_at_another_revision_is_lost"),
        (Defect::AppendsForAnybody, "an_append_of_another_owner_is_lost"),
        (Defect::AppendsTwice, "an_append_changes_everything_that_it_carries"),
        (Defect::DropsTheOutbox, "released_events_are_read_in_order"),
        (Defect::NeverConsumes, "messages_are_read_in_order_until_they_are_consumed"),
        (Defect::DeliversTwice, "a_message_arrives_once"),
        (Defect::ClaimsTooEarly, "what_is_due_is_claimed_once"),
        (Defect::ClaimsEveryWorkflow, "only_known_workflows_are_claimed"),
        (Defect::ClaimsEveryVersion, "another_version_is_left_for_a_while_to_one_who_knows_it"),
        (Defect::NeverTakesOver, "after_its_lease_an_owner_loses_what_it_held"),
        (Defect::StealsFromTheLiving, "a_taken_execution_respects_leases"),
        (Defect::HasOnePage, "pages_hold_everything_once"),
        (Defect::ForgetsFilters, "every_filter_filters"),
        (Defect::ForgetsTooMuch, "only_old_and_ended_executions_are_forgotten"),
        (Defect::WritesSchedulesBlindly, "a_schedule_is_written_by_compare_and_set"),
        (Defect::MixesRuns, "a_further_run_keeps_the_journal_of_the_first"),
        (Defect::TakesAnyPayload, "a_payload_that_is_too_big_is_refused_and_nothing_written"),
        (Defect::ReadsStaleOwners, "what_ends_belongs_to_nobody"),
        (Defect::DeliversForEverybody, "one_owner_delivers_to_a_subscriber"),
        (Defect::SubscribesForEver, "one_owner_delivers_to_a_subscriber"),
    ];
    store_conformance(&Defect::None).await.unwrap();
    for (defect, check) in defects {
        let error = store_conformance(&defect).await.expect_err(&format!("{defect:?} went unseen"));
        assert!(error.names().any(|name| name == check), "{defect:?} does not break `{check}`: {error}");
    }
}
