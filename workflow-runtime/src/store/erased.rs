//! The same store without generics, for whoever keeps one of any kind. Not among what `store::*` brings into scope, because
//! its methods have the names of those of [`Store`].

use std::sync::Arc;

use super::{
    Append, Claim, Claimed, Created, Execution, Filter, Message, NewExecution, NewMessage, OutboxEvent, Page, Schedule,
    Schedules, Sent, Store, StoreError, StoredEvent,
};
use crate::step::BoxFuture;

type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// [`Store`] as a trait object: every store is one, and each method is the one of the same name.
pub trait ErasedStore: Send + Sync + 'static {
    /// [`Store::create`].
    fn create<'a>(&'a self, new: Arc<NewExecution>) -> Answer<'a, Created>;
    /// [`Store::append`].
    fn append<'a>(&'a self, append: Arc<Append>) -> Answer<'a, ()>;
    /// [`Store::load`].
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Execution>>;
    /// [`Store::history`].
    fn history<'a>(&'a self, id: &'a str, run: u32) -> Answer<'a, Vec<StoredEvent>>;
    /// [`Store::claim`].
    fn claim<'a>(&'a self, claim: Claim) -> Answer<'a, Claimed>;
    /// [`Store::take`].
    fn take<'a>(&'a self, id: &'a str, owner: &'a str, now: i64) -> Answer<'a, Option<Execution>>;
    /// [`Store::renew`].
    fn renew<'a>(&'a self, owner: &'a str, until: i64) -> Answer<'a, ()>;
    /// [`Store::retire`].
    fn retire<'a>(&'a self, owner: &'a str) -> Answer<'a, ()>;
    /// [`Store::send`].
    fn send<'a>(&'a self, message: NewMessage) -> Answer<'a, Sent>;
    /// [`Store::inbox`].
    fn inbox<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<Message>>;
    /// [`Store::mail`].
    fn mail<'a>(&'a self, owner: &'a str) -> Answer<'a, Vec<Message>>;
    /// [`Store::list`].
    fn list<'a>(&'a self, filter: Filter) -> Answer<'a, Page>;
    /// [`Store::prune`].
    fn prune<'a>(&'a self, ended_before: i64, limit: usize) -> Answer<'a, usize>;
    /// [`Store::outbox`].
    fn outbox<'a>(&'a self, after: u64, limit: usize) -> Answer<'a, Vec<OutboxEvent>>;
    /// [`Store::subscribe`].
    fn subscribe<'a>(&'a self, subscriber: &'a str, owner: &'a str, now: i64) -> Answer<'a, Option<u64>>;
    /// [`Store::acknowledge`].
    fn acknowledge<'a>(&'a self, subscriber: &'a str, owner: &'a str, position: u64) -> Answer<'a, bool>;
    /// [`Store::position`].
    fn position<'a>(&'a self, subscriber: &'a str) -> Answer<'a, u64>;
    /// [`Store::put_schedule`].
    fn put_schedule<'a>(&'a self, schedule: Schedule, expected: Option<u64>) -> Answer<'a, bool>;
    /// [`Store::schedules`].
    fn schedules<'a>(&'a self) -> Answer<'a, Schedules>;
    /// [`Store::remove_schedule`].
    fn remove_schedule<'a>(&'a self, name: &'a str) -> Answer<'a, bool>;
}

impl<S: Store> ErasedStore for S {
    fn create<'a>(&'a self, new: Arc<NewExecution>) -> Answer<'a, Created> {
        Box::pin(Store::create(self, new))
    }
    fn append<'a>(&'a self, append: Arc<Append>) -> Answer<'a, ()> {
        Box::pin(Store::append(self, append))
    }
    fn load<'a>(&'a self, id: &'a str) -> Answer<'a, Option<Execution>> {
        Box::pin(Store::load(self, id))
    }
    fn history<'a>(&'a self, id: &'a str, run: u32) -> Answer<'a, Vec<StoredEvent>> {
        Box::pin(Store::history(self, id, run))
    }
    fn claim<'a>(&'a self, claim: Claim) -> Answer<'a, Claimed> {
        Box::pin(Store::claim(self, claim))
    }
    fn take<'a>(&'a self, id: &'a str, owner: &'a str, now: i64) -> Answer<'a, Option<Execution>> {
        Box::pin(Store::take(self, id, owner, now))
    }
    fn renew<'a>(&'a self, owner: &'a str, until: i64) -> Answer<'a, ()> {
        Box::pin(Store::renew(self, owner, until))
    }
    fn retire<'a>(&'a self, owner: &'a str) -> Answer<'a, ()> {
        Box::pin(Store::retire(self, owner))
    }
    fn send<'a>(&'a self, message: NewMessage) -> Answer<'a, Sent> {
        Box::pin(Store::send(self, message))
    }
    fn inbox<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<Message>> {
        Box::pin(Store::inbox(self, id))
    }
    fn mail<'a>(&'a self, owner: &'a str) -> Answer<'a, Vec<Message>> {
        Box::pin(Store::mail(self, owner))
    }
    fn list<'a>(&'a self, filter: Filter) -> Answer<'a, Page> {
        Box::pin(Store::list(self, filter))
    }
    fn prune<'a>(&'a self, ended_before: i64, limit: usize) -> Answer<'a, usize> {
        Box::pin(Store::prune(self, ended_before, limit))
    }
    fn outbox<'a>(&'a self, after: u64, limit: usize) -> Answer<'a, Vec<OutboxEvent>> {
        Box::pin(Store::outbox(self, after, limit))
    }
    fn subscribe<'a>(&'a self, subscriber: &'a str, owner: &'a str, now: i64) -> Answer<'a, Option<u64>> {
        Box::pin(Store::subscribe(self, subscriber, owner, now))
    }
    fn acknowledge<'a>(&'a self, subscriber: &'a str, owner: &'a str, position: u64) -> Answer<'a, bool> {
        Box::pin(Store::acknowledge(self, subscriber, owner, position))
    }
    fn position<'a>(&'a self, subscriber: &'a str) -> Answer<'a, u64> {
        Box::pin(Store::position(self, subscriber))
    }
    fn put_schedule<'a>(&'a self, schedule: Schedule, expected: Option<u64>) -> Answer<'a, bool> {
        Box::pin(Store::put_schedule(self, schedule, expected))
    }
    fn schedules<'a>(&'a self) -> Answer<'a, Schedules> {
        Box::pin(Store::schedules(self))
    }
    fn remove_schedule<'a>(&'a self, name: &'a str) -> Answer<'a, bool> {
        Box::pin(Store::remove_schedule(self, name))
    }
}
